/* The Llama architecture: RMS norm, attention with rotated queries and keys, gated feed-forward, residual stream.
 *
 * Every thread runs `forward` and does its share of each phase; phases are divided by barriers. Work is split by rows,
 * tokens and heads only, never inside a sum, so the number of threads changes no bit.
 */
#include <math.h>

#include "float_env.h"
#include "session.h"

typedef struct {
    kernel_session *s;
    uint32_t thread;
} worker;

typedef struct {
    uint32_t begin, end;
} share;

/* This thread's part of `count` items, in steps of `step`. */
static share share_of(const worker *w, uint32_t count, uint32_t step) {
    uint64_t steps = (count + step - 1) / step, threads = w->s->options.threads;
    uint32_t begin = (uint32_t)(steps * w->thread / threads) * step;
    uint32_t end = (uint32_t)(steps * (w->thread + 1) / threads) * step;
    return (share){begin, end < count ? end : count};
}

static void barrier(const worker *w) { pool_barrier(&w->s->pool); }

static float *scratch_row(const worker *w) {
    const kernel_shape *m = &w->s->model->shape;
    size_t q = (size_t)m->heads * m->head_size, widest = q > m->embedding ? q : m->embedding;
    return w->s->row + w->thread * (m->feed_forward > widest ? m->feed_forward : widest);
}

/* out[t, r] ← W[r] · x[t] for this thread's rows r, `count` tokens t. One token reads the rows as they are stored;
 * several share a row that is expanded once. */
static void multiply(const worker *w, const matrix *weights, share rows, const float *x, uint32_t count, float *out) {
    const ops *o = w->s->ops;
    float *expanded = scratch_row(w);
    for (uint32_t r = rows.begin; r < rows.end; r++) {
        const uint8_t *row = weights->data + r * weights->row_bytes;
        if (count == 1) {
            out[r] = o->row_dot[weights->type](row, x, weights->cols);
        } else {
            o->expand[weights->type](row, expanded, weights->cols);
            o->dots(expanded, x, weights->cols, weights->cols, count, out + r, weights->rows);
        }
    }
}

/* As multiply, then x ← x + out. */
static void multiply_into(const worker *w, const matrix *weights, const float *in, float *out, float *x) {
    share rows = share_of(w, weights->rows, 1);
    multiply(w, weights, rows, in, w->s->count, out);
    for (uint32_t t = 0; t < w->s->count; t++) {
        for (uint32_t r = rows.begin; r < rows.end; r++) {
            size_t at = (size_t)t * weights->rows + r;
            x[at] += out[at];
        }
    }
}

/* The weights of a norm lie in the file at a multiple of 8 octets. */
static const float *vector_of(const matrix *weights) { return (const float *)(const void *)weights->data; }

/* normed[t] ← x[t] · (1 / √(mean x[t]² + ε)) · weight, for this thread's tokens. */
static void normalise(const worker *w, const matrix *weights) {
    const kernel_shape *m = &w->s->model->shape;
    const float *weight = vector_of(weights);
    share tokens = share_of(w, w->s->count, 1);
    for (uint32_t t = tokens.begin; t < tokens.end; t++) {
        const float *x = w->s->x + (size_t)t * m->embedding;
        float *out = w->s->normed + (size_t)t * m->embedding;
        float mean = w->s->ops->dot(x, x, m->embedding) / (float)m->embedding;
        float scale = 1.0f / sqrtf(mean + m->rms_epsilon);
        for (uint32_t i = 0; i < m->embedding; i++) out[i] = x[i] * scale * weight[i];
    }
}

/* Turn each pair of neighbours by its angle; may be in place. */
static void rotate(const float *in, const float *rope, uint32_t size, float *out) {
    for (uint32_t i = 0; i < size; i += 2) {
        float even = in[i], odd = in[i + 1], cosine = rope[i], sine = rope[i + 1];
        out[i] = even * cosine - odd * sine;
        out[i + 1] = even * sine + odd * cosine;
    }
}

/* The cache of one layer and head: (C, H). */
static float *cache_of(const kernel_session *s, float *cache, uint32_t layer, uint32_t kv_head) {
    const kernel_shape *m = &s->model->shape;
    return cache + ((size_t)layer * m->kv_heads + kv_head) * s->options.context_tokens * m->head_size;
}

