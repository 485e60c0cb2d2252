/* 15-bit arithmetic for x86, included by a file that has chosen its target and defined:
 *
 *   ivec, fvec              vectors of LANES 32-bit integers and floats
 *   dot_pairs(sum, a, b)    sum + a.low · b.low + a.high · b.high in each 32-bit lane, as __m256i
 *   v_…                     the same and a few more, as ivec and fvec
 *
 * Codes are 16 bits, so that a pair's products are added exactly: vpmaddubsw would saturate.
 */
#ifndef SUNLIT_KERNEL_Q15_X86_H
#define SUNLIT_KERNEL_Q15_X86_H

#include "q15.h"

#define INLINE static inline __attribute__((always_inline))

/* Codes of one block. */
typedef struct {
    __m256i half[2];
} codes32;

/* Scales and minima of the blocks of a group. */
typedef struct {
    __m256 scale, minimum;
} scales8;

/* Signed octets → codes. The order of codes is ours alone: those of even weights, then those of odd ones, since shifts
 * get at them without a shuffle. Activations lie in the same order. */
INLINE codes32 split_signed(__m256i octets) {
    return (codes32){{_mm256_srai_epi16(_mm256_slli_epi16(octets, 8), 8), _mm256_srai_epi16(octets, 8)}};
}

INLINE codes32 split_unsigned(__m256i octets) {
    return (codes32){{_mm256_and_si256(octets, _mm256_set1_epi16(255)), _mm256_srli_epi16(octets, 8)}};
}

INLINE __m128i load128(const uint8_t *at) { return _mm_loadu_si128((const void *)at); }
INLINE __m256i load256(const void *at) { return _mm256_loadu_si256(at); }

/* The two 4-bit codes of each of 16 octets: low ones, then high ones. */
INLINE __m256i nibbles(const uint8_t *at) {
    __m256i shift = _mm256_setr_epi64x(0, 0, 4, 4), octets = _mm256_broadcastsi128_si256(load128(at));
    return _mm256_and_si256(_mm256_srlv_epi64(octets, shift), _mm256_set1_epi8(15));
}

/* 32 bits as 32 octets, all ones or all zeros. */
INLINE __m256i spread_bits(const uint8_t *at) {
    int32_t bits;
    memcpy(&bits, at, sizeof bits);
    const __m256i octet = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201u);
    __m256i repeated = _mm256_shuffle_epi8(_mm256_set1_epi32(bits), octet);
    return _mm256_cmpeq_epi8(_mm256_and_si256(repeated, bit), bit);
}

/* codes_TYPE(group, j): block j of the 8 of a group. */

INLINE codes32 codes_q8_0(const uint8_t *group, int j) { return split_signed(load256(group + 34 * j + 2)); }

INLINE codes32 codes_q4_0(const uint8_t *group, int j) {
    return split_signed(_mm256_sub_epi8(nibbles(group + 18 * j + 2), _mm256_set1_epi8(8)));
}

INLINE codes32 codes_q4_1(const uint8_t *group, int j) { return split_unsigned(nibbles(group + 20 * j + 4)); }

INLINE codes32 codes_q5_0(const uint8_t *group, int j) {
    __m256i without = _mm256_andnot_si256(spread_bits(group + 22 * j + 2), _mm256_set1_epi8((char)0xF0)); /* −16 */
    return split_signed(_mm256_or_si256(nibbles(group + 22 * j + 6), without));
}

INLINE codes32 codes_q5_1(const uint8_t *group, int j) {
    __m256i with = _mm256_and_si256(spread_bits(group + 24 * j + 4), _mm256_set1_epi8(16));
    return split_unsigned(_mm256_or_si256(nibbles(group + 24 * j + 8), with));
}

INLINE __m256i shifted(__m256i v, int bits) { return _mm256_srl_epi16(v, _mm_cvtsi32_si128(bits)); }

INLINE __m256i nibbles_k(const uint8_t *at, int j) {
    return _mm256_and_si256(shifted(load256(at + j / 2 * 32), j % 2 * 4), _mm256_set1_epi8(15));
}

INLINE codes32 codes_q4_k(const uint8_t *group, int j) { return split_unsigned(nibbles_k(group + 16, j)); }

INLINE codes32 codes_q5_k(const uint8_t *group, int j) {
    __m256i high = _mm256_and_si256(shifted(load256(group + 16), j), _mm256_set1_epi8(1));
    return split_unsigned(_mm256_or_si256(nibbles_k(group + 48, j), _mm256_slli_epi16(high, 4)));
}

