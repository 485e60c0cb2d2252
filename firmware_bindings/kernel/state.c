/* What a session has read, moved: cut back, copied to another session, written as octets and read again. */
#include "session.h"

/* The cache of one layer and head, of which the first s->position rows are filled. */
static uint8_t *cache_at(const kernel_session *s, uint8_t *cache, size_t index) {
    return cache + index * s->options.context_tokens * s->model->shape.head_size * s->kv_octets;
}

static size_t cache_count(const kernel_session *s) { return (size_t)s->model->shape.layers * s->model->shape.kv_heads; }

static size_t cache_octets(const kernel_session *s, uint32_t position) {
    return (size_t)position * s->model->shape.head_size * s->kv_octets;
}

static size_t logits_octets(const kernel_session *s) { return s->model->shape.vocab_size * sizeof *s->logits; }

const uint32_t *kernel_history(const kernel_session *session) { return session->history; }

kernel_status kernel_truncate(kernel_session *s, uint32_t position, kernel_error *error) {
    if (position > s->position)
        return fail(error, KERNEL_BAD_ARGUMENT, "not that far yet; tokens appended:", s->position);
    if (position < s->position) s->has_logits = 0;
    s->position = position;
    return KERNEL_OK;
}

kernel_status kernel_copy(kernel_session *to, const kernel_session *from, kernel_error *error) {
    if (to->model != from->model)
        return fail(error, KERNEL_BAD_ARGUMENT, "sessions of two models; tokens:", from->position);
    if (to->options.kv != from->options.kv)
        return fail(error, KERNEL_BAD_ARGUMENT, "sessions store keys and values in two ways; tokens:", from->position);
    if (from->position > to->options.context_tokens)
        return fail(error, KERNEL_CONTEXT_FULL, "the context is full; its tokens are", to->options.context_tokens);
    for (size_t i = 0; i < cache_count(to); i++) {
        memcpy(cache_at(to, to->keys, i), cache_at(from, from->keys, i), cache_octets(from, from->position));
        memcpy(cache_at(to, to->values, i), cache_at(from, from->values, i), cache_octets(from, from->position));
    }
    memcpy(to->history, from->history, from->position * sizeof *to->history);
    memcpy(to->logits, from->logits, logits_octets(to));
    to->position = from->position;
    to->has_logits = from->has_logits;
    return KERNEL_OK;
}

static size_t state_size(const kernel_session *s, uint32_t position, int has_logits) {
    return position * sizeof *s->history + 2 * cache_count(s) * cache_octets(s, position) +
           (has_logits ? logits_octets(s) : 0);
}

size_t kernel_state_size(const kernel_session *s) { return state_size(s, s->position, s->has_logits); }

void kernel_state_save(const kernel_session *s, uint8_t *out) {
    size_t octets = cache_octets(s, s->position);
    memcpy(out, s->history, s->position * sizeof *s->history);
    out += s->position * sizeof *s->history;
    for (size_t i = 0; i < cache_count(s); i++, out += 2 * octets) {
        memcpy(out, cache_at(s, s->keys, i), octets);
        memcpy(out + octets, cache_at(s, s->values, i), octets);
    }
    if (s->has_logits) memcpy(out, s->logits, logits_octets(s));
}

/* Are these all numbers, F32 or F16, none infinite? */
static int are_finite(const uint8_t *octets, size_t len, size_t size) {
    uint32_t exponent = size == sizeof(float) ? 0x7F800000 : 0x7C00;
    int finite = 1;
    for (size_t at = 0; at < len; at += size) {
        uint32_t bits = 0;
        memcpy(&bits, octets + at, size); /* both processors begin with the lowest octet */
        finite &= (bits & exponent) != exponent;
    }
    return finite;
}

kernel_status kernel_state_load(kernel_session *s, const uint8_t *data, size_t len, uint32_t position, int has_logits,
                                kernel_error *error) {
    if (position > s->options.context_tokens)
        return fail(error, KERNEL_CONTEXT_FULL, "the context is full; its tokens are", s->options.context_tokens);
    if (len != state_size(s, position, has_logits) || (has_logits && position == 0))
        return fail(error, KERNEL_BAD_ARGUMENT, "not the size of such a state; its octets are", len);
    size_t ids = position * sizeof *s->history, octets = cache_octets(s, position),
           cached = 2 * cache_count(s) * octets;
    for (size_t at = 0; at < ids; at += sizeof *s->history) {
        uint32_t id;
        memcpy(&id, data + at, sizeof id);
        if (id >= s->model->shape.vocab_size) return fail(error, KERNEL_BAD_ARGUMENT, "no such token", id);
    }
    if (!are_finite(data + ids, cached, s->kv_octets) ||
        !are_finite(data + ids + cached, len - ids - cached, sizeof *s->logits))
        return fail(error, KERNEL_BAD_ARGUMENT, "a number is not finite in a state; its octets are", len);
    memcpy(s->history, data, ids);
    data += ids;
    for (size_t i = 0; i < cache_count(s); i++, data += 2 * octets) {
        memcpy(cache_at(s, s->keys, i), data, octets);
        memcpy(cache_at(s, s->values, i), data + octets, octets);
    }
    if (has_logits) memcpy(s->logits, data, logits_octets(s));
    s->position = position;
    s->has_logits = has_logits;
    return KERNEL_OK;
}
