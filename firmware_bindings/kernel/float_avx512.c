/* AVX-512 (F, BW, VL): two vectors of sixteen are the 32 chains. */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")

#include <immintrin.h>

#include "maths.h"
#include "ops.h"

enum { LANES = 16, AT_ONCE = 8 };

#define INLINE static inline __attribute__((always_inline))

INLINE float fold8(__m256 a) {
    __m128 c = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    c = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

INLINE __m256 upper(__m512 a) { return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1)); }

INLINE float fold(__m512 a) { return fold8(_mm256_add_ps(_mm512_castps512_ps256(a), upper(a))); }

/* Of two vectors: what two shuffles bring together, added. */
#define ADD_QUARTERS(a, b, first, second)                                                                              \
    _mm512_add_ps(_mm512_shuffle_f32x4(a, b, first), _mm512_shuffle_f32x4(a, b, second))

/* The sums of eight vectors of 16 chains, each as fold takes them, side by side. */
INLINE __m256 fold_all(const __m512 *sum /* (AT_ONCE,) */) {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0);
    __m512 pair[4], four[2];
    for (int i = 0; i < 4; i++) pair[i] = ADD_QUARTERS(sum[2 * i], sum[2 * i + 1], 0x44, 0xEE);
    for (int i = 0; i < 2; i++) four[i] = ADD_QUARTERS(pair[2 * i], pair[2 * i + 1], 0x88, 0xDD);
    __m512d a = _mm512_castps_pd(four[0]), b = _mm512_castps_pd(four[1]);
    __m512 all = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
    all = _mm512_add_ps(all, _mm512_permute_ps(all, 0xB1));
    return _mm512_castps512_ps256(_mm512_permutexvar_ps(order, all));
}

/* Of the `left` numbers that lie at `at`, the first 16. */
INLINE __mmask16 lanes_of(size_t left) { return (__mmask16)(left < LANES ? (1 << left) - 1 : 0xFFFF); }

INLINE __m512 load_f32(const void *at, __mmask16 lanes) { return _mm512_maskz_loadu_ps(lanes, at); }

INLINE __m512 load_f16(const void *at, __mmask16 lanes) { return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, at)); }

INLINE __m512 load_bf16(const void *at, __mmask16 lanes) {
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, at));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

