/* AVX2, FMA and F16C: four vectors of eight are the 32 chains. */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c")

#include <immintrin.h>

#include "maths.h"
#include "ops.h"

enum { LANES = 8 };

/* 32 floats: weights of one block, or the chains. */
typedef struct {
    __m256 v[4];
} block32;

#define INLINE static inline __attribute__((always_inline))

INLINE float fold8(__m256 a) {
    __m128 c = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    c = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

INLINE float fold(block32 c) {
    return fold8(_mm256_add_ps(_mm256_add_ps(c.v[0], c.v[2]), _mm256_add_ps(c.v[1], c.v[3])));
}

/* Dot products of a row with `count` vectors at once; `count` is a constant where this is inlined. */
INLINE void dot_group(const float *row, const float *x, size_t n, size_t stride, size_t count, float *out,
                      size_t out_stride) {
    block32 sum[3];
    for (size_t t = 0; t < count; t++) {
        for (size_t k = 0; k < 4; k++) sum[t].v[k] = _mm256_setzero_ps();
    }
    size_t i = 0;
    for (; i + CHAINS <= n; i += CHAINS) {
        for (size_t k = 0; k < 4; k++) {
            __m256 w = _mm256_loadu_ps(row + i + k * LANES);
            for (size_t t = 0; t < count; t++) {
                sum[t].v[k] = _mm256_fmadd_ps(w, _mm256_loadu_ps(x + t * stride + i + k * LANES), sum[t].v[k]);
            }
        }
    }
    for (size_t k = 0; i < n; i += LANES, k++) {
        for (size_t t = 0; t < count; t++) {
            sum[t].v[k] = _mm256_fmadd_ps(_mm256_loadu_ps(row + i), _mm256_loadu_ps(x + t * stride + i), sum[t].v[k]);
        }
    }
    for (size_t t = 0; t < count; t++) out[t * out_stride] = fold(sum[t]);
}

static float dot(const float *a, const float *b, size_t n) {
    float out;
    dot_group(a, b, n, 0, 1, &out, 0);
    return out;
}

static void dots(const float *row, const float *x, size_t n, size_t stride, size_t count, float *out,
                 size_t out_stride) {
    size_t t = 0;
    for (; t + 3 <= count; t += 3) dot_group(row, x + t * stride, n, stride, 3, out + t * out_stride, out_stride);
    for (; t < count; t++) dot_group(row, x + t * stride, n, stride, 1, out + t * out_stride, out_stride);
}

INLINE block32 load_f32(const uint8_t *block) {
    block32 w;
    for (size_t k = 0; k < 4; k++) w.v[k] = _mm256_loadu_ps((const float *)(const void *)(block + 32 * k));
    return w;
}

INLINE block32 load_f16(const uint8_t *block) {
    block32 w;
    for (size_t k = 0; k < 4; k++) w.v[k] = _mm256_cvtph_ps(_mm_loadu_si128((const void *)(block + 16 * k)));
    return w;
}

INLINE block32 load_bf16(const uint8_t *block) {
    block32 w;
    for (size_t k = 0; k < 4; k++) {
        __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(block + 16 * k)));
        w.v[k] = _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
    }
    return w;
}

#define STORED_ROW(type, block_bytes)                                                                                  \
    static float row_dot_##type(const uint8_t *row, const float *x, size_t n) {                                        \
        block32 sum;                                                                                                   \
        for (size_t k = 0; k < 4; k++) sum.v[k] = _mm256_setzero_ps();                                                 \
        for (size_t i = 0; i < n; i += CHAINS, row += block_bytes) {                                                   \
            block32 w = load_##type(row);                                                                              \
            for (size_t k = 0; k < 4; k++) {                                                                           \
                sum.v[k] = _mm256_fmadd_ps(w.v[k], _mm256_loadu_ps(x + i + k * LANES), sum.v[k]);                      \
            }                                                                                                          \
        }                                                                                                              \
        return fold(sum);                                                                                              \
    }

STORED_ROW(f32, 128)
STORED_ROW(f16, 64)
STORED_ROW(bf16, 64)

/* exp_f32, eight at a time, operation by operation. */
INLINE __m256 exp8(__m256 x) {
    static const float series[EXP_TERMS] = EXP_SERIES;
    x = _mm256_min_ps(_mm256_set1_ps(EXP_MOST), _mm256_max_ps(_mm256_set1_ps(EXP_LEAST), x));
    __m256 round = _mm256_set1_ps(EXP_ROUND);
    __m256 n = _mm256_sub_ps(_mm256_add_ps(_mm256_mul_ps(x, _mm256_set1_ps(EXP_LOG2_E)), round), round);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(EXP_LN2_HIGH), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(EXP_LN2_LOW), r);
    __m256 sum = _mm256_set1_ps(series[0]);
    for (int i = 1; i < EXP_TERMS; i++) sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(series[i]));
    __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(sum, _mm256_castsi256_ps(power));
}

