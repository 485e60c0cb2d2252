/* The inner loops, one table of them per instruction set; all tables give the same bits.
 *
 * The order of a dot product of n terms (n a multiple of 8): 32 chains, all starting at +0; term i is added to chain
 * i mod 32 by one fma; then chain j takes in chain j + 16 for j < 16, and so on with 8, 4, 2, 1.
 */
#ifndef SUNLIT_KERNEL_OPS_H
#define SUNLIT_KERNEL_OPS_H

#include "gguf.h"

enum { CHAINS = 32, EXP_CHAINS = 8 };

typedef struct {
    const char *name;

    float (*dot)(const float *a /* (n,) */, const float *b /* (n,) */, size_t n);

    /* Dot products of one row with `count` vectors that lie `stride` floats apart; out[i · out_stride]. */
    void (*dots)(const float *row /* (n,) */, const float *x /* (count, stride) */, size_t n, size_t stride,
                 size_t count, float *out, size_t out_stride);

    /* Dot product of a stored row with x; n is a multiple of 32. The weights are those of `expand`. */
    float (*row_dot[TENSOR_TYPES])(const uint8_t *row, const float *x /* (n,) */, size_t n);

    /* The F32 weights of a stored row: d·q, d·(q − 8) or d·q + m, exact but for the rounding of the last sum. */
    void (*expand[TENSOR_TYPES])(const uint8_t *row, float *weights /* (n,) */, size_t n);

    /* scores[i] ← exp(scores[i] − largest); returns their sum: 8 chains (i mod 8), folded as above. */
    float (*exponentials)(float *scores /* (n,) */, size_t n, float largest);

    /* out[d] ← Σ weights[i] · rows[i · size + d], in ascending i, one fma each; size is a multiple of 8. */
    void (*blend)(const float *weights /* (n,) */, const float *rows /* (n, size) */, size_t n, size_t size,
                  float *out /* (size,) */);

    /* gate[i] ← gate[i] / (1 + exp(−gate[i])) · up[i]; n is a multiple of 8. */
    void (*swiglu)(float *gate /* (n,) */, const float *up /* (n,) */, size_t n);
} ops;

extern const ops ops_portable;
#if defined(__x86_64__)
extern const ops ops_avx2;
#endif

/* The table for `isa`; NULL if this processor has not got it. */
const ops *ops_for(kernel_isa isa);

#endif
