/* The forward pass: RMS norm, attention with rotated queries and keys, gated feed-forward, residual stream.
 *
 * Every thread runs `forward` and does its share of each phase; phases are divided by barriers. Work is split by rows,
 * tokens and heads only, never inside a sum, so neither the number of threads nor their pace changes a bit. Rows and
 * queries are taken in pieces by whoever is free. What lies between two matrices is split by tokens beforehand; with one
 * token, every thread does all of it for itself, in its own slot, which saves the barrier.
 */
#include <math.h>

#include "float_env.h"
#include "maths.h"
#include "session.h"

typedef struct {
    kernel_session *s;
    uint32_t thread;
} worker;

typedef struct {
    uint32_t begin, end;
} share;

/* What a matrix is multiplied with: tokens, as floats and, if some matrix wants them, as codes. */
typedef struct {
    const float *x; /* (count, cols) */
    activations codes;
    uint32_t count;
} input;

/* This thread's part of `count` items, in steps of `step`. */
static share share_of(const worker *w, uint32_t count, uint32_t step) {
    uint64_t steps = (count + step - 1) / step, threads = w->s->options.threads;
    uint32_t begin = (uint32_t)(steps * w->thread / threads) * step;
    uint32_t end = (uint32_t)(steps * (w->thread + 1) / threads) * step;
    return (share){begin, end < count ? end : count};
}

/* The next `step` of `count` items that no thread has taken since the last barrier; begin is beyond them if all are. */
static share take(const worker *w, uint32_t count, uint32_t step) {
    uint64_t begin = (uint64_t)pool_take(&w->s->pool) * step;
    if (begin >= count) return (share){count, count};
    return (share){(uint32_t)begin, count - begin < step ? count : (uint32_t)begin + step};
}

/* Rows of a piece: of a prompt, a panel; for one token, which is read at memory's speed, one stretch a thread. */
static uint32_t rows_of_piece(const worker *w, uint32_t rows, uint32_t tokens) {
    uint32_t each = PANEL_ROWS * w->s->options.threads;
    return tokens > 1 ? PANEL_ROWS : (rows + each - 1) / each * PANEL_ROWS;
}

static void barrier(const worker *w) { pool_barrier(&w->s->pool); }

/* The slots whose tokens this thread prepares. */
static share slots_of(const worker *w) {
    return w->s->count == 1 ? (share){w->thread, w->thread + 1} : share_of(w, w->s->count, 1);
}

/* After slots_of: all tokens are prepared for this thread. */
static void gather_slots(const worker *w) {
    if (w->s->count > 1) barrier(w);
}

/* From token `token` on. */
static activations codes_from(activations codes, size_t token) {
    codes.codes += token * codes.width;
    codes.scales += token * (codes.width / BLOCK);
    codes.sums += token * (codes.width / BLOCK);
    codes.totals += 2 * token * (codes.width / BLOCK);
    return codes;
}

/* The slot of the first of the tokens that slots_of prepared. */
static uint32_t first_slot(const worker *w) { return w->s->count == 1 ? w->thread : 0; }

static panel panel_of(const worker *w) {
    const kernel_session *s = w->s;
    return (panel){.codes = s->panel_codes + w->thread * s->width * PANEL_ROWS,
                   .scales = s->panel_scales + w->thread * s->width,
                   .minima = s->panel_minima + w->thread * s->width,
                   .sums = s->panel_sums + (size_t)w->thread * s->options.batch_tokens * WAITING * PANEL_ROWS};
}

/* out[t, r] ← W[r] · x[t] for these rows r. One token reads the rows as they are stored; several share rows that are
 * unpacked once. */
static void multiply_q15(const worker *w, const matrix *weights, share rows, input in, float *out) {
    const q15_ops *o = w->s->ops.q15;
    panel unpacked = panel_of(w);
    unpacked.next_bytes = PANEL_ROWS * weights->row_bytes;
    if (!in.codes.tiled) {
        for (uint32_t t = 0; t < in.count; t++) {
            o->rows_dot[weights->type](weights->data + rows.begin * weights->row_bytes, weights->row_bytes,
                                       rows.end - rows.begin, &in.codes, t, weights->cols,
                                       out + (size_t)t * weights->rows + rows.begin);
        }
        return;
    }
    for (uint32_t r = rows.begin; r < rows.end; r += PANEL_ROWS) {
        uint32_t count = rows.end - r < PANEL_ROWS ? rows.end - r : PANEL_ROWS;
        const uint8_t *stored = weights->data + r * weights->row_bytes;
        unpacked.next = stored + w->s->options.threads * unpacked.next_bytes;
        o->unpack[weights->type](stored, weights->row_bytes, count, weights->cols, &unpacked);
        o->multiply(&unpacked, has_minimum(weights->type), &in.codes, in.count, weights->cols, count, out + r,
                    weights->rows);
    }
}

