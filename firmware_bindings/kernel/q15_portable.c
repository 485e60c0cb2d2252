/* Plain C11: the oracle that the other instruction sets are compared with, and the fallback. */
#include "q15.h"

void quantise_portable(const float *x, size_t n, const activations *out, size_t token, size_t block) {
    for (size_t b = block; b < block + n / BLOCK; b++, x += BLOCK) {
        int16_t *codes = out->codes + token * out->width + b * BLOCK;
        uint32_t largest = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            uint32_t magnitude = magnitude_of(x[i]);
            largest = magnitude > largest ? magnitude : largest;
        }
        block_scale scale = block_scale_of(largest);
        int32_t sum = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            float code = scale.inverse > 0.0f ? x[i] * scale.inverse + ROUND - ROUND : 0.0f;
            codes[i] = (int16_t)code;
            sum += codes[i];
        }
        size_t at = token * (out->width / BLOCK) + b;
        out->scales[at] = scale.scale;
        out->sums[at] = (float)sum * scale.scale;
    }
}

static float row_dot(tensor_type type, const uint8_t *row, const activations *x, size_t token, size_t n) {
    const int16_t *codes = x->codes + token * x->width;
    const float *scales = x->scales + token * (x->width / BLOCK), *sums = x->sums + token * (x->width / BLOCK);
    float chain[GROUP] = {0};
    for (size_t b = 0; b < n / BLOCK; b++) {
        block w;
        int32_t sum = 0;
        load_block(type, row, b, &w);
        for (size_t i = 0; i < BLOCK; i++) sum += w.codes[i] * codes[b * BLOCK + i];
        float *c = &chain[b % GROUP];
        *c = fmaf((float)sum, w.scale * scales[b], *c);
        if (has_minimum(type)) *c = fmaf(w.minimum, sums[b], *c);
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

const q15_ops q15_ops_portable = {
    .name = "portable",
    .quantise = quantise_portable,
    .rows_dot = QUANTISED_TYPES(rows_dot),
};
