/* Panels on Arm: 32 rows unpacked once, multiplied with two tokens at a time. */
#if defined(__aarch64__)
#include "q15_neon.h"

enum { QUADS = PANEL_ROWS / 4, PAIR = 2 };

void unpack_neon(tensor_type type, const uint8_t *rows, size_t row_bytes, size_t count, size_t n, panel *out) {
    for (size_t b = 0; b < n / BLOCK; b++) {
        int16_t *codes = out->codes + b * BLOCK * PANEL_ROWS;
        float *scales = out->scales + b * PANEL_ROWS, *minima = out->minima + b * PANEL_ROWS;
        for (size_t r = 0; r < PANEL_ROWS; r++) {
            block stored = {.scale = 0.0f};
            if (r < count) load_block(type, rows + r * row_bytes, b, &stored);
            for (size_t i = 0; i < BLOCK; i++) codes[i * PANEL_ROWS + r] = stored.codes[i];
            scales[r] = stored.scale;
            minima[r] = stored.minimum;
        }
    }
}

/* sum[t][q] ← rows 4q … 4q+3 · token t, of one block. */
static inline void block_sums(const int16_t *codes, const int16_t *const *x, size_t tokens,
                              int32x4_t sum[PAIR][QUADS]) {
    for (size_t t = 0; t < tokens; t++) {
        for (size_t q = 0; q < QUADS; q++) sum[t][q] = vdupq_n_s32(0);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        for (size_t half = 0; half < QUADS / 2; half++) {
            int16x8_t w = vld1q_s16(codes + i * PANEL_ROWS + 8 * half);
            for (size_t t = 0; t < tokens; t++) {
                int16_t code = x[t][i];
                sum[t][2 * half] = vmlal_n_s16(sum[t][2 * half], vget_low_s16(w), code);
                sum[t][2 * half + 1] = vmlal_high_n_s16(sum[t][2 * half + 1], w, code);
            }
        }
    }
}

static inline void multiply_pair(const panel *weights, int minima, const activations *x, size_t token, size_t tokens,
                                 size_t n, float *out, size_t count, size_t out_stride) {
    float32x4_t chains[PAIR][GROUP][QUADS] = {0};
    size_t blocks = x->width / BLOCK;
    for (size_t b = 0; b < n / BLOCK; b++) {
        const int16_t *codes[PAIR];
        int32x4_t sum[PAIR][QUADS];
        for (size_t t = 0; t < tokens; t++) codes[t] = x->codes + (token + t) * x->width + b * BLOCK;
        block_sums(weights->codes + b * BLOCK * PANEL_ROWS, codes, tokens, sum);
        for (size_t t = 0; t < tokens; t++) {
            float scale = x->scales[(token + t) * blocks + b], total = x->sums[(token + t) * blocks + b];
            for (size_t q = 0; q < QUADS; q++) {
                float32x4_t *c = &chains[t][b % GROUP][q];
                float32x4_t scales = vmulq_n_f32(vld1q_f32(weights->scales + b * PANEL_ROWS + 4 * q), scale);
                *c = vfmaq_f32(*c, vcvtq_f32_s32(sum[t][q]), scales);
                if (minima) *c = vfmaq_n_f32(*c, vld1q_f32(weights->minima + b * PANEL_ROWS + 4 * q), total);
            }
        }
    }
    for (size_t t = 0; t < tokens; t++) {
        float rows[PANEL_ROWS];
        for (size_t q = 0; q < QUADS; q++) {
            for (size_t half = GROUP / 2; half; half /= 2) {
                for (size_t j = 0; j < half; j++) chains[t][j][q] = vaddq_f32(chains[t][j][q], chains[t][j + half][q]);
            }
            vst1q_f32(rows + 4 * q, chains[t][0][q]);
        }
        memcpy(out + t * out_stride, rows, count * sizeof *rows);
    }
}

void multiply_neon(const panel *weights, int minima, const activations *x, size_t tokens, size_t n, size_t count,
                   float *out, size_t out_stride) {
    size_t t = 0;
    for (; t + PAIR <= tokens; t += PAIR) {
        multiply_pair(weights, minima, x, t, PAIR, n, out + t * out_stride, count, out_stride);
    }
    if (t < tokens) multiply_pair(weights, minima, x, t, 1, n, out + t * out_stride, count, out_stride);
}
#else
typedef int not_on_this_machine;
#endif
