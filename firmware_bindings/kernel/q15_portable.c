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

static inline int32_t block_sum(tensor_type type, const uint8_t *row, size_t b, const int16_t *codes, float *scale,
                                float *minimum) {
    block w;
    int32_t sum = 0;
    load_block(type, row, b, &w);
    for (size_t i = 0; i < BLOCK; i++) sum += w.codes[i] * codes[i];
    *scale = w.scale;
    *minimum = w.minimum;
    return sum;
}

#include "q15_rows.h"

const q15_ops q15_ops_portable = {
    .name = "portable",
    .quantise = quantise_portable,
    .rows_dot = QUANTISED_TYPES(rows_dot),
};
