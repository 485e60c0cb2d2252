/* Plain C11: the oracle that the other instruction sets are compared with, and the fallback. */
#include "maths.h"
#include "ops.h"

typedef struct {
    float c[CHAINS];
} chains;

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

static float row_dot(tensor_type type, const uint8_t *row, const float *x, size_t n) {
    chains sum = {{0}};
    float w[CHAINS];
    for (size_t i = 0; i < n; i += CHAINS) {
        expand_row(type, row + i * tensor_formats[type].bytes, w, CHAINS);
        for (size_t j = 0; j < CHAINS; j++) sum.c[j] = fmaf(w[j], x[i + j], sum.c[j]);
    }
    return fold(sum.c, CHAINS);
}

static float row_dot_f32(const uint8_t *row, const float *x, size_t n) { return row_dot(TENSOR_F32, row, x, n); }
static float row_dot_f16(const uint8_t *row, const float *x, size_t n) { return row_dot(TENSOR_F16, row, x, n); }
static float row_dot_bf16(const uint8_t *row, const float *x, size_t n) { return row_dot(TENSOR_BF16, row, x, n); }

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

static float half_at(const uint16_t *at) { return half_to_float((const uint8_t *)at); }

static void dots_f16(const float *row, const uint16_t *x, size_t n, size_t stride, size_t count, float *out,
                     size_t out_stride) {
    for (size_t t = 0; t < count; t++) {
        chains sum = {{0}};
        for (size_t i = 0; i < n; i++) sum.c[i % CHAINS] = fmaf(row[i], half_at(x + t * stride + i), sum.c[i % CHAINS]);
        out[t * out_stride] = fold(sum.c, CHAINS);
    }
}

static void blend_f16(const float *weights, const uint16_t *rows, size_t n, size_t size, float *out) {
    memset(out, 0, size * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < size; d++) out[d] = fmaf(weights[i], half_at(rows + i * size + d), out[d]);
    }
}

static void swiglu(float *gate, const float *up, size_t n) {
    for (size_t i = 0; i < n; i++) gate[i] = gate[i] / (1.0f + exp_f32(-gate[i])) * up[i];
}

static void geglu(float *gate, const float *up, size_t n) {
    for (size_t i = 0; i < n; i++) gate[i] = gate[i] / (1.0f + exp_f32(gelu_exponent(gate[i]))) * up[i];
}

const float_ops float_ops_portable = {
    .dot = dot,
    .dots = dots,
    .row_dot = {row_dot_f32, row_dot_f16, row_dot_bf16},
    .exponentials = exponentials,
    .blend = blend,
    .dots_f16 = dots_f16,
    .blend_f16 = blend_f16,
    .swiglu = swiglu,
    .geglu = geglu,
};
