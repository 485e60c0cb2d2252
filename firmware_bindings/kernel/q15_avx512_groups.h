/* Groups of 8 stored blocks as octets for vpdpbusd, for AVX-512; included by a file that has chosen its target.
 *
 * A quad is four neighbours of a block's 32 weights, a 32-bit lane. A group is turned so that lane j and lane j + 8 belong to
 * block j: then vpdpbusd adds up whole blocks by itself, and what comes out is the eight chains' next terms.
 */
#ifndef SUNLIT_KERNEL_Q15_AVX512_GROUPS_H
#define SUNLIT_KERNEL_Q15_AVX512_GROUPS_H

#include "q15_x86_codes.h"

/* Codes are quads[] − bias of the type; quads[i] holds quads 2i (lanes 0 … 7) and 2i + 1 of all blocks. */
typedef struct {
    __m512i quads[4];
    __m256 scale, minimum;
    __m256i half_scales[2]; /* Q6_K's alone: of the first and of the second half of each block */
} group8;

/* In a register: a load that crosses a cache line is dear, and gcc would repeat it for each use. */
INLINE __m512i kept(__m512i v) {
    __asm__("" : "+v"(v));
    return v;
}

/* The first `bytes` of 64, then zeros; nothing behind them is touched. A plain load where `bytes` is a constant ≥ 64. */
INLINE __m512i load512(const uint8_t *at, int bytes) {
    if (bytes >= 64) return kept(_mm512_loadu_si512(at));
    return _mm512_maskz_loadu_epi8(bytes <= 0 ? 0 : ~(__mmask64)0 >> (64 - bytes), at);
}

/* A group of at most 192 octets, of which the first `bytes` are there. */
typedef struct {
    __m512i first, second, last;
    int words;
} octets192;

INLINE octets192 load_group(const uint8_t *group, int group_bytes, int bytes) {
    int last = group_bytes - 64;
    return (octets192){load512(group, bytes), load512(group + 64, bytes - 64), load512(group + last, bytes - last),
                       group_bytes / 2};
}

/* The 32 words of a group that `index` names. */
INLINE __m512i pick(octets192 g, __m512i index) {
    __mmask32 beyond = _mm512_cmpge_epi16_mask(index, _mm512_set1_epi16(64));
    __m512i in_last = _mm512_sub_epi16(index, _mm512_set1_epi16((short)(g.words - 32)));
    __m512i picked = _mm512_permutex2var_epi16(g.first, index, g.second);
    return _mm512_mask_permutexvar_epi16(picked, beyond, in_last, g.last);
}

/* For blocks of `block_words`: their words `word` and the next in lanes 0 … 7, `upper` and the next in the others. */
INLINE __m512i index_of(int block_words, int word, int upper) {
    const __m512i block = _mm512_setr_epi32(0, 0x10001, 0x20002, 0x30003, 0x40004, 0x50005, 0x60006, 0x70007, 0,
                                            0x10001, 0x20002, 0x30003, 0x40004, 0x50005, 0x60006, 0x70007);
    __m512i start = _mm512_mullo_epi16(block, _mm512_set1_epi16((short)block_words));
    __m512i field =
        _mm512_mask_set1_epi32(_mm512_set1_epi32(word | (word + 1) << 16), 0xFF00, upper | (upper + 1) << 16);
    return _mm512_add_epi16(start, field);
}

/* 16 octets of two codes in each block, from word `word` on: quads 0 … 3 are the low ones. */
INLINE void turn_nibbles(octets192 g, int block_words, int word, __m512i *quads) {
    const __m512i low = _mm512_set1_epi8(15);
    __m512i first = pick(g, index_of(block_words, word, word + 2));
    __m512i second = pick(g, index_of(block_words, word + 4, word + 6));
    quads[0] = _mm512_and_si512(first, low), quads[1] = _mm512_and_si512(second, low);
    quads[2] = _mm512_and_si512(_mm512_srli_epi16(first, 4), low);
    quads[3] = _mm512_and_si512(_mm512_srli_epi16(second, 4), low);
}

