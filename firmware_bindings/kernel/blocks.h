/* Stored weights, 32 at a time: every quantised type is codes of 16 bits, one scale and one minimum.
 *
 * Weight i of a block is fma(scale, code[i], minimum). Q6_K has a further 8-bit scale for each half of a block, which
 * goes into the codes: |code| ≤ 4096, so that 32 products with 15-bit activations still fit 32 bits.
 */
#ifndef SUNLIT_KERNEL_BLOCKS_H
#define SUNLIT_KERNEL_BLOCKS_H

#include "gguf.h"

enum { GROUP = 8 }; /* blocks: those of a K-quant's superblock, and the chains of a sum */

typedef struct {
    int16_t codes[BLOCK];
    float scale, minimum;
} block;

static inline int is_quantised(tensor_type type) { return type > TENSOR_BF16; }

/* Whether the type's minimum is not always 0. */
static inline int has_minimum(tensor_type type) {
    return type == TENSOR_Q4_1 || type == TENSOR_Q5_1 || type == TENSOR_Q4_K || type == TENSOR_Q5_K;
}

float half_to_float(const uint8_t *at);

/* The F16 nearest to x, ties to even; beyond the largest, infinity. */
uint16_t float_to_half(float x);

/* Block `index` of a row of a quantised type. */
void load_block(tensor_type type, const uint8_t *row, size_t index, block *out);

/* The F32 weights of a row of any type; n is a multiple of 32. Exact but for the rounding of a minimum's sum. */
void expand_row(tensor_type type, const uint8_t *row, float *weights /* (n,) */, size_t n);

/* Scales and minima of the 8 blocks of a Q4_K or Q5_K superblock, 6 bits each, from the 12 octets that hold them. */
static inline void unpack_k_scales(const uint8_t *packed, uint8_t *scales /* (8,) */, uint8_t *minima /* (8,) */) {
    uint32_t word[3], out[4];
    memcpy(word, packed, sizeof word);
    out[0] = word[0] & 0x3F3F3F3F;
    out[1] = (word[2] & 0x0F0F0F0F) | ((word[0] >> 6) & 0x03030303) << 4;
    out[2] = word[1] & 0x3F3F3F3F;
    out[3] = ((word[2] >> 4) & 0x0F0F0F0F) | ((word[1] >> 6) & 0x03030303) << 4;
    memcpy(scales, out, 8);
    memcpy(minima, out + 2, 8);
}

#endif