INLINE codes32 codes_q6_k(const uint8_t *group, int j) {
    __m256i low = shifted(load256(group + j / 4 * 64 + j % 2 * 32), j % 4 / 2 * 4);
    __m256i high = shifted(load256(group + 128 + j / 4 * 32), j % 4 * 2);
    low = _mm256_and_si256(low, _mm256_set1_epi8(15));
    high = _mm256_slli_epi16(_mm256_and_si256(high, _mm256_set1_epi8(3)), 4);
    codes32 codes = split_signed(_mm256_sub_epi8(_mm256_or_si256(low, high), _mm256_set1_epi8(32)));
    int8_t first = (int8_t)group[192 + 2 * j], second = (int8_t)group[193 + 2 * j];
    __m256i scale = _mm256_set_m128i(_mm_set1_epi16(second), _mm_set1_epi16(first));
    codes.half[0] = _mm256_mullo_epi16(codes.half[0], scale);
    codes.half[1] = _mm256_mullo_epi16(codes.half[1], scale);
    return codes;
}

/* scales_TYPE(group, count): of the first `count` blocks; zeros for the rest. */

/* The first `count` of eight F16 numbers, `stride` octets apart. */
INLINE __m256 halves(const uint8_t *at, int stride, int count) {
    __m128i half = _mm_setzero_si128();
#define TAKE(j)                                                                                                        \
    if (j < count) half = _mm_insert_epi16(half, at[stride * j] | at[stride * j + 1] << 8, j)
    TAKE(0);
    TAKE(1);
    TAKE(2);
    TAKE(3);
    TAKE(4);
    TAKE(5);
    TAKE(6);
    TAKE(7);
#undef TAKE
    return _mm256_cvtph_ps(half);
}

INLINE scales8 scales_q4_0(const uint8_t *group, int count) {
    return (scales8){halves(group, 18, count), _mm256_setzero_ps()};
}

INLINE scales8 scales_q5_0(const uint8_t *group, int count) {
    return (scales8){halves(group, 22, count), _mm256_setzero_ps()};
}

INLINE scales8 scales_q8_0(const uint8_t *group, int count) {
    return (scales8){halves(group, 34, count), _mm256_setzero_ps()};
}

INLINE scales8 scales_q4_1(const uint8_t *group, int count) {
    return (scales8){halves(group, 20, count), halves(group + 2, 20, count)};
}

INLINE scales8 scales_q5_1(const uint8_t *group, int count) {
    return (scales8){halves(group, 24, count), halves(group + 2, 24, count)};
}

INLINE __m256 half_at(const uint8_t *at) {
    uint16_t half;
    memcpy(&half, at, sizeof half);
    return _mm256_set1_ps(_cvtsh_ss(half));
}

INLINE scales8 scales_q4_k(const uint8_t *group, int count) {
    uint8_t scale[GROUP], minimum[GROUP];
    unpack_k_scales(group + 4, scale, minimum);
    __m256 s = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)scale)));
    __m256 m = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)minimum)));
    (void)count;
    m = _mm256_mul_ps(half_at(group + 2), m);
    return (scales8){_mm256_mul_ps(half_at(group), s), _mm256_xor_ps(m, _mm256_set1_ps(-0.0f))};
}

INLINE scales8 scales_q5_k(const uint8_t *group, int count) { return scales_q4_k(group, count); }

INLINE scales8 scales_q6_k(const uint8_t *group, int count) {
    (void)count;
    return (scales8){half_at(group + 208), _mm256_setzero_ps()};
}

/* One row, one token ------------------------------------------------------------------------------------------------ */