/* Adds 16 to the codes whose bit is set among the 32 from word `word` on. */
INLINE void add_fifth_bits(octets192 g, int block_words, int word, __m512i *quads) {
    __m512i bits = pick(g, index_of(block_words, word, word));
    for (int i = 0; i < 4;
         i++) { /* a quad's bits are half of octet i: each of its four octets becomes a copy of that */
        const __m512i copy = _mm512_add_epi32(_mm512_set1_epi32(0x01010101 * i),
                                              _mm512_set4_epi32(0x0C0C0C0C, 0x08080808, 0x04040404, 0));
        const __m512i bit = _mm512_mask_set1_epi32(_mm512_set1_epi32(0x08040201), 0xFF00, (int)0x80402010);
        __mmask64 set = _mm512_test_epi8_mask(_mm512_shuffle_epi8(bits, copy), bit);
        quads[i] = _mm512_mask_add_epi8(quads[i], set, quads[i], _mm512_set1_epi8(16));
    }
}

/* The F16 numbers at the beginning of each block: a scale, and a minimum if there is one. */
INLINE void turn_scales(octets192 g, int block_words, int has_minimum, group8 *out) {
    const __m512i block = _mm512_set_epi16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6,
                                           5, 4, 3, 2, 1, 0);
    __m512i start = _mm512_mullo_epi16(block, _mm512_set1_epi16((short)block_words));
    __m512i index = _mm512_mask_add_epi16(start, 0xFF00, start, _mm512_set1_epi16((short)has_minimum));
    __m512 floats = _mm512_cvtph_ps(_mm512_castsi512_si256(pick(g, index)));
    out->scale = _mm512_castps512_ps256(floats);
    out->minimum = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(floats), 1));
}

/* group_TYPE(group, bytes): the first `bytes` of it are there. */

INLINE group8 group_q4_0(const uint8_t *group, int bytes) {
    group8 out;
    octets192 g = load_group(group, 144, bytes);
    turn_nibbles(g, 9, 1, out.quads);
    turn_scales(g, 9, 0, &out);
    return out;
}

INLINE group8 group_q4_1(const uint8_t *group, int bytes) {
    group8 out;
    octets192 g = load_group(group, 160, bytes);
    turn_nibbles(g, 10, 2, out.quads);
    turn_scales(g, 10, 1, &out);
    return out;
}

INLINE group8 group_q5_0(const uint8_t *group, int bytes) {
    group8 out;
    octets192 g = load_group(group, 176, bytes);
    turn_nibbles(g, 11, 3, out.quads);
    add_fifth_bits(g, 11, 1, out.quads);
    turn_scales(g, 11, 0, &out);
    return out;
}

INLINE group8 group_q5_1(const uint8_t *group, int bytes) {
    group8 out;
    octets192 g = load_group(group, 192, bytes);
    turn_nibbles(g, 12, 4, out.quads);
    add_fifth_bits(g, 12, 2, out.quads);
    turn_scales(g, 12, 1, &out);
    return out;
}

/* Octets `at` … `at` + 31, and 4 blocks on. */
INLINE __m512i two_blocks(const uint8_t *group, int at, int bytes) {
    if (bytes >= 272) {
        __m512i low = _mm512_castsi256_si512(load256(group + at));
        return _mm512_inserti64x4(low, load256(group + at + 136), 1);
    }
    __m512i low = load512(group + at, bytes < at + 32 ? bytes - at : 32);
    __m512i high = load512(group + at + 136, bytes < at + 168 ? bytes - at - 136 : 32);
    return _mm512_inserti64x4(low, _mm512_castsi512_si256(high), 1);
}

INLINE group8 group_q8_0(const uint8_t *group, int bytes) {
    group8 out;
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    const __m512i first = _mm512_setr_epi32(0, 8, 16, 24, 4, 12, 20, 28, 1, 9, 17, 25, 5, 13, 21, 29);
    const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(2));
    __m512i pair[4];
    for (int j = 0; j < 4; j++) pair[j] = _mm512_xor_si512(two_blocks(group, 34 * j + 2, bytes), flip);
    __m512i a = _mm512_shuffle_i32x4(pair[0], pair[1], 0x88), b = _mm512_shuffle_i32x4(pair[2], pair[3], 0x88);
    __m512i c = _mm512_shuffle_i32x4(pair[0], pair[1], 0xDD), d = _mm512_shuffle_i32x4(pair[2], pair[3], 0xDD);
    out.quads[0] = _mm512_permutex2var_epi32(a, first, b), out.quads[1] = _mm512_permutex2var_epi32(a, second, b);
    out.quads[2] = _mm512_permutex2var_epi32(c, first, d), out.quads[3] = _mm512_permutex2var_epi32(c, second, d);
    out.scale = scales_q8_0(group, bytes / 34).scale;
    return out;
}

