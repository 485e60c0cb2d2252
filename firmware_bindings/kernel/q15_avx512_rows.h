/* One row times one token for AVX-512: a group of 8 blocks at a time, a chain in each lane.
 *
 * vpdpbusd multiplies octets, so a code of the token is two: 128 · high + low. A group of the token is (high and low, 8 quads,
 * 8 blocks, 4), as the rows' groups come.
 */
#ifndef SUNLIT_KERNEL_Q15_AVX512_ROWS_H
#define SUNLIT_KERNEL_Q15_AVX512_ROWS_H

#include "q15_avx512_groups.h"

enum { AHEAD = 4096 }; /* octets: how far before their use weights are fetched */

/* sum + the four products of each lane; the intrinsic has gcc copy the sum before and after. */
INLINE __m512i dot_octets(__m512i sum, __m512i codes, __m512i x) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "vm"(x));
    return sum;
}

/* Σ quads · x of each block, over 16 weights a step. */
INLINE __m256i dot_group(const group8 *w, const int16_t *x, int from, int to) {
    const __m512i *high = (const void *)x, *low = high + 4;
    __m512i sum = _mm512_setzero_si512();
    for (int i = from; i < to; i++) sum = dot_octets(sum, w->quads[i], _mm512_loadu_si512(high + i));
    sum = _mm512_slli_epi32(sum, 7);
    for (int i = from; i < to; i++) sum = dot_octets(sum, w->quads[i], _mm512_loadu_si512(low + i));
    return _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
}

/* sums_TYPE: Σ codes · x of each block; `totals` are Σ x of the first and of the second half of each. */

INLINE __m256i unbiased(const group8 *w, const int16_t *x, const int32_t *totals, int bias_bits) {
    __m256i total = _mm256_add_epi32(load256(totals), load256(totals + GROUP));
    return _mm256_sub_epi32(dot_group(w, x, 0, 4), _mm256_slli_epi32(total, bias_bits));
}

#define SUMS(type, expression)                                                                                         \
    INLINE __m256i sums_##type(const group8 *w, const uint8_t *group, const int16_t *x, const int32_t *totals) {       \
        (void)group, (void)totals;                                                                                     \
        return expression;                                                                                             \
    }

SUMS(q4_0, unbiased(w, x, totals, 3))
SUMS(q4_1, dot_group(w, x, 0, 4))
SUMS(q5_0, unbiased(w, x, totals, 4))
SUMS(q5_1, dot_group(w, x, 0, 4))
SUMS(q8_0, unbiased(w, x, totals, 7))
SUMS(q4_k, dot_group(w, x, 0, 4))
SUMS(q5_k, dot_group(w, x, 0, 4))

INLINE __m256i sums_q6_k(const group8 *w, const uint8_t *group, const int16_t *x, const int32_t *totals) {
    __m256i scales = _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)(group + 192)));
    __m256i first = _mm256_srai_epi32(_mm256_slli_epi32(scales, 16), 16), second = _mm256_srai_epi32(scales, 16);
    __m256i a = _mm256_sub_epi32(dot_group(w, x, 0, 2), _mm256_slli_epi32(load256(totals), 5));
    __m256i b = _mm256_sub_epi32(dot_group(w, x, 2, 4), _mm256_slli_epi32(load256(totals + GROUP), 5));
    return _mm256_add_epi32(_mm256_mullo_epi32(a, first), _mm256_mullo_epi32(b, second));
}

INLINE float fold8(__m256 a) {
    __m128 c = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    c = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

/* The last group may not be whole: its lanes beyond the row stay as they are. */
#define STORED_ROWS(type, group_bytes, minima)                                                                         \
    INLINE __m256 add_##type(__m256 chains, const uint8_t *group, int bytes, __mmask8 inside, const activations *x,    \
                             size_t at) {                                                                              \
        group8 w = group_##type(group, bytes);                                                                         \
        __m256i sums = sums_##type(&w, group, x->codes + at * BLOCK, x->totals + 2 * at);                              \
        __m256 scale = _mm256_mul_ps(w.scale, _mm256_loadu_ps(x->scales + at));                                        \
        chains = _mm256_mask3_fmadd_ps(_mm256_cvtepi32_ps(sums), scale, chains, inside);                               \
        return minima ? _mm256_mask3_fmadd_ps(w.minimum, _mm256_loadu_ps(x->sums + at), chains, inside) : chains;      \
    }                                                                                                                  \
                                                                                                                       \
    static void rows_dot_##type(const uint8_t *rows, size_t row_bytes, size_t count, const activations *x,             \
                                size_t token, size_t n, float *out) {                                                  \
        size_t blocks = n / BLOCK, left = blocks % GROUP, first = token * (x->width / BLOCK);                          \
        for (size_t r = 0; r < count; r++) {                                                                           \
            const uint8_t *group = rows + r * row_bytes;                                                               \
            __m256 chains = _mm256_setzero_ps();                                                                       \
            size_t b = 0;                                                                                              \
            for (; b + GROUP <= blocks; b += GROUP, group += group_bytes) {                                            \
                for (size_t line = 0; line < group_bytes; line += 64) __builtin_prefetch(group + AHEAD + line);        \
                chains = add_##type(chains, group, group_bytes, 0xFF, x, first + b);                                   \
            }                                                                                                          \
            if (left) {                                                                                                \
                chains = add_##type(chains, group, (int)left * group_bytes / GROUP, (__mmask8)((1 << left) - 1), x,    \
                                    first + b);                                                                        \
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

/* Codes of block b of a token, 16 in each vector. */
INLINE void store_alone(const activations *out, size_t token, size_t b, __m256i first, __m256i second) {
    size_t group = token * (out->width / BLOCK) + b / GROUP * GROUP;
    uint8_t *at = (uint8_t *)(out->codes + group * BLOCK) + 4 * (b % GROUP);
    int32_t *totals = out->totals + 2 * group + b % GROUP, quads[2][GROUP];
    const __m256i round = _mm256_set1_epi16(64), ones = _mm256_set1_epi16(1);
    __m256i high[2] = {_mm256_srai_epi16(_mm256_add_epi16(first, round), 7),
                       _mm256_srai_epi16(_mm256_add_epi16(second, round), 7)};
    __m256i low[2] = {_mm256_sub_epi16(first, _mm256_slli_epi16(high[0], 7)),
                      _mm256_sub_epi16(second, _mm256_slli_epi16(high[1], 7))};
    _mm256_storeu_si256((void *)quads[0], _mm256_permute4x64_epi64(_mm256_packs_epi16(high[0], high[1]), 0xD8));
    _mm256_storeu_si256((void *)quads[1], _mm256_permute4x64_epi64(_mm256_packs_epi16(low[0], low[1]), 0xD8));
    for (size_t i = 0; i < 2; i++) {
        for (size_t q = 0; q < 8; q++) memcpy(at + 256 * i + 32 * q, &quads[i][q], sizeof quads[i][q]);
    }
    totals[0] = _mm512_reduce_add_epi32(_mm512_zextsi256_si512(_mm256_madd_epi16(first, ones)));
    totals[GROUP] = _mm512_reduce_add_epi32(_mm512_zextsi256_si512(_mm256_madd_epi16(second, ones)));
}

#endif
