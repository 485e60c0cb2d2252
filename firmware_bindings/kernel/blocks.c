#include "blocks.h"

#include <math.h>

float half_to_float(const uint8_t *at) {
    uint16_t half;
    memcpy(&half, at, sizeof half);
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31, fraction = half & 1023;
    uint32_t bits = sign | (exponent + 112) << 23 | fraction << 13;
    if (exponent == 31) bits = sign | 0x7F800000 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    if (exponent == 0) value = (sign ? -0x1p-24f : 0x1p-24f) * (float)fraction;
    return value;
}

uint16_t float_to_half(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return (uint16_t)(sign | 0x7E00);
    if (magnitude < 0x38800000) { /* below 2^-14: in steps of 2^-24 */
        float steps;
        memcpy(&steps, &magnitude, sizeof steps);
        return (uint16_t)(sign | (uint32_t)(steps * 0x1p24f + 0x1p23f - 0x1p23f));
    }
    uint32_t half = (magnitude - 0x38000000 + 0xFFF + (magnitude >> 13 & 1)) >> 13;
    return (uint16_t)(sign | (half < 0x7C00 ? half : 0x7C00));
}

static float bfloat_to_float(const uint8_t *at) {
    uint32_t bits = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 24;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* 16 octets of two 4-bit codes, with a fifth bit from `high` (one bit a weight) and an offset. */
static void load_nibbles(const uint8_t *octets, uint32_t high, int offset, int16_t *codes) {
    for (int i = 0; i < 16; i++) {
        codes[i] = (int16_t)((octets[i] & 15) + (int)(high >> i & 1) * 16 - offset);
        codes[i + 16] = (int16_t)((octets[i] >> 4) + (int)(high >> (i + 16) & 1) * 16 - offset);
    }
}

static uint32_t word_at(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Q4_K and Q5_K: d, dmin, scales (12); Q5_K: high bits (32, bit j for block j); nibbles (4 × 32, low ones first). */
static void load_k(const uint8_t *super, size_t j, const uint8_t *high, const uint8_t *nibbles, block *out) {
    uint8_t scales[8], minima[8];
    unpack_k_scales(super + 4, scales, minima);
    for (size_t i = 0; i < BLOCK; i++) {
        int low = nibbles[j / 2 * 32 + i] >> (j % 2 * 4) & 15;
        out->codes[i] = (int16_t)(low + (high ? (high[i] >> j & 1) * 16 : 0));
    }
    out->scale = half_to_float(super) * (float)scales[j];
    out->minimum = -(half_to_float(super + 2) * (float)minima[j]);
}

/* Q6_K: low 4 bits (128), high 2 bits (64), scales (16, signed), d. */
static void load_q6_k(const uint8_t *super, size_t j, block *out) {
    const uint8_t *low = super + j / 4 * 64 + j % 2 * 32, *high = super + 128 + j / 4 * 32;
    const uint8_t *scales = super + 192 + 2 * j;
    for (size_t i = 0; i < BLOCK; i++) {
        int code = (low[i] >> (j % 4 / 2 * 4) & 15) + (high[i] >> (j % 4 * 2) & 3) * 16 - 32;
        out->codes[i] = (int16_t)(code * (int8_t)scales[i / 16]);
    }
    out->scale = half_to_float(super + 208);
}

void load_block(tensor_type type, const uint8_t *row, size_t index, block *out) {
    size_t bytes = tensor_formats[type].bytes, weights = tensor_formats[type].weights, j = index % GROUP;
    const uint8_t *at = row + index * BLOCK / weights * bytes;
    out->scale = half_to_float(at);
    out->minimum = 0.0f;
    switch (type) {
    case TENSOR_Q4_0:
        load_nibbles(at + 2, 0, 8, out->codes);
        break;
    case TENSOR_Q4_1:
        out->minimum = half_to_float(at + 2);
        load_nibbles(at + 4, 0, 0, out->codes);
        break;
    case TENSOR_Q5_0:
        load_nibbles(at + 6, word_at(at + 2), 16, out->codes);
        break;
    case TENSOR_Q5_1:
        out->minimum = half_to_float(at + 2);
        load_nibbles(at + 8, word_at(at + 4), 0, out->codes);
        break;
    case TENSOR_Q4_K:
        load_k(at, j, NULL, at + 16, out);
        break;
    case TENSOR_Q5_K:
        load_k(at, j, at + 16, at + 48, out);
        break;
    case TENSOR_Q6_K:
        load_q6_k(at, j, out);
        break;
    default: /* Q8_0 */
        for (size_t i = 0; i < BLOCK; i++) out->codes[i] = (int8_t)at[2 + i];
        break;
    }
}

void expand_row(tensor_type type, const uint8_t *row, float *weights, size_t n) {
    if (type == TENSOR_F32) memcpy(weights, row, n * sizeof *weights);
    for (size_t i = 0; type == TENSOR_F16 && i < n; i++) weights[i] = half_to_float(row + 2 * i);
    for (size_t i = 0; type == TENSOR_BF16 && i < n; i++) weights[i] = bfloat_to_float(row + 2 * i);
    for (size_t b = 0; is_quantised(type) && b < n / BLOCK; b++) {
        block stored;
        load_block(type, row, b, &stored);
        for (size_t i = 0; i < BLOCK; i++) {
            weights[b * BLOCK + i] = fmaf(stored.scale, (float)stored.codes[i], stored.minimum);
        }
    }
}
