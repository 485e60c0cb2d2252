/* What the file says, checked: shape, tensors by their role, tokenizer tables. */
#ifndef SUNLIT_KERNEL_MODEL_H
#define SUNLIT_KERNEL_MODEL_H

#include "architecture.h"
#include "tokenizer.h"

/* A matrix as it lies in the file; a vector has one row. */
typedef struct {
    const uint8_t *data; /* (rows, row_bytes) */
    size_t row_bytes;
    uint32_t rows; /* outputs */
    uint32_t cols; /* inputs */
    tensor_type type;
} matrix;

typedef struct {
    matrix tensors[LAYER_TENSORS];
} layer;

struct kernel_model {
    gguf file;
    kernel_shape shape;
    model_traits traits;
    int is_quantised;    /* some matrix wants 15-bit activations */
    matrix rope_factors; /* (head_size / 2,) frequencies are divided by them; no data: 1 */
    matrix embedding;    /* (vocab, E) */
    matrix output_norm;  /* (E,) */
    matrix output;       /* (vocab, E); the embedding where the head is tied */
    layer *layers;       /* (shape.layers,) */
    tokenizer tokenizer;
};

#endif