static void store_keys_and_values(const worker *w, uint32_t layer) {
    kernel_session *s = w->s;
    const kernel_shape *m = &s->model->shape;
    share items = share_of(w, s->count * m->kv_heads, 1);
    for (uint32_t i = items.begin; i < items.end; i++) {
        uint32_t token = i / m->kv_heads, head = i % m->kv_heads;
        size_t position = s->position + token, to = position * m->head_size, from = (size_t)i * m->head_size;
        rotate(s->new_keys + from, s->rope + to, m->head_size, cache_of(s, s->keys, layer, head) + to);
        memcpy(cache_of(s, s->values, layer, head) + to, s->new_values + from, m->head_size * sizeof *s->values);
    }
}

/* One query against all keys up to its own position. */
static void attend_head(const worker *w, uint32_t layer, uint32_t token, uint32_t head) {
    kernel_session *s = w->s;
    const kernel_shape *m = &s->model->shape;
    uint32_t kv_head = head / (m->heads / m->kv_heads);
    size_t positions = (size_t)s->position + token + 1, at = ((size_t)token * m->heads + head) * m->head_size;
    float *scores = s->scores + (size_t)w->thread * s->options.context_tokens, *query = s->queries + at;
    float scale = 1.0f / sqrtf((float)m->head_size), largest = -INFINITY;
    rotate(query, s->rope + (positions - 1) * m->head_size, m->head_size, query);
    s->ops->dots(query, cache_of(s, s->keys, layer, kv_head), m->head_size, m->head_size, positions, scores, 1);
    for (size_t i = 0; i < positions; i++) {
        scores[i] *= scale;
        largest = scores[i] > largest ? scores[i] : largest;
    }
    float sum = s->ops->exponentials(scores, positions, largest), *out = s->blended + at;
    s->ops->blend(scores, cache_of(s, s->values, layer, kv_head), positions, m->head_size, out);
    for (uint32_t i = 0; i < m->head_size; i++) out[i] /= sum;
}

static void attend(const worker *w, uint32_t layer) {
    uint32_t heads = w->s->model->shape.heads;
    share items = share_of(w, w->s->count * heads, 1);
    for (uint32_t i = items.begin; i < items.end; i++) attend_head(w, layer, i / heads, i % heads);
}

static void feed_forward(const worker *w, const matrix *tensors) {
    kernel_session *s = w->s;
    uint32_t width = s->model->shape.feed_forward;
    share rows = share_of(w, width, CHAINS);
    multiply(w, &tensors[FFN_GATE], rows, s->normed, s->count, s->gate);
    multiply(w, &tensors[FFN_UP], rows, s->normed, s->count, s->up);
    for (uint32_t t = 0; t < s->count; t++) {
        size_t at = (size_t)t * width + rows.begin;
        s->ops->swiglu(s->gate + at, s->up + at, rows.end - rows.begin);
    }
}

static void project(const worker *w, const matrix *weights, float *out) {
    multiply(w, weights, share_of(w, weights->rows, 1), w->s->normed, w->s->count, out);
}

static void embed(const worker *w) {
    kernel_session *s = w->s;
    const matrix *e = &s->model->embedding;
    share tokens = share_of(w, s->count, 1);
    for (uint32_t t = tokens.begin; t < tokens.end; t++) {
        s->ops->expand[e->type](e->data + s->ids[t] * e->row_bytes, s->x + (size_t)t * e->cols, e->cols);
    }
}

static void run_layers(const worker *w) {
    kernel_session *s = w->s;
    const kernel_model *m = s->model;
    embed(w);
    for (uint32_t l = 0; l < m->shape.layers; l++) {
        const matrix *tensors = m->layers[l].tensors;
        normalise(w, &tensors[ATTN_NORM]);
        barrier(w);
        project(w, &tensors[ATTN_Q], s->queries);
        project(w, &tensors[ATTN_K], s->new_keys);
        project(w, &tensors[ATTN_V], s->new_values);
        barrier(w);
        store_keys_and_values(w, l);
        barrier(w);
        attend(w, l);
        barrier(w);
        multiply_into(w, &tensors[ATTN_OUTPUT], s->blended, s->normed, s->x);
        barrier(w);
        normalise(w, &tensors[FFN_NORM]);
        barrier(w);
        feed_forward(w, tensors);
        barrier(w);
        multiply_into(w, &tensors[FFN_DOWN], s->gate, s->normed, s->x);
        barrier(w);
    }
    if (!s->want_logits) return;
    normalise(w, &m->output_norm);
    barrier(w);
    const float *last = s->normed + (size_t)(s->count - 1) * m->shape.embedding;
    multiply(w, &m->output, share_of(w, m->output.rows, 1), last, 1, s->logits);
}

void forward(void *context, uint32_t thread) {
    uint64_t before = float_env_enter();
    run_layers(&(worker){context, thread});
    float_env_leave(before);
}
