/* Text → tokens. */
#include "model.h"

enum { MAX_TEXT = 1 << 28, END = 0xFFFFFFF };

#define MERGED (UINT32_MAX - 1) /* the id of a symbol that is now part of the one before */

/* An octet or a character, or what it has been merged into, in a doubly linked list. */
typedef struct {
    uint32_t id; /* NO_TOKEN: a character without a token */
    uint32_t begin;
    uint32_t previous, next;
} symbol;

typedef struct {
    const tokenizer *t;
    span piece;
    symbol *symbols; /* (len,) of one piece */
    uint64_t *heap;  /* (3 · len,) of one piece: urgency << 32 | position, a binary heap, least first */
    size_t heap_count;
    uint32_t *ids; /* of the whole text */
    size_t count;
} encoder;

size_t kernel_encode_size(size_t len) {
    return len > MAX_TEXT ? SIZE_MAX : (len + 2) * (sizeof(symbol) + 3 * sizeof(uint64_t) + 1);
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

/* What the symbol at `at` and its next become, and how urgently; false if nothing. */
static int join(const encoder *e, uint32_t at, uint32_t *id, uint32_t *urgency) {
    const symbol *left = &e->symbols[at], *right = left->next == END ? NULL : &e->symbols[left->next];
    if (left->id == MERGED || !right) return 0;
    if (e->t->kind == BYTE_LEVEL) {
        *urgency = tokenizer_rank(e->t, left->id, right->id);
        if (*urgency == NO_TOKEN) return 0;
        *id = e->t->merges[*urgency].result;
        return 1;
    }
    size_t end = right->next == END ? e->piece.len : e->symbols[right->next].begin;
    *id = tokenizer_find(e->t, (span){e->piece.data + left->begin, end - left->begin});
    if (*id == NO_TOKEN) return 0;
    *urgency = e->t->urgency[*id];
    return 1;
}

static void consider(encoder *e, uint32_t at) {
    uint32_t id, urgency;
    if (at != END && join(e, at, &id, &urgency)) push(e, (uint64_t)urgency << 32 | at);
}

/* The piece's octets, or its characters. */
static uint32_t split(encoder *e) {
    uint32_t count = 0;
    size_t len;
    for (size_t at = 0; at < e->piece.len; at += len) {
        uint32_t id, code_point;
        len = 1;
        if (e->t->kind == BYTE_LEVEL) {
            id = e->t->octet_ids[e->piece.data[at]];
            if (id == NO_TOKEN) continue;
        } else {
            len = text_next(e->piece, at, &code_point);
            id = tokenizer_find(e->t, (span){e->piece.data + at, len});
        }
        e->symbols[count] = (symbol){id, (uint32_t)at, count ? count - 1 : END, count + 1};
        count++;
    }
    if (count) e->symbols[count - 1].next = END;
    return count;
}

static void emit(encoder *e, uint32_t id) { e->ids[e->count++] = id; }

/* The octets of a character without a token. */
static void emit_octets(encoder *e, size_t begin) {
    uint32_t code_point;
    size_t len = text_next(e->piece, begin, &code_point);
    for (size_t i = begin; i < begin + len; i++) {
        uint32_t id = e->t->octet_ids[e->piece.data[i]];
        if (id != NO_TOKEN) emit(e, id);
    }
}

static void encode_piece(encoder *e, span piece) {
    uint32_t id, urgency;
    e->piece = piece;
    if (e->t->whole_first && (id = tokenizer_find(e->t, piece)) != NO_TOKEN) {
        emit(e, id);
        return;
    }
    uint32_t count = split(e);
    if (count == 0) return;
    e->heap_count = 0;
    for (uint32_t at = 0; at < count; at++) consider(e, at);
    while (e->heap_count) {
        uint64_t entry = pop(e);
        uint32_t at = (uint32_t)entry;
        if (!join(e, at, &id, &urgency) || urgency != entry >> 32) continue; /* out of date */
        symbol *left = &e->symbols[at], *right = &e->symbols[left->next];
        left->id = id;
        left->next = right->next;
        right->id = MERGED;
        if (left->next != END) e->symbols[left->next].previous = at;
        consider(e, left->previous);
        consider(e, at);
    }
    for (uint32_t at = 0; at != END; at = e->symbols[at].next) {
        if (e->symbols[at].id == NO_TOKEN) {
            emit_octets(e, e->symbols[at].begin);
        } else {
            emit(e, e->symbols[at].id);
        }
    }
}

/* Text between special tokens. The octet before it is the encoder's to write. */
static void encode_ordinary(encoder *e, uint8_t *text, size_t len) {
    if (len == 0) return;
    if (e->t->kind == SENTENCE_PIECE) {
        if (e->t->space_first) text[-1] = ' ';
        encode_piece(e, e->t->space_first ? (span){text - 1, len + 1} : (span){text, len});
        return;
    }
    for (size_t at = 0; at < len;) {
        size_t end = text_piece_end((span){text, len}, at, e->t->pieces);
        encode_piece(e, (span){text + at, end - at});
        at = end;
    }
}

/* Copy the text, SentencePiece's mark for a space becoming one; the literal part's ends move along. */
static size_t copy_text(tokenizer_kind kind, span text, uint8_t *into, size_t *literal_begin, size_t *literal_end) {
    size_t count = 0, begin = *literal_begin, end = *literal_end;
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point;
        size_t len = text_next(text, at, &code_point), written = len;
        memcpy(into + count, text.data + at, len);
        if (kind == SENTENCE_PIECE && code_point == 0x2581) {
            into[count] = ' ';
            written = 1;
        }
        at += len;
        count += written;
        if (at <= begin) *literal_begin = count;
        if (at <= end) *literal_end = count;
    }
    return count;
}