static void multiply_f32(const worker *w, const matrix *weights, share rows, input in, float *out) {
    const float_ops *o = w->s->ops.f32;
    float *expanded = w->s->row + w->thread * w->s->width;
    for (uint32_t r = rows.begin; r < rows.end; r++) {
        const uint8_t *row = weights->data + r * weights->row_bytes;
        if (in.count == 1) {
            out[r] = o->row_dot[weights->type](row, in.x, weights->cols);
        } else {
            expand_row(weights->type, row, expanded, weights->cols);
            o->dots(expanded, in.x, weights->cols, weights->cols, in.count, out + r, weights->rows);
        }
    }
}

static void multiply(const worker *w, const matrix *weights, share rows, input in, float *out) {
    (is_quantised(weights->type) ? multiply_q15 : multiply_f32)(w, weights, rows, in, out);
}

/* A matrix, and where its products go. */
typedef struct {
    const matrix *weights;
    float *out; /* (tokens, rows) */
} product;

/* All products of one input: the one phase of pieces between two barriers. */
static void multiply_all(const worker *w, const product *products, uint32_t count, input in) {
    uint32_t piece = pool_take(&w->s->pool), first = 0;
    for (const product *p = products; p < products + count; p++) {
        uint32_t rows = p->weights->rows, step = rows_of_piece(w, rows, in.count), pieces = (rows + step - 1) / step;
        for (; piece - first < pieces; piece = pool_take(&w->s->pool)) {
            uint32_t begin = (piece - first) * step;
            multiply(w, p->weights, (share){begin, rows - begin < step ? rows : begin + step}, in, p->out);
        }
        first += pieces;
    }
}

/* The weights of a norm lie in the file at a multiple of 8 octets. */
static const float *vector_of(const matrix *weights) { return (const float *)(const void *)weights->data; }

/* out ← x · (1 / √(mean x² + ε)) · weight; may be in place. */
static void normalise(const worker *w, const matrix *weights, const float *x, float *out) {
    const float *weight = vector_of(weights);
    uint32_t size = weights->cols;
    float mean = w->s->ops.f32->dot(x, x, size) / (float)size;
    float scale = 1.0f / sqrtf(mean + w->s->model->shape.rms_epsilon);
    for (uint32_t i = 0; i < size; i++) out[i] = x[i] * scale * weight[i];
}

static void quantise(const worker *w, const float *x, size_t size, const activations *codes, uint32_t slot,
                     uint32_t block) {
    if (w->s->model->is_quantised) w->s->ops.q15->quantise(x, size, codes, slot, block);
}

/* The residual stream of this thread's slots, normalised, as floats and codes. */
static input normalised(const worker *w, const matrix *weights) {
    kernel_session *s = w->s;
    share slots = slots_of(w);
    for (uint32_t i = slots.begin; i < slots.end; i++) {
        size_t at = (size_t)i * weights->cols;
        normalise(w, weights, s->x + at, s->normed + at);
        quantise(w, s->normed + at, weights->cols, &s->codes, i, 0);
    }
    gather_slots(w);
    uint32_t first = first_slot(w);
    return (input){s->normed + (size_t)first * weights->cols, codes_from(s->codes, first), s->count};
}

/* x ← x + out, which some families normalise first. */
static void add_residual(const worker *w, const matrix *post_norm) {
    kernel_session *s = w->s;
    size_t width = s->model->shape.embedding;
    share slots = slots_of(w);
    barrier(w);
    for (uint32_t i = slots.begin; i < slots.end; i++) {
        const float *out = s->out + (s->count == 1 ? 0 : i) * width;
        float *x = s->x + i * width, *normed = s->normed + i * width;
        if (post_norm->data) {
            normalise(w, post_norm, out, normed);
            out = normed;
        }
        for (size_t k = 0; k < width; k++) x[k] += out[k];
    }
}

/* Turn each pair by its angle: neighbours, or the two halves; may be in place. */
static void rotate(const worker *w, const float *in, const float *rope, float *out) {
    uint32_t size = w->s->model->shape.head_size;
    int halves = w->s->model->traits.rope_halves;
    for (uint32_t i = 0; i < size / 2; i++) {
        uint32_t first = halves ? i : 2 * i, second = halves ? i + size / 2 : 2 * i + 1;
        float a = in[first], b = in[second], cosine = rope[2 * i], sine = rope[2 * i + 1];
        out[first] = a * cosine - b * sine;
        out[second] = a * sine + b * cosine;
    }
}

static int is_local(const kernel_session *s, uint32_t layer) {
    return s->model->traits.window && (layer + 1) % s->model->traits.global_every != 0;
}

static const float *rope_at(const kernel_session *s, uint32_t layer, size_t position) {
    return (is_local(s, layer) ? s->local_rope : s->rope) + position * s->model->shape.head_size;
}

