/* One text being read and written. */
#ifndef SUNLIT_KERNEL_SESSION_H
#define SUNLIT_KERNEL_SESSION_H

#include "model.h"
#include "ops.h"
#include "pool.h"

/* T batch_tokens, C context_tokens, L layers, E embedding, Q heads·head_size, H head_size, K kv_heads, F feed_forward.
 * All memory is taken once, in session.c. */
struct kernel_session {
    const kernel_model *model;
    const ops *ops;
    kernel_options options;
    uint32_t position; /* tokens appended */
    pool pool;

    float *rope;       /* (C, H/2, 2) cosine and sine of position · base^(−2i/H) */
    float *keys;       /* (L, K, C, H), rotated */
    float *values;     /* (L, K, C, H) */
    float *x;          /* (T, E) the residual stream */
    float *normed;     /* (T, E) */
    float *queries;    /* (T, Q) */
    float *new_keys;   /* (T, K·H) */
    float *new_values; /* (T, K·H) */
    float *blended;    /* (T, Q) attention's output */
    float *gate;       /* (T, F) */
    float *up;         /* (T, F) */
    float *logits;     /* (vocab,) */
    float *scores;     /* (threads, C) */
    float *row;        /* (threads, max(E, Q, F)) a weight row as F32 */

    const uint32_t *ids; /* of the batch in work */
    uint32_t count;
    int want_logits;
};

/* Append s->count tokens s->ids: what each of the pool's threads runs. `context` is the session. */
void forward(void *context, uint32_t thread);

#endif