INLINE float fold8(__m256 a) {
    __m128 c = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    c = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

/* Of each 128 bits: two sums of a, two of b. */
INLINE __m256i sums2(__m256i a, __m256i b) {
    return _mm256_add_epi32(_mm256_blend_epi32(a, b, 0xCC), _mm256_alignr_epi8(b, a, 8));
}

/* Of each 128 bits: a sum each of a, b, c, d. */
INLINE __m256i sums4(__m256i a, __m256i b, __m256i c, __m256i d) {
    __m256 ab = _mm256_castsi256_ps(sums2(a, b)), cd = _mm256_castsi256_ps(sums2(c, d));
    return _mm256_add_epi32(_mm256_castps_si256(_mm256_shuffle_ps(ab, cd, 0x88)),
                            _mm256_castps_si256(_mm256_shuffle_ps(ab, cd, 0xDD)));
}

/* The sum of each of eight vectors: what vphaddd does, with fewer shuffles. */
INLINE __m256i sums8(const __m256i *part) {
    __m256i a = sums4(part[0], part[1], part[2], part[3]), b = sums4(part[4], part[5], part[6], part[7]);
    return _mm256_add_epi32(_mm256_blend_epi32(a, b, 0xF0), _mm256_permute2x128_si256(a, b, 0x21));
}

INLINE __m256i block_dot(codes32 w, const int16_t *x) {
    return dot_pairs(_mm256_madd_epi16(w.half[0], load256(x)), w.half[1], load256(x + 16));
}

/* Lane j takes in the group's block j. */
INLINE __m256 add_group(__m256 chains, __m256i sums, scales8 w, int minima, const float *scales, const float *x_sums) {
    __m256 scale = _mm256_mul_ps(w.scale, _mm256_loadu_ps(scales));
    chains = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), scale, chains);
    return minima ? _mm256_fmadd_ps(w.minimum, _mm256_loadu_ps(x_sums), chains) : chains;
}

