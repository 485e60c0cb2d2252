/* Rows times one token for AVX-512: a group of 8 blocks at a time, a chain in each lane.
 *
 * vpdpbusd multiplies octets, so a code of the token is two: 128 · high + low. A group of the token is (high and low, 8 quads,
 * 8 blocks, 4), as the rows' groups come.
 */
#ifndef SUNLIT_KERNEL_Q15_AVX512_ROWS_H
#define SUNLIT_KERNEL_Q15_AVX512_ROWS_H

#include "q15_avx512_groups.h"

/* sum + the four products of each lane; the intrinsic has gcc copy the sum before and after. */
INLINE __m512i dot_octets(__m512i sum, __m512i codes, __m512i x) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "vm"(x));
    return sum;
}

/* Rows at once, which share what they load of x. They lie far apart: of neighbours, the processor's prefetcher does not
 * see that they are two streams, and memory is read at a third of its speed. */
enum { PAIR = 2 };

/* The processor's own prefetcher stops at the end of each page of 4 KiB. Into the second level, so that the few misses
 * that the first one can have outstanding stay free. */
INLINE void fetch_group(const uint8_t *group, size_t bytes) {
    enum { AHEAD = 1536 };
    for (size_t line = 0; line < bytes; line += 64) __builtin_prefetch(group + AHEAD + line, 0, 2);
}

