/* What both of Arm's files share: stored codes in vectors, and panels.
 *
 * A panel's codes lie by block, code and row (blocks, 32, 32), as 16-bit numbers, so that one code of a token is
 * multiplied with eight rows at a time; a token's codes for it lie in their own order. */
#ifndef SUNLIT_KERNEL_Q15_NEON_H
#define SUNLIT_KERNEL_Q15_NEON_H

#include <arm_neon.h>

#include "q15.h"

/* 32 codes of 8 bits. */
typedef struct {
    int8x16_t v[2];
} codes8;

static inline codes8 load_octets(const uint8_t *at) {
    return (codes8){{vreinterpretq_s8_u8(vld1q_u8(at)), vreinterpretq_s8_u8(vld1q_u8(at + 16))}};
}

/* 16 octets of two codes of 4 bits, less an offset. */
static inline codes8 load_nibbles(const uint8_t *at, int8_t offset) {
    uint8x16_t octets = vld1q_u8(at);
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(octets, vdupq_n_u8(15)));
    int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(octets, 4));
    return (codes8){{vsubq_s8(low, vdupq_n_s8(offset)), vsubq_s8(high, vdupq_n_s8(offset))}};
}

/* Block b of a type whose codes are simply stored; whether it is one. */
static inline int load_simple(tensor_type type, const uint8_t *row, size_t b, codes8 *w, float *scale, float *minimum) {
    const uint8_t *at = row + b * tensor_formats[type].bytes;
    if (type == TENSOR_Q8_0) *w = load_octets(at + 2);
    if (type == TENSOR_Q4_0) *w = load_nibbles(at + 2, 8);
    if (type == TENSOR_Q4_1) *w = load_nibbles(at + 4, 0);
    if (type != TENSOR_Q8_0 && type != TENSOR_Q4_0 && type != TENSOR_Q4_1) return 0;
    *scale = half_to_float(at);
    if (type == TENSOR_Q4_1) *minimum = half_to_float(at + 2);
    return 1;
}

/* Four partial sums of a block: pairs of codes are multiplied exactly. */
static inline int32x4_t dot16(const int16x8_t *w /* (4,) */, const int16x8_t *x /* (4,) */) {
    int32x4_t sum = vdupq_n_s32(0);
    for (int k = 0; k < 4; k++) {
        sum = vmlal_s16(sum, vget_low_s16(w[k]), vget_low_s16(x[k]));
        sum = vmlal_high_s16(sum, w[k], x[k]);
    }
    return sum;
}

static inline void widen(codes8 narrow, int16x8_t *w /* (4,) */) {
    for (int k = 0; k < 2; k++)
        w[2 * k] = vmovl_s8(vget_low_s8(narrow.v[k])), w[2 * k + 1] = vmovl_high_s8(narrow.v[k]);
}

static inline void load_wide(const int16_t *at, int16x8_t *w /* (4,) */) {
    for (int k = 0; k < 4; k++) w[k] = vld1q_s16(at + 8 * k);
}

void unpack_neon(tensor_type type, const uint8_t *rows, size_t row_bytes, size_t count, size_t n, panel *out);
void multiply_neon(const panel *weights, int minima, const activations *x, size_t tokens, size_t n, size_t count,
                   float *out, size_t out_stride);

#define UNPACK(name, type)                                                                                             \
    static void unpack_##name(const uint8_t *rows, size_t row_bytes, size_t count, size_t n, panel *out) {             \
        unpack_neon(type, rows, row_bytes, count, n, out);                                                             \
    }

#define UNPACK_ALL                                                                                                     \
    UNPACK(q4_0, TENSOR_Q4_0)                                                                                          \
    UNPACK(q4_1, TENSOR_Q4_1)                                                                                          \
    UNPACK(q5_0, TENSOR_Q5_0)                                                                                          \
    UNPACK(q5_1, TENSOR_Q5_1)                                                                                          \
    UNPACK(q8_0, TENSOR_Q8_0)                                                                                          \
    UNPACK(q4_k, TENSOR_Q4_K)                                                                                          \
    UNPACK(q5_k, TENSOR_Q5_K)                                                                                          \
    UNPACK(q6_k, TENSOR_Q6_K)

#endif
