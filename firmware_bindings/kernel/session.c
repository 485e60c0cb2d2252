#include "session.h"

#include "float_env.h"
#include "maths.h"

enum { MAX_BATCH = 512 };

static kernel_status check(const kernel_options *o, kernel_error *error) {
    if (o->context_tokens < 1 || o->context_tokens > MAX_CONTEXT)
        return fail(error, KERNEL_BAD_ARGUMENT, "context tokens out of range:", o->context_tokens);
    if (o->batch_tokens < 1 || o->batch_tokens > MAX_BATCH)
        return fail(error, KERNEL_BAD_ARGUMENT, "batch tokens out of range:", o->batch_tokens);
    if (o->threads < 1 || o->threads > POOL_MOST)
        return fail(error, KERNEL_BAD_ARGUMENT, "threads out of range:", o->threads);
    if (o->kv != KERNEL_KV_F32 && o->kv != KERNEL_KV_F16)
        return fail(error, KERNEL_BAD_ARGUMENT, "no such way to store keys and values:", o->kv);
    if (!ops_for(o->isa).q15) return fail(error, KERNEL_UNSUPPORTED, "this processor lacks instruction set", o->isa);
    return KERNEL_OK;
}

static activations place_activations(arena *a, size_t tokens, size_t width) {
    tokens = (tokens + TILE - 1) / TILE * TILE;
    activations place = {.width = width, .tokens = tokens};
    place.codes = arena_take(a, tokens, width * sizeof *place.codes);
    place.scales = arena_take(a, tokens, width / BLOCK * sizeof *place.scales);
    place.sums = arena_take(a, tokens, width / BLOCK * sizeof *place.sums);
    place.totals = arena_take(a, tokens, width / BLOCK * 2 * sizeof *place.totals);
    return place;
}

static kernel_session *place(arena *a, const kernel_model *model, const kernel_options *o, kernel_session *s) {
    const kernel_shape *m = &model->shape;
    size_t tokens = o->batch_tokens, q = (size_t)m->heads * m->head_size, kv = (size_t)m->kv_heads * m->head_size;
    size_t slots = tokens > o->threads ? tokens : o->threads, widest = q > m->embedding ? q : m->embedding;
    if (m->feed_forward > widest) widest = m->feed_forward;
    size_t width = (widest + GROUP * BLOCK - 1) / (GROUP * BLOCK) * (GROUP * BLOCK);
    size_t cache = (size_t)m->layers * kv; /* at most 2^29 */
    kernel_session *session = arena_take(a, 1, sizeof *session);
    *s = (kernel_session){.model = model, .ops = ops_for(o->isa), .options = *o, .width = width};
    s->kv_octets = o->kv == KERNEL_KV_F16 ? sizeof(uint16_t) : sizeof(float);
    s->rope = arena_take(a, o->context_tokens, m->head_size * sizeof *s->rope);
    s->local_rope = s->rope;
    if (model->traits.window && model->traits.local_rope_base > 0.0f)
        s->local_rope = arena_take(a, o->context_tokens, m->head_size * sizeof *s->rope);
    s->keys = arena_take(a, o->context_tokens, cache * s->kv_octets);
    s->values = arena_take(a, o->context_tokens, cache * s->kv_octets);
    s->x = arena_take(a, slots, m->embedding * sizeof *s->x);
    s->normed = arena_take(a, slots, m->embedding * sizeof *s->normed);
    s->codes = place_activations(a, slots, width);
    s->queries = arena_take(a, tokens, q * sizeof *s->queries);
    s->new_keys = arena_take(a, tokens, kv * sizeof *s->new_keys);
    s->new_values = arena_take(a, tokens, kv * sizeof *s->new_values);
    s->blended = arena_take(a, tokens, q * sizeof *s->blended);
    s->out = arena_take(a, tokens, m->embedding * sizeof *s->out);
    s->gate = arena_take(a, tokens, m->feed_forward * sizeof *s->gate);
    s->up = arena_take(a, tokens, m->feed_forward * sizeof *s->up);
    s->gate_codes = place_activations(a, tokens, width);
    s->logits = arena_take(a, m->vocab_size, sizeof *s->logits);
    s->scores = arena_take(a, o->threads, o->context_tokens * sizeof *s->scores);
    s->row = arena_take(a, o->threads, width * sizeof *s->row);
    s->panel_codes = arena_take(a, o->threads, width * PANEL_ROWS * sizeof *s->panel_codes);
    s->panel_scales = arena_take(a, o->threads, width * sizeof *s->panel_scales);
    s->panel_minima = arena_take(a, o->threads, width * sizeof *s->panel_minima);
    s->panel_sums = arena_take(a, o->threads, tokens * WAITING * PANEL_ROWS * sizeof *s->panel_sums);
    s->history = arena_take(a, o->context_tokens, sizeof *s->history);
    s->bent = arena_take(a, m->vocab_size, sizeof *s->bent);
    s->ranked = arena_take(a, m->vocab_size, sizeof *s->ranked);
    return session;
}

