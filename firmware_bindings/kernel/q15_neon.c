/* 15-bit arithmetic with NEON, which every 64-bit Arm has. Prompts read the rows as they are stored, too. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "q15.h"

/* Four partial sums of a block: pairs of codes are multiplied exactly. */
static inline int32x4_t block_dot(const int16x8_t *w /* (4,) */, const int16_t *x) {
    int32x4_t sum = vdupq_n_s32(0);
    for (int k = 0; k < 4; k++) {
        int16x8_t code = vld1q_s16(x + 8 * k);
        sum = vmlal_s16(sum, vget_low_s16(w[k]), vget_low_s16(code));
        sum = vmlal_high_s16(sum, w[k], code);
    }
    return sum;
}

/* Codes of 32 octets. */
static inline void widen(int8x16_t first, int8x16_t second, int16x8_t *w /* (4,) */) {
    w[0] = vmovl_s8(vget_low_s8(first)), w[1] = vmovl_high_s8(first);
    w[2] = vmovl_s8(vget_low_s8(second)), w[3] = vmovl_high_s8(second);
}

static inline void load_nibbles(const uint8_t *at, int8_t offset, int16x8_t *w) {
    uint8x16_t octets = vld1q_u8(at);
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(octets, vdupq_n_u8(15)));
    int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(octets, 4));
    widen(vsubq_s8(low, vdupq_n_s8(offset)), vsubq_s8(high, vdupq_n_s8(offset)), w);
}

static inline float row_dot(tensor_type type, const uint8_t *row, const activations *x, size_t token, size_t n) {
    const int16_t *codes = x->codes + token * x->width;
    const float *scales = x->scales + token * (x->width / BLOCK), *sums = x->sums + token * (x->width / BLOCK);
    float chain[GROUP] = {0};
    for (size_t b = 0; b < n / BLOCK; b++) {
        int16x8_t w[4];
        block stored = {.minimum = 0.0f};
        if (type == TENSOR_Q8_0) {
            const uint8_t *at = row + 34 * b;
            stored.scale = half_to_float(at);
            widen(vreinterpretq_s8_u8(vld1q_u8(at + 2)), vreinterpretq_s8_u8(vld1q_u8(at + 18)), w);
        } else if (type == TENSOR_Q4_0) {
            stored.scale = half_to_float(row + 18 * b);
            load_nibbles(row + 18 * b + 2, 8, w);
        } else if (type == TENSOR_Q4_1) {
            stored.scale = half_to_float(row + 20 * b);
            stored.minimum = half_to_float(row + 20 * b + 2);
            load_nibbles(row + 20 * b + 4, 0, w);
        } else {
            load_block(type, row, b, &stored);
            for (int k = 0; k < 4; k++) w[k] = vld1q_s16(stored.codes + 8 * k);
        }
        float *c = &chain[b % GROUP], sum = (float)vaddvq_s32(block_dot(w, codes + b * BLOCK));
        *c = fmaf(sum, stored.scale * scales[b], *c);
        if (has_minimum(type)) *c = fmaf(stored.minimum, sums[b], *c);
    }
    return fold_chains(chain);
}

ROWS_DOT(q4_0, TENSOR_Q4_0)
ROWS_DOT(q4_1, TENSOR_Q4_1)
ROWS_DOT(q5_0, TENSOR_Q5_0)
ROWS_DOT(q5_1, TENSOR_Q5_1)
ROWS_DOT(q8_0, TENSOR_Q8_0)
ROWS_DOT(q4_k, TENSOR_Q4_K)
ROWS_DOT(q5_k, TENSOR_Q5_K)
ROWS_DOT(q6_k, TENSOR_Q6_K)

const q15_ops q15_ops_neon = {
    .name = "neon",
    .quantise = quantise_portable,
    .rows_dot = QUANTISED_TYPES(rows_dot),
};
#else
typedef int not_on_this_machine;
#endif
