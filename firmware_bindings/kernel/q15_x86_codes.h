/* Stored blocks as codes and scales, for x86; included by a file that has chosen its target, AVX2 or more.
 *
 * Codes are 16 bits, so that a pair's products are added exactly: vpmaddubsw would saturate.
 */
#ifndef SUNLIT_KERNEL_Q15_X86_CODES_H
#define SUNLIT_KERNEL_Q15_X86_CODES_H

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

/* The even ones of 32 codes. */
INLINE __m256i every_other(__m256i first, __m256i second) {
    first = _mm256_srai_epi32(_mm256_slli_epi32(first, 16), 16);
    second = _mm256_srai_epi32(_mm256_slli_epi32(second, 16), 16);
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
}

/* 32 codes in the order of split_signed. */
INLINE codes32 split_codes(__m256i first, __m256i second) {
    return (codes32){
        {every_other(first, second), every_other(_mm256_srli_epi32(first, 16), _mm256_srli_epi32(second, 16))}};
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

#endif
