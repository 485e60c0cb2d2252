/* What the file says, checked: shape, tensors by their role, tokenizer tables. */
#ifndef SUNLIT_KERNEL_MODEL_H
#define SUNLIT_KERNEL_MODEL_H

#include "gguf.h"
#include "tokenizer.h"

/* A matrix as it lies in the file; a vector has one row. */
typedef struct {
    const uint8_t *data; /* (rows, row_bytes) */
    size_t row_bytes;
    uint32_t rows; /* outputs */
    uint32_t cols; /* inputs */
    tensor_type type;
} matrix;

/* Roles of a layer's tensors. E embedding, Q heads·head_size, K kv_heads·head_size, F feed_forward. */
enum {
    ATTN_NORM,   /* (E,) */
    ATTN_Q,      /* (Q, E) */
    ATTN_K,      /* (K, E) */
    ATTN_V,      /* (K, E) */
    ATTN_OUTPUT, /* (E, Q) */
    FFN_NORM,    /* (E,) */
    FFN_GATE,    /* (F, E) */
    FFN_UP,      /* (F, E) */
    FFN_DOWN,    /* (E, F) */
    LAYER_TENSORS,
};

typedef struct {
    matrix tensors[LAYER_TENSORS];
} layer;

struct kernel_model {
    gguf file;
    kernel_shape shape;
    matrix embedding;   /* (vocab, E) */
    matrix output_norm; /* (E,) */
    matrix output;      /* (vocab, E); the embedding where the head is tied */
    layer *layers;      /* (shape.layers,) */
    tokenizer tokenizer;
};

#endif