/* Dot products of `row` with `count` vectors of TYPE, `stride` octets apart, at once; a constant where it is inlined. */
#define DOTS(type, octets)                                                                                             \
    INLINE void add_products_##type(const float *row, const uint8_t *x, size_t stride, size_t count, __mmask16 lanes,  \
                                    __m512 *sum) {                                                                     \
        __m512 w = load_f32(row, lanes);                                                                               \
        _Pragma("GCC unroll 8") for (size_t t = 0; t < count; t++) {                                                   \
            sum[t] = _mm512_mask3_fmadd_ps(w, load_##type(x + t * stride, lanes), sum[t], lanes);                      \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void dot_group_##type(const float *row, const uint8_t *x, size_t n, size_t stride, size_t count,            \
                                 float *out, size_t out_stride) {                                                      \
        __m512 sum[AT_ONCE], other[AT_ONCE];                                                                           \
        _Pragma("GCC unroll 8") for (size_t t = 0; t < count; t++) sum[t] = other[t] = _mm512_setzero_ps();            \
        for (; n >= CHAINS; n -= CHAINS, row += CHAINS, x += CHAINS * octets) {                                        \
            add_products_##type(row, x, stride, count, 0xFFFF, sum);                                                   \
            add_products_##type(row + LANES, x + LANES * octets, stride, count, 0xFFFF, other);                        \
        }                                                                                                              \
        if (n) add_products_##type(row, x, stride, count, lanes_of(n), sum);                                           \
        if (n > LANES) {                                                                                               \
            add_products_##type(row + LANES, x + LANES * octets, stride, count, lanes_of(n - LANES), other);           \
        }                                                                                                              \
        _Pragma("GCC unroll 8") for (size_t t = 0; t < count; t++) sum[t] = _mm512_add_ps(sum[t], other[t]);           \
        if (count == AT_ONCE) {                                                                                        \
            float folded[AT_ONCE];                                                                                     \
            _mm256_storeu_ps(folded, fold_all(sum));                                                                   \
            for (size_t t = 0; t < AT_ONCE; t++) out[t * out_stride] = folded[t];                                      \
        } else {                                                                                                       \
            _Pragma("GCC unroll 8") for (size_t t = 0; t < count; t++) out[t * out_stride] = fold(sum[t]);             \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void dots_of_##type(const float *row, const uint8_t *x, size_t n, size_t stride, size_t count, float *out,  \
                               size_t out_stride) {                                                                    \
        size_t t = 0;                                                                                                  \
        for (; t + AT_ONCE <= count; t += AT_ONCE) {                                                                   \
            dot_group_##type(row, x + t * stride, n, stride, AT_ONCE, out + t * out_stride, out_stride);               \
        }                                                                                                              \
        for (; t < count; t++) dot_group_##type(row, x + t * stride, n, stride, 1, out + t * out_stride, out_stride);  \
    }

DOTS(f32, sizeof(float))
DOTS(f16, sizeof(uint16_t))
DOTS(bf16, sizeof(uint16_t))

static float dot(const float *a, const float *b, size_t n) {
    float out;
    dot_group_f32(a, (const uint8_t *)b, n, 0, 1, &out, 0);
    return out;
}

static void dots(const float *row, const float *x, size_t n, size_t stride, size_t count, float *out,
                 size_t out_stride) {
    dots_of_f32(row, (const uint8_t *)x, n, stride * sizeof *x, count, out, out_stride);
}

static void dots_f16(const float *row, const uint16_t *x, size_t n, size_t stride, size_t count, float *out,
                     size_t out_stride) {
    dots_of_f16(row, (const uint8_t *)x, n, stride * sizeof *x, count, out, out_stride);
}

#define STORED_ROW(type)                                                                                               \
    static float row_dot_##type(const uint8_t *row, const float *x, size_t n) {                                        \
        float out;                                                                                                     \
        dot_group_##type(x, row, n, 0, 1, &out, 0);                                                                    \
        return out;                                                                                                    \
    }

STORED_ROW(f32)
STORED_ROW(f16)
STORED_ROW(bf16)

/* exp_f32, sixteen at a time, operation by operation. */
INLINE __m512 exp16(__m512 x) {
    static const float series[EXP_TERMS] = EXP_SERIES;
    x = _mm512_min_ps(_mm512_set1_ps(EXP_MOST), _mm512_max_ps(_mm512_set1_ps(EXP_LEAST), x));
    __m512 round = _mm512_set1_ps(EXP_ROUND);
    __m512 n = _mm512_sub_ps(_mm512_add_ps(_mm512_mul_ps(x, _mm512_set1_ps(EXP_LOG2_E)), round), round);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(EXP_LN2_HIGH), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(EXP_LN2_LOW), r);
    __m512 sum = _mm512_set1_ps(series[0]);
    for (int i = 1; i < EXP_TERMS; i++) sum = _mm512_fmadd_ps(sum, r, _mm512_set1_ps(series[i]));
    __m512i power = _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23);
    return _mm512_mul_ps(sum, _mm512_castsi512_ps(power));
}

/* What lies beyond the last score adds nothing: no chain is −0, so + 0 changes none. */
static float exponentials(float *scores, size_t n, float largest) {
    __m256 sum = _mm256_setzero_ps();
    __m512 most = _mm512_set1_ps(largest);
    for (size_t i = 0; i < n; i += LANES) {
        __mmask16 lanes = lanes_of(n - i);
        __m512 e = _mm512_maskz_mov_ps(lanes, exp16(_mm512_sub_ps(load_f32(scores + i, lanes), most)));
        _mm512_mask_storeu_ps(scores + i, lanes, e);
        sum = _mm256_add_ps(_mm256_add_ps(sum, _mm512_castps512_ps256(e)), upper(e));
    }
    return fold8(sum);
}

