/* q15_ops.rows_dot of every type, for an instruction set that says how a block is summed: include this after
 *
 *   static inline int32_t block_sum(tensor_type type, const uint8_t *row, size_t b, const int16_t *codes, float *scale,
 *                                   float *minimum);
 *
 * the exact sum of the 32 products of block b's codes with `codes`, its scale, and, if the type has one, its minimum. */
static inline float row_dot(tensor_type type, const uint8_t *row, const activations *x, size_t token, size_t n) {
    const int16_t *codes = x->codes + token * x->width;
    const float *scales = x->scales + token * (x->width / BLOCK), *sums = x->sums + token * (x->width / BLOCK);
    float chain[GROUP] = {0};
    for (size_t b = 0; b < n / BLOCK; b++) {
        float scale, minimum = 0.0f, *c = &chain[b % GROUP];
        float sum = (float)block_sum(type, row, b, codes + b * BLOCK, &scale, &minimum);
        *c = fmaf(sum, scale * scales[b], *c);
        if (has_minimum(type)) *c = fmaf(minimum, sums[b], *c);
    }
    return fold_chains(chain);
}

#define ROWS_DOT(name, type)                                                                                           \
    static void rows_dot_##name(const uint8_t *rows, size_t row_bytes, size_t count, const activations *x,             \
                                size_t token, size_t n, float *out) {                                                  \
        for (size_t r = 0; r < count; r++) out[r] = row_dot(type, rows + r * row_bytes, x, token, n);                  \
    }

ROWS_DOT(q4_0, TENSOR_Q4_0)
ROWS_DOT(q4_1, TENSOR_Q4_1)
ROWS_DOT(q5_0, TENSOR_Q5_0)
ROWS_DOT(q5_1, TENSOR_Q5_1)
ROWS_DOT(q8_0, TENSOR_Q8_0)
ROWS_DOT(q4_k, TENSOR_Q4_K)
ROWS_DOT(q5_k, TENSOR_Q5_K)
ROWS_DOT(q6_k, TENSOR_Q6_K)
