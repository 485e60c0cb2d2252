/* One text being read and written. */
#ifndef SUNLIT_KERNEL_SESSION_H
#define SUNLIT_KERNEL_SESSION_H

#include "model.h"
#include "ops.h"
#include "pool.h"

/* T batch_tokens, S max(T, threads), C context_tokens, L layers, E embedding, Q heads·head_size, H head_size,
 * K kv_heads, F feed_forward, W max(E, Q, F) rounded up to 256. All memory is taken once, in session.c. */
struct kernel_session {
    const kernel_model *model;
    ops ops;
    kernel_options options;
    uint32_t position; /* tokens appended */
    int has_logits;    /* of the last of them */
    size_t width;      /* W */
    pool pool;

    float *rope;            /* (C, H/2, 2) cosine and sine of position · frequency */
    float *local_rope;      /* (C, H/2, 2) of local layers; `rope` where they turn as the others do */
    uint8_t *keys;          /* (L, K, C, H), rotated; F32 or F16 */
    uint8_t *values;        /* (L, K, C, H) */
    size_t kv_octets;       /* of a number in either */
    float *x;               /* (S, E) the residual stream */
    float *normed;          /* (S, E) */
    activations codes;      /* (S, W) of what is normed or blended */
    float *queries;         /* (T, Q) */
    float *new_keys;        /* (T, K·H) */
    float *new_values;      /* (T, K·H) */
    float *blended;         /* (T, Q) attention's output */
    float *out;             /* (T, E) what is added to the residual stream */
    float *gate;            /* (T, F) */
    float *up;              /* (T, F) */
    activations gate_codes; /* (T, W) */
    float *logits;          /* (vocab,) */
    float *scores;          /* (threads, C) */
    float *row;             /* (threads, W) a weight row as F32 */
    int16_t *panel_codes;   /* (threads, 32 · W); these four are ops.h's panel */
    float *panel_scales;    /* (threads, W) */
    float *panel_minima;    /* (threads, W) */
    float *panel_sums;      /* (threads, T · WAITING · 32) */
    uint32_t *history;      /* (C,) the tokens appended */
    float *bent;            /* (vocab,) logits with penalties, biases and temperature; sample.c's alone */
    uint32_t *ranked;       /* (vocab,) ids by them; sample.c's alone */

    int (*is_cancelled)(void *); /* NULL: never */
    void *cancel_context;
    atomic_uint last_stage; /* of the batch in work; UINT32_MAX as long as it is not cancelled */

    const uint32_t *ids; /* of the batch in work */
    uint32_t count;
    int want_logits;
};

/* Append s->count tokens s->ids: what each of the pool's threads runs. `context` is the session. */
void forward(void *context, uint32_t thread);

#endif
