/* Text → tokens. */
#include "model.h"
#include "text.h"

/* One octet, or what it has been merged into, in a doubly linked list. */
typedef struct {
    uint32_t id; /* NO_TOKEN once merged into the one before */
    uint32_t previous, next;
} symbol;

enum { MAX_TEXT = 1 << 28, END = 0xFFFFFFF };

typedef struct {
    const tokenizer *t;
    symbol *symbols; /* (len,) of one piece */
    uint64_t *heap;  /* (3 · len,) of one piece: rank << 32 | position, a binary heap, least first */
    size_t heap_count;
    uint32_t *ids; /* (len,) of the whole text */
    size_t count;
} encoder;

size_t kernel_encode_size(size_t len) {
    return len > MAX_TEXT ? SIZE_MAX : (len + 1) * (sizeof(symbol) + 3 * sizeof(uint64_t));
}

static void push(encoder *e, uint64_t entry) {
    size_t i = e->heap_count++;
    for (; i && e->heap[(i - 1) / 2] > entry; i = (i - 1) / 2) e->heap[i] = e->heap[(i - 1) / 2];
    e->heap[i] = entry;
}

static uint64_t pop(encoder *e) {
    uint64_t least = e->heap[0], last = e->heap[--e->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= e->heap_count) break;
        if (child + 1 < e->heap_count && e->heap[child + 1] < e->heap[child]) child++;
        if (e->heap[child] >= last) break;
        e->heap[i] = e->heap[child];
        i = child;
    }
    e->heap[i] = last;
    return least;
}

/* If the symbol at `at` and its next merge, remember it. */
static void consider(encoder *e, uint32_t at) {
    uint32_t next = at == END ? END : e->symbols[at].next;
    if (next == END) return;
    uint32_t rank = tokenizer_rank(e->t, e->symbols[at].id, e->symbols[next].id);
    if (rank != NO_TOKEN) push(e, (uint64_t)rank << 32 | at);
}

static void encode_piece(encoder *e, span piece) {
    uint32_t count = 0;
    for (size_t i = 0; i < piece.len; i++) {
        uint32_t id = e->t->octet_ids[piece.data[i]];
        if (id == NO_TOKEN) continue;
        e->symbols[count] = (symbol){id, count ? count - 1 : END, count + 1};
        count++;
    }
    if (count == 0) return;
    e->symbols[count - 1].next = END;
    e->heap_count = 0;
    for (uint32_t at = 0; at < count; at++) consider(e, at);
    while (e->heap_count) {
        uint64_t entry = pop(e);
        uint32_t rank = (uint32_t)(entry >> 32), at = (uint32_t)entry, next = e->symbols[at].next;
        const merge *m = &e->t->merges[rank];
        if (e->symbols[at].id != m->left || next == END || e->symbols[next].id != m->right) continue; /* out of date */
        e->symbols[at].id = m->result;
        e->symbols[at].next = e->symbols[next].next;
        e->symbols[next].id = NO_TOKEN;
        if (e->symbols[at].next != END) e->symbols[e->symbols[at].next].previous = at;
        consider(e, e->symbols[at].previous);
        consider(e, at);
    }
    for (uint32_t at = 0; at != END; at = e->symbols[at].next) e->ids[e->count++] = e->symbols[at].id;
}

/* The longest special token at `at`, or NO_TOKEN; control tokens only where they do not touch the literal part. */
static uint32_t special_at(const tokenizer *t, span text, size_t at, span literal, size_t *len) {
    uint32_t best = NO_TOKEN;
    if (!t->special_starts[text.data[at]]) return NO_TOKEN;
    *len = 0;
    for (uint32_t i = 0; i < t->special_count; i++) {
        uint32_t id = t->specials[i];
        size_t size = t->starts[id + 1] - t->starts[id];
        const uint8_t *here = text.data + at;
        if (size <= *len || size > text.len - at || memcmp(here, t->octets + t->starts[id], size) != 0) continue;
        int touches = here < literal.data + literal.len && literal.data < here + size;
        if (touches && t->kinds[id] == KERNEL_TOKEN_CONTROL) continue;
        best = id;
        *len = size;
    }
    return best;
}

static void encode_ordinary(encoder *e, span text) {
    for (size_t at = 0; at < text.len;) {
        size_t end = text_piece_end(text, at);
        encode_piece(e, (span){text.data + at, end - at});
        at = end;
    }
}

kernel_status kernel_encode(const kernel_model *model, const uint8_t *data, size_t len, size_t literal_begin,
                            size_t literal_end, void *scratch, size_t size, uint32_t *ids, size_t *count,
                            kernel_error *error) {
    span text = {data, len};
    *count = 0;
    if (len > MAX_TEXT) return fail(error, KERNEL_BAD_ARGUMENT, "text is too long; its octets are", len);
    if (literal_begin > literal_end || literal_end > len)
        return fail(error, KERNEL_BAD_ARGUMENT, "literal part ends at octet", literal_end);
    if (size < kernel_encode_size(len) || (uintptr_t)scratch % 8 != 0)
        return fail(error, KERNEL_NO_MEMORY, "scratch too small; its octets are", size);
    for (size_t at = 0, step; at < len; at += step) {
        uint32_t code_point;
        step = text_next(text, at, &code_point);
        if (step == 0) return fail(error, KERNEL_BAD_ARGUMENT, "text is not UTF-8 at octet", at);
    }
    uint64_t *heap = scratch;
    encoder e = {.t = &model->tokenizer, .heap = heap, .symbols = (symbol *)(heap + 3 * (len + 1)), .ids = ids};
    span literal = {data + literal_begin, literal_end - literal_begin};
    size_t from = 0;
    for (size_t at = 0; at < len;) {
        size_t special_len = 1;
        uint32_t id = special_at(e.t, text, at, literal, &special_len);
        if (id != NO_TOKEN) {
            encode_ordinary(&e, (span){data + from, at - from});
            ids[e.count++] = id;
            from = at + special_len;
        }
        at += id == NO_TOKEN ? 1 : special_len;
    }
    encode_ordinary(&e, (span){data + from, len - from});
    *count = e.count;
    return KERNEL_OK;
}

const uint8_t *kernel_token(const kernel_model *model, uint32_t id, size_t *len, kernel_token_kind *kind) {
    const tokenizer *t = &model->tokenizer;
    if (id >= t->vocab_size) return NULL;
    *len = t->starts[id + 1] - t->starts[id];
    *kind = (kernel_token_kind)t->kinds[id];
    return t->octets + t->starts[id];
}