#define STORED_ROWS(type, group_bytes, minima)                                                                         \
    static void rows_dot_##type(const uint8_t *rows, size_t row_bytes, size_t count, const activations *x,             \
                                size_t token, size_t n, float *out) {                                                  \
        const float *scales = x->scales + token * (x->width / BLOCK), *sums = x->sums + token * (x->width / BLOCK);    \
        for (size_t r = 0; r < count; r++) {                                                                           \
            const int16_t *codes = x->codes + token * x->width;                                                        \
            const uint8_t *group = rows + r * row_bytes;                                                               \
            __m256 chains = _mm256_setzero_ps();                                                                       \
            __m256i part[GROUP];                                                                                       \
            size_t b = 0;                                                                                              \
            for (; b + GROUP <= n / BLOCK; b += GROUP, group += group_bytes, codes += GROUP * BLOCK) {                 \
                for (size_t line = 0; line < group_bytes; line += 64) __builtin_prefetch(group + group_bytes + line);  \
                _Pragma("GCC unroll 8") for (int j = 0; j < GROUP; j++) {                                              \
                    part[j] = block_dot(codes_##type(group, j), codes + BLOCK * j);                                    \
                }                                                                                                      \
                chains = add_group(chains, sums8(part), scales_##type(group, GROUP), minima, scales + b, sums + b);    \
            }                                                                                                          \
            int left = (int)(n / BLOCK - b);                                                                           \
            if (left) { /* the last group is not whole: its lanes beyond the row stay as they are */                   \
                __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);                                              \
                __m256 inside = _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(left), lane));                \
                for (int j = 0; j < GROUP; j++) {                                                                      \
                    part[j] =                                                                                          \
                        j < left ? block_dot(codes_##type(group, j), codes + BLOCK * j) : _mm256_setzero_si256();      \
                }                                                                                                      \
                __m256 added =                                                                                         \
                    add_group(chains, sums8(part), scales_##type(group, left), minima, scales + b, sums + b);          \
                chains = _mm256_blendv_ps(chains, added, inside);                                                      \
            }                                                                                                          \
            out[r] = fold8(chains);                                                                                    \
        }                                                                                                              \
    }

STORED_ROWS(q4_0, 144, 0)
STORED_ROWS(q4_1, 160, 1)
STORED_ROWS(q5_0, 176, 0)
STORED_ROWS(q5_1, 192, 1)
STORED_ROWS(q8_0, 272, 0)
STORED_ROWS(q4_k, 144, 1)
STORED_ROWS(q5_k, 176, 1)
STORED_ROWS(q6_k, 210, 0)

/* 32 rows, several tokens ------------------------------------------------------------------------------------------- */

/* Eight rows of eight pairs → eight pairs of eight rows, PANEL_ROWS pairs apart. */
INLINE void transpose(const __m256i *row, int16_t *out) {
    __m256i a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_epi32(row[2 * i], row[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_epi32(row[2 * i], row[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++) {
            b[4 * i + 2 * k] = _mm256_unpacklo_epi64(a[4 * i + k], a[4 * i + k + 2]);
            b[4 * i + 2 * k + 1] = _mm256_unpackhi_epi64(a[4 * i + k], a[4 * i + k + 2]);
        }
    }
    for (int k = 0; k < 4; k++) {
        __m256i first = _mm256_permute2x128_si256(b[k], b[k + 4], 0x20);
        __m256i second = _mm256_permute2x128_si256(b[k], b[k + 4], 0x31);
        _mm256_storeu_si256((void *)(out + 2 * PANEL_ROWS * k), first);
        _mm256_storeu_si256((void *)(out + 2 * PANEL_ROWS * (k + 4)), second);
    }
}

#define UNPACK(type, group_bytes, has_minima)                                                                          \
    static void unpack_##type(const uint8_t *rows, size_t row_bytes, size_t n, panel *out) {                           \
        for (size_t b = 0; b < n / BLOCK; b += GROUP) {                                                                \
            int count = n / BLOCK - b < GROUP ? (int)(n / BLOCK - b) : GROUP;                                          \
            const uint8_t *group = rows + b / GROUP * group_bytes;                                                     \
            for (size_t r = 0; r < PANEL_ROWS; r++) {                                                                  \
                float scale[GROUP], minimum[GROUP];                                                                    \
                scales8 s = scales_##type(group + r * row_bytes, count);                                               \
                _mm256_storeu_ps(scale, s.scale);                                                                      \
                _mm256_storeu_ps(minimum, s.minimum);                                                                  \
                for (size_t j = 0; j < (size_t)count; j++) {                                                           \
                    out->scales[(b + j) * PANEL_ROWS + r] = scale[j];                                                  \
                    if (has_minima) out->minima[(b + j) * PANEL_ROWS + r] = minimum[j];                                \
                }                                                                                                      \
            }                                                                                                          \
            for (int j = 0; j < count; j++) {                                                                          \
                int16_t *at = out->codes + (b + (size_t)j) * BLOCK * PANEL_ROWS;                                       \
                for (size_t r = 0; r < PANEL_ROWS; r += 8) {                                                           \
                    __m256i first[8], second[8];                                                                       \
                    for (size_t i = 0; i < 8; i++) {                                                                   \
                        codes32 codes = codes_##type(group + (r + i) * row_bytes, j);                                  \
                        first[i] = codes.half[0];                                                                      \
                        second[i] = codes.half[1];                                                                     \
                    }                                                                                                  \
                    transpose(first, at + 2 * r);                                                                      \
                    transpose(second, at + 2 * r + 8 * 2 * PANEL_ROWS);                                                \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

UNPACK(q4_0, 144, 0)
UNPACK(q4_1, 160, 1)
UNPACK(q5_0, 176, 0)
UNPACK(q5_1, 192, 1)
UNPACK(q8_0, 272, 0)
UNPACK(q4_k, 144, 1)
UNPACK(q5_k, 176, 1)
UNPACK(q6_k, 210, 0)

/* 2 · LANES rows from `row` with `tokens` tokens from `token`; `tokens` is a constant where this is inlined. */
INLINE void multiply_tile(const panel *p, int minima, const activations *x, size_t row, size_t token, size_t tokens,
                          size_t n, float *out, size_t out_stride) {
    fvec(*chains)[GROUP][2] = (void *)p->chains;
    for (size_t t = 0; t < tokens; t++) {
        for (size_t j = 0; j < GROUP; j++) chains[t][j][0] = chains[t][j][1] = v_zero();
    }
    for (size_t b = 0; b < n / BLOCK; b++) {
        const int16_t *w = p->codes + b * BLOCK * PANEL_ROWS + 2 * row,
                      *codes = x->codes + token * x->width + b * BLOCK;
        const float *scales = p->scales + b * PANEL_ROWS + row, *lows = p->minima + b * PANEL_ROWS + row;
        ivec sum[PANEL_TOKENS][2];
        for (size_t t = 0; t < tokens; t++) sum[t][0] = sum[t][1] = v_zero_int();
        for (size_t k = 0; k < BLOCK / 2; k++) {
            ivec first = v_load_int(w + 2 * k * PANEL_ROWS), second = v_load_int(w + 2 * k * PANEL_ROWS + 2 * LANES);
            for (size_t t = 0; t < tokens; t++) {
                int32_t two;
                memcpy(&two, codes + t * x->width + 2 * k, sizeof two);
                ivec pair = v_all_int(two);
                sum[t][0] = v_dot(sum[t][0], first, pair);
                sum[t][1] = v_dot(sum[t][1], second, pair);
            }
        }
        for (size_t t = 0; t < tokens; t++) {
            size_t at = (token + t) * (x->width / BLOCK) + b;
            fvec scale = v_all(x->scales[at]), x_sum = v_all(x->sums[at]);
            for (size_t v = 0; v < 2; v++) {
                fvec *c = &chains[t][b % GROUP][v];
                *c = v_fma(v_float(sum[t][v]), v_mul(v_load(scales + v * LANES), scale), *c);
                if (minima) *c = v_fma(v_load(lows + v * LANES), x_sum, *c);
            }
        }
    }
    for (size_t t = 0; t < tokens; t++) {
        for (size_t v = 0; v < 2; v++) {
            fvec c[GROUP];
            for (size_t j = 0; j < GROUP; j++) c[j] = chains[t][j][v];
            for (size_t half = GROUP / 2; half; half /= 2) {
                for (size_t j = 0; j < half; j++) c[j] = v_add(c[j], c[j + half]);
            }
            v_store(out + (token + t) * out_stride + row + v * LANES, c[0]);
        }
    }
}

static void multiply(const panel *p, int minima, const activations *x, size_t tokens, size_t n, float *out,
                     size_t out_stride) {
    for (size_t row = 0; row < PANEL_ROWS; row += 2 * LANES) {
        size_t t = 0;
        for (; t + TILE <= tokens; t += TILE) multiply_tile(p, minima, x, row, t, TILE, n, out, out_stride);
        for (; t + 2 <= tokens; t += 2) multiply_tile(p, minima, x, row, t, 2, n, out, out_stride);
        for (; t < tokens; t++) multiply_tile(p, minima, x, row, t, 1, n, out, out_stride);
    }
}

/* Activations → codes ------------------------------------------------------------------------------------------------ */

/* The even ones of 32 codes. */
INLINE __m256i every_other(__m256i first, __m256i second) {
    first = _mm256_srai_epi32(_mm256_slli_epi32(first, 16), 16);
    second = _mm256_srai_epi32(_mm256_slli_epi32(second, 16), 16);
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
}

static void quantise(const float *x, size_t n, const activations *out, size_t token) {
    __m256i magnitude = _mm256_set1_epi32(0x7FFFFFFF);
    for (size_t b = 0; b < n / BLOCK; b++, x += BLOCK) {
        int16_t *codes = out->codes + token * out->width + b * BLOCK;
        __m256i largest = _mm256_setzero_si256(), code[4], sum = _mm256_setzero_si256();
        for (size_t k = 0; k < 4; k++) {
            largest = _mm256_max_epu32(largest, _mm256_and_si256(load256(x + 8 * k), magnitude));
        }
        __m128i most = _mm_max_epu32(_mm256_castsi256_si128(largest), _mm256_extracti128_si256(largest, 1));
        most = _mm_max_epu32(most, _mm_shuffle_epi32(most, 0x4E));
        most = _mm_max_epu32(most, _mm_shuffle_epi32(most, 0xB1));
        block_scale scale = block_scale_of((uint32_t)_mm_cvtsi128_si32(most));
        for (size_t k = 0; k < 4; k++) {
            __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x + 8 * k), _mm256_set1_ps(scale.inverse));
            code[k] = scale.inverse > 0.0f ? _mm256_cvtps_epi32(scaled) : _mm256_setzero_si256();
            sum = _mm256_add_epi32(sum, code[k]);
        }
        __m256i first = _mm256_permute4x64_epi64(_mm256_packs_epi32(code[0], code[1]), 0xD8);
        __m256i second = _mm256_permute4x64_epi64(_mm256_packs_epi32(code[2], code[3]), 0xD8);
        _mm256_storeu_si256((void *)codes, every_other(first, second));
        _mm256_storeu_si256((void *)(codes + 16),
                            every_other(_mm256_srli_epi32(first, 16), _mm256_srli_epi32(second, 16)));
        __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
        size_t at = token * (out->width / BLOCK) + b;
        out->scales[at] = scale.scale;
        out->sums[at] = (float)_mm_cvtsi128_si32(half) * scale.scale;
    }
}

#define Q15_OPS(set)                                                                                                   \
    {                                                                                                                  \
        .name = set,                                                                                                   \
        .quantise = quantise,                                                                                          \
        .rows_dot = QUANTISED_TYPES(rows_dot),                                                                         \
        .unpack = QUANTISED_TYPES(unpack),                                                                             \
        .multiply = multiply,                                                                                          \
    }

#endif
