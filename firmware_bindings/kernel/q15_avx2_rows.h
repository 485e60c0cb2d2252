/* One row times one token for AVX2: codes of 16 bits, in the order of split_signed. */
#ifndef SUNLIT_KERNEL_Q15_AVX2_ROWS_H
#define SUNLIT_KERNEL_Q15_AVX2_ROWS_H

#include "q15_x86_codes.h"

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
    return _mm256_add_epi32(_mm256_madd_epi16(w.half[0], load256(x)), _mm256_madd_epi16(w.half[1], load256(x + 16)));
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

/* Codes of block b of a token, 16 in each vector. */
INLINE void store_alone(const activations *out, size_t token, size_t b, __m256i first, __m256i second) {
    int16_t *at = out->codes + token * out->width + b * BLOCK;
    codes32 codes = split_codes(first, second);
    _mm256_storeu_si256((void *)at, codes.half[0]);
    _mm256_storeu_si256((void *)(at + 16), codes.half[1]);
}

#endif