/* As the reference does: the frequency and the angle are rounded to F32, then sine and cosine taken. */
static void fill_rope(const kernel_session *s, float *rope, float base, float factor, const float *factors) {
    uint32_t half = s->model->shape.head_size / 2;
    for (uint32_t i = 0; i < half; i++) {
        float frequency = (float)(1.0 / pow_f64((double)base, (double)i / half)) / factor;
        if (factors) frequency /= factors[i];
        for (uint32_t position = 0; position < s->options.context_tokens; position++) {
            float *pair = rope + 2 * ((size_t)position * half + i);
            double sine, cosine;
            sin_cos_f64((double)((float)position * frequency), &sine, &cosine);
            pair[0] = (float)cosine;
            pair[1] = (float)sine;
        }
    }
}

static void fill_ropes(const kernel_session *s) {
    const model_traits *t = &s->model->traits;
    const float *factors = (const float *)(const void *)s->model->rope_factors.data;
    uint64_t before = float_env_enter();
    fill_rope(s, s->rope, s->model->shape.rope_base, t->rope_factor, factors);
    if (s->local_rope != s->rope) fill_rope(s, s->local_rope, t->local_rope_base, 1.0f, NULL);
    float_env_leave(before);
}

kernel_status kernel_session_size(const kernel_model *model, const kernel_options *options, size_t *size,
                                  kernel_error *error) {
    kernel_session s;
    kernel_status status = check(options, error);
    if (status != KERNEL_OK) return status;
    arena a = arena_measure();
    place(&a, model, options, &s);
    *size = a.used;
    return a.failed ? fail(error, KERNEL_BAD_ARGUMENT,
                           "no machine has that much memory; context tokens:", options->context_tokens)
                    : KERNEL_OK;
}

kernel_status kernel_session_init(const kernel_model *model, const kernel_options *options, void *memory, size_t size,
                                  kernel_session **session, kernel_error *error) {
    kernel_session s;
    kernel_status status = check(options, error);
    if (status != KERNEL_OK) return status;
    if (!memory || (uintptr_t)memory % ARENA_ALIGN != 0) {
        return fail(error, KERNEL_BAD_ARGUMENT, "arena is not aligned to octets:", ARENA_ALIGN);
    }
    arena a = {memory, size, 0, false};
    kernel_session *placed = place(&a, model, options, &s);
    if (a.failed) return fail(error, KERNEL_NO_MEMORY, "arena too small; its octets are", size);
    *placed = s;
    memset(placed->logits, 0, model->shape.vocab_size * sizeof *placed->logits);
    fill_ropes(placed);
    uint32_t made = pool_start(&placed->pool, options->threads);
    if (made) return fail(error, KERNEL_NO_THREAD, "no more threads to be had than", made);
    *session = placed;
    return KERNEL_OK;
}

void kernel_session_close(kernel_session *session) { pool_stop(&session->pool); }

kernel_status kernel_forward(kernel_session *s, const uint32_t *ids, uint32_t count, int want_logits,
                             kernel_error *error) {
    uint32_t vocab_size = s->model->shape.vocab_size;
    if (count < 1 || count > s->options.batch_tokens)
        return fail(error, KERNEL_BAD_ARGUMENT, "tokens in a batch:", count);
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] >= vocab_size) return fail(error, KERNEL_BAD_ARGUMENT, "no such token", ids[i]);
    }
    if (count > s->options.context_tokens - s->position) {
        return fail(error, KERNEL_CONTEXT_FULL, "the context is full; its tokens are", s->options.context_tokens);
    }
    s->ids = ids;
    s->count = count;
    s->codes.tiled = s->gate_codes.tiled = count > 1 && s->ops.q15->multiply;
    s->want_logits = want_logits;
    s->has_logits = 0;
    atomic_store_explicit(&s->last_stage, UINT32_MAX, memory_order_relaxed);
    pool_run(&s->pool, forward, s);
    if (atomic_load_explicit(&s->last_stage, memory_order_relaxed) < 2 * s->model->shape.layers - 1) {
        return fail(error, KERNEL_CANCELLED, "cancelled; tokens appended before:", s->position);
    }
    memcpy(s->history + s->position, ids, count * sizeof *ids);
    s->position += count;
    for (uint32_t i = 0; want_logits && i < vocab_size; i++) {
        if (!isfinite(s->logits[i])) return fail(error, KERNEL_NOT_FINITE, "a logit is not finite, token", i);
    }
    s->has_logits = want_logits != 0;
    return KERNEL_OK;
}

void kernel_on_cancel(kernel_session *session, int (*is_cancelled)(void *), void *context) {
    session->is_cancelled = is_cancelled;
    session->cancel_context = context;
}

uint32_t kernel_position(const kernel_session *session) { return session->position; }

const float *kernel_logits(const kernel_session *session) { return session->logits; }

int kernel_has_logits(const kernel_session *session) { return session->has_logits; }

uint32_t kernel_greedy(const kernel_session *session) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < session->model->shape.vocab_size; i++) {
        if (session->logits[i] > session->logits[best]) best = i;
    }
    return best;
}

int kernel_has_isa(kernel_isa isa) { return ops_for(isa).q15 != NULL; }

const char *kernel_isa_name(const kernel_session *session) { return session->ops.q15->name; }