/* The cache of one layer and head from a position on: (C − position, H). */
static void *cache_at(const kernel_session *s, uint8_t *cache, uint32_t layer, uint32_t kv_head, size_t position) {
    const kernel_shape *m = &s->model->shape;
    size_t row = ((size_t)layer * m->kv_heads + kv_head) * s->options.context_tokens + position;
    return cache + row * m->head_size * s->kv_octets;
}

/* A vector of one head → the cache, as it is or rounded. */
static void store(const kernel_session *s, const float *in, void *to) {
    size_t size = s->model->shape.head_size;
    uint16_t *halves = to;
    if (s->options.kv == KERNEL_KV_F32) memcpy(to, in, size * sizeof *in);
    for (size_t i = 0; s->options.kv == KERNEL_KV_F16 && i < size; i++) halves[i] = float_to_half(in[i]);
}

static void store_keys_and_values(const worker *w, uint32_t layer) {
    kernel_session *s = w->s;
    const kernel_shape *m = &s->model->shape;
    const matrix *norm = &s->model->layers[layer].tensors[ATTN_K_NORM];
    share items = share_of(w, s->count * m->kv_heads, 1);
    for (uint32_t i = items.begin; i < items.end; i++) {
        uint32_t token = i / m->kv_heads, head = i % m->kv_heads;
        size_t position = s->position + token;
        float *key = s->new_keys + (size_t)i * m->head_size;
        if (norm->data) normalise(w, norm, key, key);
        rotate(w, key, rope_at(s, layer, position), key);
        store(s, key, cache_at(s, s->keys, layer, head, position));
        store(s, s->new_values + (size_t)i * m->head_size, cache_at(s, s->values, layer, head, position));
    }
}

/* One query against the keys up to its own position, or the last `window` of them. */
static void attend_head(const worker *w, uint32_t layer, uint32_t token, uint32_t head) {
    kernel_session *s = w->s;
    const kernel_shape *m = &s->model->shape;
    const model_traits *traits = &s->model->traits;
    const matrix *norm = &s->model->layers[layer].tensors[ATTN_Q_NORM];
    uint32_t kv_head = head / (m->heads / m->kv_heads);
    size_t positions = (size_t)s->position + token + 1, at = ((size_t)token * m->heads + head) * m->head_size;
    size_t first = is_local(s, layer) && positions > traits->window ? positions - traits->window : 0;
    size_t seen = positions - first;
    float *scores = s->scores + (size_t)w->thread * s->options.context_tokens, *query = s->queries + at;
    float largest = -INFINITY;
    if (norm->data) normalise(w, norm, query, query);
    rotate(w, query, rope_at(s, layer, positions - 1), query);
    const void *keys = cache_at(s, s->keys, layer, kv_head, first),
               *values = cache_at(s, s->values, layer, kv_head, first);
    int is_half = s->options.kv == KERNEL_KV_F16;
    if (is_half) {
        s->ops.f32->dots_f16(query, keys, m->head_size, m->head_size, seen, scores, 1);
    } else {
        s->ops.f32->dots(query, keys, m->head_size, m->head_size, seen, scores, 1);
    }
    for (size_t i = 0; i < seen; i++) {
        scores[i] *= traits->attention_scale;
        if (traits->attention_cap > 0) scores[i] = traits->attention_cap * tanh_f32(scores[i] / traits->attention_cap);
        largest = scores[i] > largest ? scores[i] : largest;
    }
    float sum = s->ops.f32->exponentials(scores, seen, largest), *out = s->blended + at;
    if (is_half) {
        s->ops.f32->blend_f16(scores, values, seen, m->head_size, out);
    } else {
        s->ops.f32->blend(scores, values, seen, m->head_size, out);
    }
    for (uint32_t i = 0; i < m->head_size; i++) out[i] /= sum;
}

static void attend(const worker *w, uint32_t layer) {
    uint32_t heads = w->s->model->shape.heads, count = w->s->count * heads, threads = w->s->options.threads;
    uint32_t step = w->s->count == 1 ? (heads + threads - 1) / threads : heads;
    for (share items; items = take(w, count, step), items.begin < count;) {
        for (uint32_t i = items.begin; i < items.end; i++) attend_head(w, layer, i / heads, i % heads);
    }
    barrier(w);
}

/* What attention gave, as floats and codes. */
static input blended(const worker *w, size_t width) {
    kernel_session *s = w->s;
    share slots = slots_of(w);
    for (uint32_t i = slots.begin; i < slots.end; i++) {
        quantise(w, s->blended + (s->count == 1 ? 0 : i) * width, width, &s->codes, i, 0);
    }
    gather_slots(w);
    return (input){s->blended, codes_from(s->codes, first_slot(w)), s->count};
}