/* Σ quads · x of each block, of quads 2 · from … 2 · to − 1. */
INLINE void dot_groups(const group8 *w, size_t rows, const int16_t *x, int from, int to, __m256i *sums) {
    __m512i high[PAIR], low[PAIR];
    for (size_t r = 0; r < rows; r++) high[r] = low[r] = _mm512_setzero_si512();
    for (int i = from; i < to; i++) {
        __m512i x_high = kept(_mm512_loadu_si512(x + 32 * i)), x_low = kept(_mm512_loadu_si512(x + 32 * (i + 4)));
        for (size_t r = 0; r < rows; r++) {
            high[r] = dot_octets(high[r], w[r].quads[i], x_high);
            low[r] = dot_octets(low[r], w[r].quads[i], x_low);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        __m512i sum = _mm512_add_epi32(_mm512_slli_epi32(high[r], 7), low[r]);
        sums[r] = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    }
}

/* Σ codes · x of each block, where codes are quads − 2^bias_bits; `totals` are Σ x of both halves of each. */
INLINE void unbiased(const group8 *w, size_t rows, const int16_t *x, const int32_t *totals, int bias_bits,
                     __m256i *sums) {
    __m256i total = _mm256_add_epi32(load256(totals), load256(totals + GROUP));
    dot_groups(w, rows, x, 0, 4, sums);
    for (size_t r = 0; r < rows; r++) sums[r] = _mm256_sub_epi32(sums[r], _mm256_slli_epi32(total, bias_bits));
}

/* The same for Q6_K, whose blocks have a scale for each half. */
INLINE void scaled(const group8 *w, size_t rows, const int16_t *x, const int32_t *totals, __m256i *sums) {
    __m256i half[2][PAIR];
    for (int i = 0; i < 2; i++) dot_groups(w, rows, x, 2 * i, 2 * i + 2, half[i]);
    for (size_t r = 0; r < rows; r++) {
        sums[r] = _mm256_setzero_si256();
        for (int i = 0; i < 2; i++) {
            __m256i dot = _mm256_sub_epi32(half[i][r], _mm256_slli_epi32(load256(totals + GROUP * i), 5));
            sums[r] = _mm256_add_epi32(sums[r], _mm256_mullo_epi32(dot, w[r].half_scales[i]));
        }
    }
}

#define sums_q4_0(w, rows, x, totals, sums) unbiased(w, rows, x, totals, 3, sums)
#define sums_q4_1(w, rows, x, totals, sums) dot_groups(w, rows, x, 0, 4, sums)
#define sums_q5_0(w, rows, x, totals, sums) unbiased(w, rows, x, totals, 4, sums)
#define sums_q5_1(w, rows, x, totals, sums) dot_groups(w, rows, x, 0, 4, sums)
#define sums_q8_0(w, rows, x, totals, sums) unbiased(w, rows, x, totals, 7, sums)
#define sums_q4_k(w, rows, x, totals, sums) dot_groups(w, rows, x, 0, 4, sums)
#define sums_q5_k(w, rows, x, totals, sums) dot_groups(w, rows, x, 0, 4, sums)
#define sums_q6_k(w, rows, x, totals, sums) scaled(w, rows, x, totals, sums)

/* Four blocks of a token, twice, as a group. */
typedef struct {
    int16_t codes[GROUP * BLOCK];
    int32_t totals[2 * GROUP];
    float scales[GROUP], sums[GROUP];
} doubled;

INLINE void double_four(const void *four, void *out) {
    _mm256_storeu_si256(out, _mm256_broadcastsi128_si256(_mm_loadu_si128(four)));
}

/* Of the group at block `at` of x, blocks 4 · side … 4 · side + 3. */
INLINE void double_blocks(const activations *x, size_t at, size_t side, doubled *out) {
    for (size_t i = 0; i < 16; i++) double_four(x->codes + at * BLOCK + 16 * i + 8 * side, out->codes + 16 * i);
    for (size_t h = 0; h < 2; h++) double_four(x->totals + 2 * at + GROUP * h + 4 * side, out->totals + GROUP * h);
    double_four(x->scales + at + 4 * side, out->scales);
    double_four(x->sums + at + 4 * side, out->sums);
}

/* Where 8 blocks of a token lie. */
typedef struct {
    const int16_t *codes;
    const int32_t *totals;
    const float *scales, *sums;
} token_group;

INLINE token_group group_at(const activations *x, size_t at) {
    return (token_group){x->codes + at * BLOCK, x->totals + 2 * at, x->scales + at, x->sums + at};
}

/* Into lanes 0 … 3 and 4 … 7 of the chains go the first `count` of them, at most 4, of w's terms. What is left of two rows
 * behind their last whole group goes together: lanes 0 … 3 are the first row's. */
#define STORED_ROWS(type, group_bytes, minima)                                                                         \
    INLINE void add_##type(__m256 *chains, const group8 *w, size_t rows, size_t count, const token_group *x) {         \
        const __mmask8 inside = (__mmask8)(((1 << count) - 1) * 17);                                                   \
        __m256i sums[PAIR];                                                                                            \
        sums_##type(w, rows, x->codes, x->totals, sums);                                                               \
        for (size_t r = 0; r < rows; r++) {                                                                            \
            __m256 scale = _mm256_mul_ps(w[r].scale, _mm256_loadu_ps(x->scales)), sum = _mm256_cvtepi32_ps(sums[r]);   \
            chains[r] = _mm256_mask3_fmadd_ps(sum, scale, chains[r], inside);                                          \
            if (minima) chains[r] = _mm256_mask3_fmadd_ps(w[r].minimum, _mm256_loadu_ps(x->sums), chains[r], inside);  \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static void rows_dot_##type(const uint8_t *rows, size_t row_bytes, size_t count, const activations *x,             \
                                size_t token, size_t n, float *out) {                                                  \
        const size_t apart = (count + 1) / PAIR, at = token * (x->width / BLOCK), left = n / BLOCK % GROUP;            \
        const size_t end = at + n / BLOCK - left;                                                                      \
        doubled last[2];                                                                                               \
        for (size_t k = 0; 4 * k < left; k++) double_blocks(x, end, k, &last[k]);                                      \
        for (size_t r = 0; r < apart; r++) {                                                                           \
            size_t twin = r + apart < count ? r + apart : r;                                                           \
            const uint8_t *a = rows + r * row_bytes, *b = rows + twin * row_bytes;                                     \
            __m256 chains[PAIR] = {_mm256_setzero_ps(), _mm256_setzero_ps()};                                          \
            for (size_t g = at; g < end; g += GROUP, a += group_bytes, b += group_bytes) {                             \
                fetch_group(a, group_bytes), fetch_group(b, group_bytes);                                              \
                group8 w[PAIR] = {group_##type(a), group_##type(b)};                                                   \
                token_group group = group_at(x, g);                                                                    \
                add_##type(chains, w, PAIR, 4, &group);                                                                \
            }                                                                                                          \
            __m256 side[2] = {_mm256_permute2f128_ps(chains[0], chains[1], 0x20),                                      \
                              _mm256_permute2f128_ps(chains[0], chains[1], 0x31)};                                     \
            for (size_t k = 0; 4 * k < left; k++, a += group_bytes / 2, b += group_bytes / 2) {                        \
                size_t there = left - 4 * k < 4 ? left - 4 * k : 4;                                                    \
                group8 w = twin_##type(a, b, there);                                                                   \
                token_group group = {last[k].codes, last[k].totals, last[k].scales, last[k].sums};                     \
                add_##type(&side[k], &w, 1, there, &group);                                                            \
            }                                                                                                          \
            __m256 sum = _mm256_add_ps(side[0], side[1]);                                                              \
            sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0x4E));                                                    \
            sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0xB1));                                                    \
            out[twin] = _mm_cvtss_f32(_mm256_extractf128_ps(sum, 1));                                                  \
            out[r] = _mm256_cvtss_f32(sum);                                                                            \
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
