/* Which family of models a file is of, how large, and what the family does in its own way. */
#ifndef SUNLIT_KERNEL_ARCHITECTURE_H
#define SUNLIT_KERNEL_ARCHITECTURE_H

#include "gguf.h"

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
    LLAMA_TENSORS,
    ATTN_Q_NORM = LLAMA_TENSORS, /* (head_size,) */
    ATTN_K_NORM,                 /* (head_size,) */
    QWEN3_TENSORS,
    ATTN_POST_NORM = QWEN3_TENSORS, /* (E,) */
    FFN_POST_NORM,                  /* (E,) */
    GEMMA3_TENSORS,
    LAYER_TENSORS = GEMMA3_TENSORS,
};

typedef struct {
    uint32_t layer_tensors; /* a layer has the first so many roles */
    int rope_halves;        /* RoPE turns floats i and i + H/2, not neighbours */
    int has_gelu;           /* the feed-forward's gate is a gelu, not a silu */
    uint32_t window;        /* most tokens that a local layer sees, the own one included; 0: no layer is local */
    uint32_t global_every;  /* one layer in so many is not local, the last of each */
    float local_rope_base;  /* of local layers; 0: they turn as the others do */
    float rope_factor;      /* frequencies of the others are divided by it */
    float embedding_scale;  /* of a token's embedding */
    float attention_scale;  /* of a score */
    float attention_cap;    /* score ← cap · tanh(score / cap); 0: not */
    float logit_cap;        /* the same for logits */
} model_traits;

enum {
    MAX_LAYERS = 512,
    MAX_WIDTH = 1 << 20, /* of an activation */
    MAX_VOCAB = 1 << 20,
    MAX_CONTEXT = 1 << 24,
};

/* All but vocab_size. */
kernel_status read_architecture(const gguf *file, kernel_shape *shape, model_traits *traits, kernel_error *error);

/* The metadata entry "ARCHITECTURE.name", or NULL. */
const gguf_entry *find_setting(const gguf *file, const char *name);

#endif
