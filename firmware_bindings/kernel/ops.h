/* The inner loops, one table of them per instruction set; all tables give the same bits (README.md: the arithmetic).
 *
 * float_ops: F32 activations with F32, F16 and BF16 weights, and everything between the matrices.
 * q15_ops: 15-bit activations with quantised weights.
 */
#ifndef SUNLIT_KERNEL_OPS_H
#define SUNLIT_KERNEL_OPS_H

#include "blocks.h"

enum { CHAINS = 32, EXP_CHAINS = 8, PANEL_ROWS = 32 };

typedef struct {
    float (*dot)(const float *a /* (n,) */, const float *b /* (n,) */, size_t n);

    /* Dot products of one row with `count` vectors that lie `stride` floats apart; out[i · out_stride]. */
    void (*dots)(const float *row /* (n,) */, const float *x /* (count, stride) */, size_t n, size_t stride,
                 size_t count, float *out, size_t out_stride);

    /* Dot product of a stored row of F32, F16 or BF16 with x; n is a multiple of 32. */
    float (*row_dot[TENSOR_BF16 + 1])(const uint8_t *row, const float *x /* (n,) */, size_t n);

    /* scores[i] ← exp(scores[i] − largest); returns their sum: 8 chains (i mod 8), folded. */
    float (*exponentials)(float *scores /* (n,) */, size_t n, float largest);

    /* out[d] ← Σ weights[i] · rows[i · size + d], in ascending i, one fma each; size is a multiple of 8. */
    void (*blend)(const float *weights /* (n,) */, const float *rows /* (n, size) */, size_t n, size_t size,
                  float *out /* (size,) */);

    /* F16 vectors in the place of x and rows, each number used as the F32 that it is. */
    void (*dots_f16)(const float *row /* (n,) */, const uint16_t *x /* (count, stride) */, size_t n, size_t stride,
                     size_t count, float *out, size_t out_stride);
    void (*blend_f16)(const float *weights /* (n,) */, const uint16_t *rows /* (n, size) */, size_t n, size_t size,
                      float *out /* (size,) */);

    /* gate[i] ← gate[i] / (1 + exp(−gate[i])) · up[i]; n is a multiple of 8. */
    void (*swiglu)(float *gate /* (n,) */, const float *up /* (n,) */, size_t n);

    /* gate[i] ← gelu(gate[i]) · up[i], the tanh form of it; n is a multiple of 8. */
    void (*geglu)(float *gate /* (n,) */, const float *up /* (n,) */, size_t n);
} float_ops;

/* The activations of tokens, 32 to a block: x ≈ scale · code. `width` is a multiple of 256. How the codes of a token lie
 * is the instruction set's own; those of a tile of TILE tokens lie together if `tiled`, for `multiply`. */
typedef struct {
    int16_t *codes;  /* (tokens, width) */
    float *scales;   /* (tokens, width / 32) */
    float *sums;     /* (tokens, width / 32) scale · Σ codes of the block */
    int32_t *totals; /* (tokens, width / 256, 2, 8) Σ codes of each half of a block; AVX-512's alone */
    size_t width;
    size_t tokens; /* that there is room for, a multiple of TILE */
    int tiled;
} activations;

/* 32 rows of weights, unpacked: what several tokens share. In which order is the instruction set's own. */
typedef struct {
    int16_t *codes;      /* (blocks, 16, 32, 2): pairs of neighbours of each row */
    float *scales;       /* (blocks, 32) */
    float *minima;       /* (blocks, 32) */
    float *sums;         /* (tokens, WAITING, 32) */
    const uint8_t *next; /* (next_bytes,) what is unpacked after this, as far as anybody knows: fetched meanwhile */
    size_t next_bytes;
} panel;

enum { TILE = 4, WAITING = 3 };

typedef struct {
    const char *name;

    /* Token `token` of `out`, from block `block` on ← x; n is a multiple of 32. */
    void (*quantise)(const float *x /* (n,) */, size_t n, const activations *out, size_t token, size_t block);

    /* out[r] ← row r · token `token` of x, for `count` stored rows; x is not tiled. */
    void (*rows_dot[TENSOR_TYPES])(const uint8_t *rows /* (count, row_bytes) */, size_t row_bytes, size_t count,
                                   const activations *x, size_t token, size_t n, float *out);

    /* `count` stored rows, at most 32, → panel. NULL if this instruction set has no panels. */
    void (*unpack[TENSOR_TYPES])(const uint8_t *rows /* (count, row_bytes) */, size_t row_bytes, size_t count, size_t n,
                                 panel *out);

    /* out[t · out_stride + r] ← row r of the panel's first `count` · token t of x, which is tiled. */
    void (*multiply)(const panel *weights, int minima, const activations *x, size_t tokens, size_t n, size_t count,
                     float *out, size_t out_stride);
} q15_ops;

extern const float_ops float_ops_portable;
extern const q15_ops q15_ops_portable;
#if defined(__x86_64__)
extern const float_ops float_ops_avx2, float_ops_avx512;
extern const q15_ops q15_ops_avx2, q15_ops_avx512;
#elif defined(__aarch64__)
extern const q15_ops q15_ops_neon, q15_ops_dotprod;
#endif

typedef struct {
    const float_ops *f32;
    const q15_ops *q15;
} ops;

/* The tables for `isa`; NULLs if this processor has not got it. */
ops ops_for(kernel_isa isa);

#endif
