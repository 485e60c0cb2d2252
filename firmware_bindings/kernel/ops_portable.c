/* Plain C11: the oracle that the other instruction sets are compared with, and the fallback. */
#include "maths.h"
#include "ops.h"

typedef struct {
    float c[CHAINS];
} chains;

static float half_to_float(const uint8_t *at) {
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

static float fold(const float *chain, size_t count) {
    float c[CHAINS];
    memcpy(c, chain, count * sizeof *c);
    for (size_t half = count / 2; half; half /= 2) {
        for (size_t j = 0; j < half; j++) c[j] += c[j + half];
    }
    return c[0];
}

static float dot(const float *a, const float *b, size_t n) {
    chains sum = {{0}};
    for (size_t i = 0; i < n; i++) sum.c[i % CHAINS] = fmaf(a[i], b[i], sum.c[i % CHAINS]);
    return fold(sum.c, CHAINS);
}

static void dots(const float *row, const float *x, size_t n, size_t stride, size_t count, float *out,
                 size_t out_stride) {
    for (size_t i = 0; i < count; i++) out[i * out_stride] = dot(row, x + i * stride, n);
}

/* One block of 32 weights of each type. */

static void load_f32(const uint8_t *block, float *w) { memcpy(w, block, CHAINS * sizeof *w); }

static void load_f16(const uint8_t *block, float *w) {
    for (size_t i = 0; i < CHAINS; i++) w[i] = half_to_float(block + 2 * i);
}

static void load_q4_0(const uint8_t *block, float *w) {
    float d = half_to_float(block);
    for (size_t i = 0; i < 16; i++) {
        w[i] = d * (float)((block[2 + i] & 15) - 8);
        w[i + 16] = d * (float)((block[2 + i] >> 4) - 8);
    }
}

static void load_q4_1(const uint8_t *block, float *w) {
    float d = half_to_float(block), m = half_to_float(block + 2);
    for (size_t i = 0; i < 16; i++) {
        w[i] = fmaf(d, (float)(block[4 + i] & 15), m);
        w[i + 16] = fmaf(d, (float)(block[4 + i] >> 4), m);
    }
}

static void load_q8_0(const uint8_t *block, float *w) {
    float d = half_to_float(block);
    for (size_t i = 0; i < CHAINS; i++) w[i] = d * (float)(int8_t)block[2 + i];
}

#define STORED_ROW(type, block_bytes)                                                                                  \
    static void expand_##type(const uint8_t *row, float *weights, size_t n) {                                          \
        for (size_t i = 0; i < n; i += CHAINS, row += block_bytes) {                                                   \
            load_##type(row, weights + i);                                                                             \
        }                                                                                                              \
    }                                                                                                                  \
    static float row_dot_##type(const uint8_t *row, const float *x, size_t n) {                                        \
        chains sum = {{0}};                                                                                            \
        float w[CHAINS];                                                                                               \
        for (size_t i = 0; i < n; i += CHAINS, row += block_bytes) {                                                   \
            load_##type(row, w);                                                                                       \
            for (size_t j = 0; j < CHAINS; j++) sum.c[j] = fmaf(w[j], x[i + j], sum.c[j]);                             \
        }                                                                                                              \
        return fold(sum.c, CHAINS);                                                                                    \
    }

STORED_ROW(f32, 128)
STORED_ROW(f16, 64)
STORED_ROW(q4_0, 18)
STORED_ROW(q4_1, 20)
STORED_ROW(q8_0, 34)

static float exponentials(float *scores, size_t n, float largest) {
    float sum[EXP_CHAINS] = {0};
    for (size_t i = 0; i < n; i++) {
        scores[i] = exp_f32(scores[i] - largest);
        sum[i % EXP_CHAINS] += scores[i];
    }
    return fold(sum, EXP_CHAINS);
}

static void blend(const float *weights, const float *rows, size_t n, size_t size, float *out) {
    memset(out, 0, size * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < size; d++) out[d] = fmaf(weights[i], rows[i * size + d], out[d]);
    }
}

static void swiglu(float *gate, const float *up, size_t n) {
    for (size_t i = 0; i < n; i++) gate[i] = gate[i] / (1.0f + exp_f32(-gate[i])) * up[i];
}

const ops ops_portable = {
    .name = "portable",
    .dot = dot,
    .dots = dots,
    .row_dot = {row_dot_f32, row_dot_f16, row_dot_q4_0, row_dot_q4_1, row_dot_q8_0},
    .expand = {expand_f32, expand_f16, expand_q4_0, expand_q4_1, expand_q8_0},
    .exponentials = exponentials,
    .blend = blend,
    .swiglu = swiglu,
};
