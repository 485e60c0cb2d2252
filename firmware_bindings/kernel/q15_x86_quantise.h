/* Activations → codes for x86; included by a file that has defined
 *
 *   store_alone(out, token, b, first, second)   where the codes of block b of a lone token go: 16 in each vector
 */
#ifndef SUNLIT_KERNEL_Q15_X86_QUANTISE_H
#define SUNLIT_KERNEL_Q15_X86_QUANTISE_H

#include "q15_x86_panels.h"

/* 32 codes as 16 pairs, in the order of split_signed. */
INLINE void store_pairs(int16_t *out, __m256i first, __m256i second) {
    codes32 codes = split_codes(first, second);
    _mm256_storeu_si256((void *)out, codes.half[0]);
    _mm256_storeu_si256((void *)(out + BLOCK / 2), codes.half[1]);
}

static void quantise(const float *x, size_t n, const activations *out, size_t token, size_t block) {
    const __m256i magnitude = _mm256_set1_epi32(0x7FFFFFFF);
    for (size_t b = block; b < block + n / BLOCK; b++, x += BLOCK) {
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
        __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
        size_t at = token * (out->width / BLOCK) + b;
        if (out->tiled) {
            size_t tile = tiled_place_of(out, token / TILE, b);
            at = tile + token % TILE;
            store_pairs(out->codes + at * BLOCK, first, second);
        } else {
            store_alone(out, token, b, first, second);
        }
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
