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

/* Octets `from` … `to` − 1 of 64 that lie at `at`, in the place of `v`'s; none of the others is touched. */
INLINE __m512i merge512(__m512i v, const uint8_t *at, int from, int to) {
    if (to <= from) return v;
    __mmask64 wanted = ~(__mmask64)0 << from & ~(__mmask64)0 >> (to < 64 ? 64 - to : 0);
    return _mm512_mask_loadu_epi8(v, wanted, at);
}

/* A group of at most 192 octets: the first and the second 64, and the last. */
typedef struct {
    __m512i first, second, last;
    int words;
} octets192;

INLINE octets192 load_group(const uint8_t *group, int group_bytes) {
    return (octets192){kept(_mm512_loadu_si512(group)), kept(_mm512_loadu_si512(group + 64)),
                       kept(_mm512_loadu_si512(group + group_bytes - 64)), group_bytes / 2};
}

/* A group of which blocks 0 … 3 lie at `a`, the others at `b`; of either the first `bytes` octets are there. */
INLINE octets192 load_twin(const uint8_t *a, const uint8_t *b, int group_bytes, int bytes) {
    const int half = group_bytes / 2, last = group_bytes - 64;
    const __m512i none = _mm512_setzero_si512();
    octets192 g = {.words = half};
    g.first = merge512(none, a, 0, bytes);
    g.second = merge512(merge512(none, a + 64, 0, bytes - 64), b + 64 - half, half - 64, half - 64 + bytes);
    g.last = merge512(none, b + last - half, 0, bytes + half - last);
    return g;
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

/* turn_TYPE(octets): what was loaded, turned. */

INLINE group8 turn_q4_0(octets192 g) {
    group8 out;
    turn_nibbles(g, 9, 1, out.quads);
    turn_scales(g, 9, 0, &out);
    return out;
}

INLINE group8 turn_q4_1(octets192 g) {
    group8 out;
    turn_nibbles(g, 10, 2, out.quads);
    turn_scales(g, 10, 1, &out);
    return out;
}

INLINE group8 turn_q5_0(octets192 g) {
    group8 out;
    turn_nibbles(g, 11, 3, out.quads);
    add_fifth_bits(g, 11, 1, out.quads);
    turn_scales(g, 11, 0, &out);
    return out;
}

INLINE group8 turn_q5_1(octets192 g) {
    group8 out;
    turn_nibbles(g, 12, 4, out.quads);
    add_fifth_bits(g, 12, 2, out.quads);
    turn_scales(g, 12, 1, &out);
    return out;
}

/* Q8_0's scales: `count` of them at a, and so many at b. */
INLINE __m256 scales_apart(const uint8_t *a, const uint8_t *b, size_t count) {
    __m128i half = _mm_setzero_si128();
#define TAKE(j, from)                                                                                                  \
    if (j % 4 < count) half = _mm_insert_epi16(half, from[34 * (j % 4)] | from[34 * (j % 4) + 1] << 8, j)
    TAKE(0, a);
    TAKE(1, a);
    TAKE(2, a);
    TAKE(3, a);
    TAKE(4, b);
    TAKE(5, b);
    TAKE(6, b);
    TAKE(7, b);
#undef TAKE
    return _mm256_cvtph_ps(half);
}

/* Q8_0's blocks are loaded one by one: `count` of them at a and so many at b, at most 4. */
INLINE group8 load_q8_0(const uint8_t *a, const uint8_t *b, size_t count) {
    group8 out;
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    const __m512i first = _mm512_setr_epi32(0, 8, 16, 24, 4, 12, 20, 28, 1, 9, 17, 25, 5, 13, 21, 29);
    const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(2));
    __m512i pair[4];
    for (size_t j = 0; j < 4; j++) {
        size_t at = j < count ? 34 * j + 2 : 2;
        pair[j] = _mm512_inserti64x4(_mm512_castsi256_si512(load256(a + at)), load256(b + at), 1);
        pair[j] = _mm512_xor_si512(pair[j], flip);
    }
    __m512i p = _mm512_shuffle_i32x4(pair[0], pair[1], 0x88), q = _mm512_shuffle_i32x4(pair[2], pair[3], 0x88);
    __m512i r = _mm512_shuffle_i32x4(pair[0], pair[1], 0xDD), s = _mm512_shuffle_i32x4(pair[2], pair[3], 0xDD);
    out.quads[0] = _mm512_permutex2var_epi32(p, first, q), out.quads[1] = _mm512_permutex2var_epi32(p, second, q);
    out.quads[2] = _mm512_permutex2var_epi32(r, first, s), out.quads[3] = _mm512_permutex2var_epi32(r, second, s);
    out.scale = scales_apart(a, b, count);
    return out;
}

/* group_TYPE(group): 8 blocks. twin_TYPE(a, b, count): `count` blocks of each, at most 4, as blocks 0 … 3 and 4 … 7. */

#define GROUPS(type, group_bytes)                                                                                      \
    INLINE group8 group_##type(const uint8_t *group) { return turn_##type(load_group(group, group_bytes)); }           \
    INLINE group8 twin_##type(const uint8_t *a, const uint8_t *b, size_t count) {                                      \
        return turn_##type(load_twin(a, b, group_bytes, (int)count * group_bytes / GROUP));                            \
    }

GROUPS(q4_0, 144)
GROUPS(q4_1, 160)
GROUPS(q5_0, 176)
GROUPS(q5_1, 192)

INLINE group8 group_q8_0(const uint8_t *group) { return load_q8_0(group, group + 136, 4); }
INLINE group8 twin_q8_0(const uint8_t *a, const uint8_t *b, size_t count) { return load_q8_0(a, b, count); }

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

INLINE group8 group_q4_k(const uint8_t *group) {
    group8 out;
    scales8 scales = scales_q4_k(group, GROUP);
    turn_nibbles_k(group + 16, out.quads);
    out.scale = scales.scale, out.minimum = scales.minimum;
    return out;
}

/* quads | the bits of `high` that `turned` brings to the places of `mask`. */
INLINE __m512i or_high(__m512i quads, __m512i high, __m512i turned, int mask) {
    return _mm512_ternarylogic_epi32(quads, _mm512_rolv_epi32(high, turned), _mm512_set1_epi32(mask), 0xF8);
}

INLINE group8 group_q5_k(const uint8_t *group) {
    const __m512i upper = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    group8 out;
    scales8 scales = scales_q5_k(group, GROUP);
    __m512i bits = _mm512_castsi256_si512(load256(group + 16));
    turn_nibbles_k(group + 48, out.quads);
    for (int i = 0; i < 4; i++) {
        __m512i high = _mm512_permutexvar_epi32(_mm512_add_epi32(upper, _mm512_set1_epi32(2 * i)), bits);
        out.quads[i] = or_high(out.quads[i], high, EACH_BLOCK(4, 3, 2, 1, 0, 31, 30, 29), 0x10101010);
    }
    out.scale = scales.scale, out.minimum = scales.minimum;
    return out;
}

INLINE group8 group_q6_k(const uint8_t *group) {
    const __m512i chunk = _mm512_setr_epi32(0, 0, 0, 0, 8, 8, 8, 8, 1, 1, 1, 1, 9, 9, 9, 9);
    group8 out;
    __m512i bits = _mm512_loadu_si512(group + 128);
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

/* A row of superblocks ends with a whole one. */
#define twin_q4_k(a, b, count) group_q4_k(a)
#define twin_q5_k(a, b, count) group_q5_k(a)
#define twin_q6_k(a, b, count) group_q6_k(a)

#endif