static void attention(const worker *w, uint32_t l) {
    kernel_session *s = w->s;
    const matrix *tensors = s->model->layers[l].tensors;
    input in = normalised(w, &tensors[ATTN_NORM]);
    const product products[] = {
        {&tensors[ATTN_Q], s->queries}, {&tensors[ATTN_K], s->new_keys}, {&tensors[ATTN_V], s->new_values}};
    multiply_all(w, products, 3, in);
    barrier(w);
    store_keys_and_values(w, l);
    barrier(w);
    attend(w, l);
    in = blended(w, tensors[ATTN_OUTPUT].cols);
    multiply_all(w, &(product){&tensors[ATTN_OUTPUT], s->out}, 1, in);
    add_residual(w, &tensors[ATTN_POST_NORM]);
}

/* Gate and up of these rows, and what goes on to the next matrix. */
static void open_gate(const worker *w, const matrix *tensors, input in, share rows) {
    kernel_session *s = w->s;
    const float_ops *o = s->ops.f32;
    size_t width = s->model->shape.feed_forward, size = rows.end - rows.begin;
    multiply(w, &tensors[FFN_GATE], rows, in, s->gate);
    multiply(w, &tensors[FFN_UP], rows, in, s->up);
    for (uint32_t t = 0; t < s->count; t++) {
        size_t at = t * width + rows.begin;
        (s->model->traits.has_gelu ? o->geglu : o->swiglu)(s->gate + at, s->up + at, size);
        quantise(w, s->gate + at, size, &s->gate_codes, t, rows.begin / BLOCK);
    }
}

static void feed_forward(const worker *w, const matrix *tensors) {
    kernel_session *s = w->s;
    uint32_t width = s->model->shape.feed_forward, step = rows_of_piece(w, width, s->count);
    input in = normalised(w, &tensors[FFN_NORM]);
    for (share rows; rows = take(w, width, step), rows.begin < width;) open_gate(w, tensors, in, rows);
    barrier(w);
    in = (input){s->gate, s->gate_codes, s->count};
    multiply_all(w, &(product){&tensors[FFN_DOWN], s->out}, 1, in);
    add_residual(w, &tensors[FFN_POST_NORM]);
}

static void embed(const worker *w) {
    kernel_session *s = w->s;
    const matrix *e = &s->model->embedding;
    float scale = s->model->traits.embedding_scale;
    share slots = slots_of(w);
    for (uint32_t i = slots.begin; i < slots.end; i++) {
        float *x = s->x + (size_t)i * e->cols;
        expand_row(e->type, e->data + s->ids[s->count == 1 ? 0 : i] * e->row_bytes, x, e->cols);
        for (uint32_t k = 0; k < e->cols; k++) x[k] *= scale;
    }
}

/* The logits after the last token: every thread normalises it for itself, in its own slot. */
static void head(const worker *w) {
    kernel_session *s = w->s;
    const matrix *output = &s->model->output;
    size_t width = output->cols, last = s->count == 1 ? w->thread : s->count - 1;
    float *normed = s->normed + w->thread * width, cap = s->model->traits.logit_cap;
    uint32_t step = rows_of_piece(w, output->rows, 1);
    gather_slots(w);
    normalise(w, &s->model->output_norm, s->x + last * width, normed);
    activations alone = codes_from(s->codes, w->thread);
    alone.tiled = 0;
    quantise(w, normed, width, &alone, 0, 0);
    for (share rows; rows = take(w, output->rows, step), rows.begin < output->rows;) {
        multiply(w, output, rows, (input){normed, alone, 1}, s->logits);
        for (uint32_t r = rows.begin; cap > 0 && r < rows.end; r++) s->logits[r] = cap * tanh_f32(s->logits[r] / cap);
    }
}

/* A layer has two stages. The first thread asks before each whether it is the last; the barriers in it let all know. */
static int goes_on(const worker *w, uint32_t stage) {
    kernel_session *s = w->s;
    if (stage > atomic_load_explicit(&s->last_stage, memory_order_relaxed)) return 0;
    if (w->thread == 0 && s->is_cancelled && s->is_cancelled(s->cancel_context)) {
        atomic_store_explicit(&s->last_stage, stage, memory_order_relaxed);
    }
    return 1;
}

void forward(void *context, uint32_t thread) {
    uint64_t before = float_env_enter();
    worker w = {context, thread};
    uint32_t stage = 0, stages = 2 * w.s->model->shape.layers;
    embed(&w);
    for (; stage < stages && goes_on(&w, stage); stage++) {
        if (stage % 2 == 0) {
            attention(&w, stage / 2);
        } else {
            feed_forward(&w, w.s->model->layers[stage / 2].tensors);
        }
    }
    if (w.s->want_logits && stage == stages) head(&w);
    float_env_leave(before);
}