kernel_status kernel_encode(const kernel_model *model, const uint8_t *data, size_t len, size_t literal_begin,
                            size_t literal_end, void *scratch, size_t size, uint32_t *ids, size_t *count,
                            kernel_error *error) {
    *count = 0;
    if (len > MAX_TEXT) return fail(error, KERNEL_BAD_ARGUMENT, "text is too long; its octets are", len);
    if (literal_begin > literal_end || literal_end > len)
        return fail(error, KERNEL_BAD_ARGUMENT, "literal part ends at octet", literal_end);
    if (size < kernel_encode_size(len) || (uintptr_t)scratch % 8 != 0)
        return fail(error, KERNEL_NO_MEMORY, "scratch too small; its octets are", size);
    for (size_t at = 0, step; at < len; at += step) {
        uint32_t code_point;
        step = text_next((span){data, len}, at, &code_point);
        if (step == 0) return fail(error, KERNEL_BAD_ARGUMENT, "text is not UTF-8 at octet", at);
    }
    uint64_t *heap = scratch;
    symbol *symbols = (symbol *)(heap + 3 * (len + 2));
    uint8_t *text = (uint8_t *)(symbols + len + 2) + 1;
    encoder e = {.t = &model->tokenizer, .heap = heap, .symbols = symbols, .ids = ids};
    len = copy_text(e.t->kind, (span){data, len}, text, &literal_begin, &literal_end);
    size_t from = 0;
    for (size_t at = 0; at < len;) {
        size_t most_control = at >= literal_end ? SIZE_MAX : at >= literal_begin ? 0 : literal_begin - at;
        uint32_t id = tokenizer_special(e.t, (span){text + at, len - at}, most_control);
        size_t step = id == NO_TOKEN ? 1 : tokenizer_text(e.t, id).len;
        if (id != NO_TOKEN) {
            encode_ordinary(&e, text + from, at - from);
            emit(&e, id);
            from = at + step;
        }
        at += step;
    }
    encode_ordinary(&e, text + from, len - from);
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

int kernel_space_first(const kernel_model *model) { return model->tokenizer.space_first; }