/* Lanes 0 … 7 are quad 2i of a superblock's blocks, of which `lane` says where its word is among the first quads'. */
INLINE __m512i quads_from(const uint8_t *low, __m512i lane, int i) {
    const __m512i upper = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    __m512i index = _mm512_add_epi32(_mm512_add_epi32(lane, upper), _mm512_set1_epi32(2 * i));
    return _mm512_permutex2var_epi32(_mm512_loadu_si512(low), index, _mm512_loadu_si512(low + 64));
}

/* A number for each of 8 blocks, twice. */
#define EACH_BLOCK(a, b, c, d, e, f, g, h) _mm512_setr_epi32(a, b, c, d, e, f, g, h, a, b, c, d, e, f, g, h)

INLINE void turn_nibbles_k(const uint8_t *at, __m512i *quads) {
    for (int i = 0; i < 4; i++) {
        __m512i octets = quads_from(at, EACH_BLOCK(0, 0, 8, 8, 16, 16, 24, 24), i);
        octets = _mm512_srlv_epi32(octets, EACH_BLOCK(0, 4, 0, 4, 0, 4, 0, 4));
        quads[i] = _mm512_and_si512(octets, _mm512_set1_epi8(15));
    }
}

INLINE group8 group_q4_k(const uint8_t *group, int bytes) {
    group8 out;
    scales8 scales = scales_q4_k(group, GROUP);
    (void)bytes;
    turn_nibbles_k(group + 16, out.quads);
    out.scale = scales.scale, out.minimum = scales.minimum;
    return out;
}

/* quads | the bits of `high` that `turned` brings to the places of `mask`. */
INLINE __m512i or_high(__m512i quads, __m512i high, __m512i turned, int mask) {
    return _mm512_ternarylogic_epi32(quads, _mm512_rolv_epi32(high, turned), _mm512_set1_epi32(mask), 0xF8);
}

INLINE group8 group_q5_k(const uint8_t *group, int bytes) {
    const __m512i upper = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    group8 out;
    scales8 scales = scales_q5_k(group, GROUP);
    __m512i bits = _mm512_castsi256_si512(load256(group + 16));
    (void)bytes;
    turn_nibbles_k(group + 48, out.quads);
    for (int i = 0; i < 4; i++) {
        __m512i high = _mm512_permutexvar_epi32(_mm512_add_epi32(upper, _mm512_set1_epi32(2 * i)), bits);
        out.quads[i] = or_high(out.quads[i], high, EACH_BLOCK(4, 3, 2, 1, 0, 31, 30, 29), 0x10101010);
    }
    out.scale = scales.scale, out.minimum = scales.minimum;
    return out;
}

INLINE group8 group_q6_k(const uint8_t *group, int bytes) {
    const __m512i chunk = _mm512_setr_epi32(0, 0, 0, 0, 8, 8, 8, 8, 1, 1, 1, 1, 9, 9, 9, 9);
    group8 out;
    __m512i bits = _mm512_loadu_si512(group + 128);
    (void)bytes;
    for (int i = 0; i < 4; i++) {
        __m512i low = quads_from(group, EACH_BLOCK(0, 8, 0, 8, 16, 24, 16, 24), i);
        low = _mm512_srlv_epi32(low, EACH_BLOCK(0, 0, 4, 4, 0, 0, 4, 4));
        low = _mm512_and_si512(low, _mm512_set1_epi8(15));
        __m512i high = _mm512_permutexvar_epi32(_mm512_add_epi32(chunk, _mm512_set1_epi32(2 * i)), bits);
        out.quads[i] = or_high(low, high, EACH_BLOCK(4, 2, 0, 30, 4, 2, 0, 30), 0x30303030);
    }
    __m256i scales = _mm256_cvtepi8_epi16(load128(group + 192));
    out.half_scales[0] = _mm256_srai_epi32(_mm256_slli_epi32(scales, 16), 16);
    out.half_scales[1] = _mm256_srai_epi32(scales, 16);
    out.scale = scales_q6_k(group, GROUP).scale;
    return out;
}

#endif