/* `width` vectors of a row at once, the last of them as far as `lanes` say; `width` is a constant where this is inlined. */
#define BLEND(type, octets)                                                                                            \
    INLINE void blend_columns_##type(const float *weights, const uint8_t *rows, size_t n, size_t size, float *out,     \
                                     size_t width, __mmask16 lanes) {                                                  \
        __m512 sum[AT_ONCE];                                                                                           \
        for (size_t k = 0; k < width; k++) sum[k] = _mm512_setzero_ps();                                               \
        for (size_t i = 0; i < n; i++) {                                                                               \
            __m512 w = _mm512_set1_ps(weights[i]);                                                                     \
            for (size_t k = 0; k < width; k++) {                                                                       \
                sum[k] = _mm512_fmadd_ps(w, load_##type(rows + (i * size + k * LANES) * octets, lanes), sum[k]);       \
            }                                                                                                          \
        }                                                                                                              \
        for (size_t k = 0; k < width; k++) _mm512_mask_storeu_ps(out + k * LANES, lanes, sum[k]);                      \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void blend_of_##type(const float *weights, const uint8_t *rows, size_t n, size_t size, float *out) {        \
        size_t d = 0;                                                                                                  \
        for (; d + 8 * LANES <= size; d += 8 * LANES) {                                                                \
            blend_columns_##type(weights, rows + d * octets, n, size, out + d, 8, 0xFFFF);                             \
        }                                                                                                              \
        for (; d + 4 * LANES <= size; d += 4 * LANES) {                                                                \
            blend_columns_##type(weights, rows + d * octets, n, size, out + d, 4, 0xFFFF);                             \
        }                                                                                                              \
        for (; d < size; d += LANES) {                                                                                 \
            blend_columns_##type(weights, rows + d * octets, n, size, out + d, 1, lanes_of(size - d));                 \
        }                                                                                                              \
    }

BLEND(f32, sizeof(float))
BLEND(f16, sizeof(uint16_t))

static void blend(const float *weights, const float *rows, size_t n, size_t size, float *out) {
    blend_of_f32(weights, (const uint8_t *)rows, n, size, out);
}

static void blend_f16(const float *weights, const uint16_t *rows, size_t n, size_t size, float *out) {
    blend_of_f16(weights, (const uint8_t *)rows, n, size, out);
}

static void swiglu(float *gate, const float *up, size_t n) {
    const __m512 one = _mm512_set1_ps(1.0f);
    const __m512i sign = _mm512_set1_epi32(INT32_MIN);
    for (size_t i = 0; i < n; i += LANES) {
        __mmask16 lanes = lanes_of(n - i);
        __m512 g = load_f32(gate + i, lanes);
        __m512 minus = _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(g), sign));
        __m512 silu = _mm512_div_ps(g, _mm512_add_ps(one, exp16(minus)));
        _mm512_mask_storeu_ps(gate + i, lanes, _mm512_mul_ps(silu, load_f32(up + i, lanes)));
    }
}

static void geglu(float *gate, const float *up, size_t n) {
    const __m512 one = _mm512_set1_ps(1.0f), cubic = _mm512_set1_ps(GELU_CUBIC), scale = _mm512_set1_ps(GELU_SCALE);
    for (size_t i = 0; i < n; i += LANES) {
        __mmask16 lanes = lanes_of(n - i);
        __m512 g = load_f32(gate + i, lanes), inner = _mm512_fmadd_ps(_mm512_mul_ps(g, g), cubic, one);
        __m512 e = exp16(_mm512_mul_ps(_mm512_mul_ps(g, inner), scale));
        __m512 gelu = _mm512_div_ps(g, _mm512_add_ps(one, e));
        _mm512_mask_storeu_ps(gate + i, lanes, _mm512_mul_ps(gelu, load_f32(up + i, lanes)));
    }
}

const float_ops float_ops_avx512 = {
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