static float exponentials(float *scores, size_t n, float largest) {
    float chains[LANES];
    __m256 sum = _mm256_setzero_ps(), most = _mm256_set1_ps(largest);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __m256 e = exp8(_mm256_sub_ps(_mm256_loadu_ps(scores + i), most));
        _mm256_storeu_ps(scores + i, e);
        sum = _mm256_add_ps(sum, e);
    }
    _mm256_storeu_ps(chains, sum);
    for (size_t j = 0; i < n; i++, j++) {
        scores[i] = exp_f32(scores[i] - largest);
        chains[j] += scores[i];
    }
    return fold8(_mm256_loadu_ps(chains));
}

/* `width` vectors of a row at once; a constant where this is inlined. */
INLINE void blend_columns(const float *weights, const float *rows, size_t n, size_t size, float *out, size_t width) {
    __m256 sum[LANES];
    for (size_t k = 0; k < width; k++) sum[k] = _mm256_setzero_ps();
    for (size_t i = 0; i < n; i++) {
        __m256 w = _mm256_set1_ps(weights[i]);
        for (size_t k = 0; k < width; k++) {
            sum[k] = _mm256_fmadd_ps(w, _mm256_loadu_ps(rows + i * size + k * LANES), sum[k]);
        }
    }
    for (size_t k = 0; k < width; k++) _mm256_storeu_ps(out + k * LANES, sum[k]);
}

static void blend(const float *weights, const float *rows, size_t n, size_t size, float *out) {
    size_t d = 0;
    for (; d + 64 <= size; d += 64) blend_columns(weights, rows + d, n, size, out + d, 8);
    for (; d < size; d += LANES) blend_columns(weights, rows + d, n, size, out + d, 1);
}

INLINE __m256 load_halves(const uint16_t *at) { return _mm256_cvtph_ps(_mm_loadu_si128((const void *)at)); }

static void dots_f16(const float *row, const uint16_t *x, size_t n, size_t stride, size_t count, float *out,
                     size_t out_stride) {
    for (size_t t = 0; t < count; t++, x += stride) {
        block32 sum;
        for (size_t k = 0; k < 4; k++) sum.v[k] = _mm256_setzero_ps();
        for (size_t i = 0, k = 0; i < n; i += LANES, k = (k + 1) % 4) {
            sum.v[k] = _mm256_fmadd_ps(_mm256_loadu_ps(row + i), load_halves(x + i), sum.v[k]);
        }
        out[t * out_stride] = fold(sum);
    }
}

INLINE void blend_f16_columns(const float *weights, const uint16_t *rows, size_t n, size_t size, float *out,
                              size_t width) {
    __m256 sum[LANES];
    for (size_t k = 0; k < width; k++) sum[k] = _mm256_setzero_ps();
    for (size_t i = 0; i < n; i++) {
        __m256 w = _mm256_set1_ps(weights[i]);
        for (size_t k = 0; k < width; k++)
            sum[k] = _mm256_fmadd_ps(w, load_halves(rows + i * size + k * LANES), sum[k]);
    }
    for (size_t k = 0; k < width; k++) _mm256_storeu_ps(out + k * LANES, sum[k]);
}

static void blend_f16(const float *weights, const uint16_t *rows, size_t n, size_t size, float *out) {
    size_t d = 0;
    for (; d + 64 <= size; d += 64) blend_f16_columns(weights, rows + d, n, size, out + d, 8);
    for (; d < size; d += LANES) blend_f16_columns(weights, rows + d, n, size, out + d, 1);
}

static void swiglu(float *gate, const float *up, size_t n) {
    __m256 one = _mm256_set1_ps(1.0f), sign = _mm256_set1_ps(-0.0f);
    for (size_t i = 0; i < n; i += LANES) {
        __m256 g = _mm256_loadu_ps(gate + i);
        __m256 silu = _mm256_div_ps(g, _mm256_add_ps(one, exp8(_mm256_xor_ps(g, sign))));
        _mm256_storeu_ps(gate + i, _mm256_mul_ps(silu, _mm256_loadu_ps(up + i)));
    }
}

static void geglu(float *gate, const float *up, size_t n) {
    __m256 one = _mm256_set1_ps(1.0f), cubic = _mm256_set1_ps(GELU_CUBIC), scale = _mm256_set1_ps(GELU_SCALE);
    for (size_t i = 0; i < n; i += LANES) {
        __m256 g = _mm256_loadu_ps(gate + i), inner = _mm256_fmadd_ps(_mm256_mul_ps(g, g), cubic, one);
        __m256 e = exp8(_mm256_mul_ps(_mm256_mul_ps(g, inner), scale));
        __m256 gelu = _mm256_div_ps(g, _mm256_add_ps(one, e));
        _mm256_storeu_ps(gate + i, _mm256_mul_ps(gelu, _mm256_loadu_ps(up + i)));
    }
}

const float_ops float_ops_avx2 = {
    .dot = dot,
    .dots = dots,
    .row_dot = {row_dot_f32, row_dot_f16, row_dot_bf16},
    .exponentials = exponentials,
    .blend = blend,
    .dots_f16 = dots_f16,
    .blend_f16 = blend_f16,
    .swiglu = swiglu,
    .geglu = geglu,
};
#else
typedef int not_on_this_machine;
#endif
