#include "tokenizer.h"

#include "byte_level.h"

enum {
    MAX_PROBES = 512, /* more collisions than this in a table of at most half its load are no accident */
    MAX_TOKEN = 1 << 16,
};

#define SPACE_MARK "\xE2\x96\x81" /* U+2581, which SentencePiece writes for a space */

static const gguf_entry *array_of(const gguf *file, const char *key, uint32_t item_type) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    return entry && entry->type == GGUF_ARRAY && entry->item_type == item_type ? entry : NULL;
}

/* The text under a key, or nothing. */
static span text_of(const gguf *file, const char *key) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    if (!entry || entry->type != GGUF_STRING) return (span){NULL, 0};
    span rest = entry->value;
    return gguf_next_string(&rest);
}

static int flag_of(const gguf *file, const char *key, int missing) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    uint64_t value;
    return entry && gguf_number(entry, &value) ? value != 0 : missing;
}

/* The kind of tokenizer, by the two names that the file gives it. */
static kernel_status read_kind(const gguf *file, tokenizer *t, kernel_error *error) {
    static const struct {
        char name[12];
        piece_rule pieces;
        uint8_t whole_first;
    } rules[] = {
        {"gpt-2", PIECES_GPT2, 0},    {"smollm", PIECES_SMOLLM, 0},   {"llama-bpe", PIECES_LLAMA3, 1},
        {"llama3", PIECES_LLAMA3, 1}, {"llama-v3", PIECES_LLAMA3, 1}, {"qwen2", PIECES_QWEN2, 0},
    };
    span model = text_of(file, "tokenizer.ggml.model"), pre = text_of(file, "tokenizer.ggml.pre");
    *t = (tokenizer){.kind = BYTE_LEVEL};
    if (span_equal(model, span_of("llama"))) {
        t->kind = SENTENCE_PIECE;
        t->space_first = flag_of(file, "tokenizer.ggml.add_space_prefix", 1) != 0;
        return KERNEL_OK;
    }
    if (!model.data)
        return fail_at(error, KERNEL_BAD_FILE, "metadata text is missing; entries:", file->entry_count,
                       span_of("tokenizer.ggml.model"));
    if (!span_equal(model, span_of("gpt2")))
        return fail_at(error, KERNEL_UNSUPPORTED, "tokenizer of another kind; octets in its name:", model.len, model);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!span_equal(pre, span_of(rules[i].name))) continue;
        t->pieces = rules[i].pieces;
        t->whole_first = rules[i].whole_first;
        return KERNEL_OK;
    }
    return fail_at(error, KERNEL_UNSUPPORTED, "tokenizer.ggml.pre is not known; octets in its name:", pre.len, pre);
}

kernel_status tokenizer_check(const gguf *file, uint32_t most, uint32_t *vocab_size, kernel_error *error) {
    tokenizer t;
    kernel_status status = read_kind(file, &t, error);
    if (status != KERNEL_OK) return status;
    const gguf_entry *tokens = array_of(file, "tokenizer.ggml.tokens", GGUF_STRING);
    const gguf_entry *kinds = array_of(file, "tokenizer.ggml.token_type", GGUF_I32);
    const gguf_entry *order = t.kind == BYTE_LEVEL ? array_of(file, "tokenizer.ggml.merges", GGUF_STRING)
                                                   : array_of(file, "tokenizer.ggml.scores", GGUF_F32);
    if (!tokens || !kinds || !order) {
        return fail(error, KERNEL_BAD_FILE,
                    "tokenizer.ggml.tokens, token_type, merges or scores is missing; entries:", file->entry_count);
    }
    if (tokens->count == 0 || tokens->count > most)
        return fail(error, KERNEL_BAD_FILE, "absurd vocabulary size", tokens->count);
    if (kinds->count != tokens->count)
        return fail(error, KERNEL_BAD_FILE, "token_type has another length than tokens:", kinds->count);
    if (t.kind == SENTENCE_PIECE && order->count != tokens->count)
        return fail(error, KERNEL_BAD_FILE, "scores has another length than tokens:", order->count);
    if (order->count > 4 * (uint64_t)most) return fail(error, KERNEL_BAD_FILE, "absurd count of merges", order->count);
    if (tokens->value.len > UINT32_MAX)
        return fail(error, KERNEL_BAD_FILE, "absurd size of the vocabulary in octets", tokens->value.len);
    *vocab_size = (uint32_t)tokens->count;
    return KERNEL_OK;
}

/* A power of two, at least twice `count`. */
static uint32_t table_size(uint32_t count) {
    uint32_t size = 16;
    while (size < 2 * count) size *= 2;
    return size;
}

void tokenizer_place(const gguf *file, arena *a, tokenizer *t) {
    const gguf_entry *tokens = array_of(file, "tokenizer.ggml.tokens", GGUF_STRING);
    kernel_error unused; /* the file was checked */
    read_kind(file, t, &unused);
    t->vocab_size = (uint32_t)tokens->count;
    t->by_text_mask = table_size(t->vocab_size) - 1;
    t->octets = arena_take(a, tokens->value.len, 1);
    t->starts = arena_take(a, (size_t)t->vocab_size + 1, sizeof *t->starts);
    t->kinds = arena_take(a, t->vocab_size, 1);
    t->by_text = arena_take(a, (size_t)t->by_text_mask + 1, sizeof *t->by_text);
    if (t->kind == SENTENCE_PIECE) {
        t->urgency = arena_take(a, t->vocab_size, sizeof *t->urgency);
    } else {
        t->merge_count = (uint32_t)array_of(file, "tokenizer.ggml.merges", GGUF_STRING)->count;
        t->by_pair_mask = table_size(t->merge_count) - 1;
        t->merges = arena_take(a, t->merge_count, sizeof *t->merges);
        t->by_pair = arena_take(a, (size_t)t->by_pair_mask + 1, sizeof *t->by_pair);
    }
}

#define HASH_START 14695981039346656037u /* FNV-1a */
static uint64_t hash_octet(uint64_t hash, uint8_t octet) { return (hash ^ octet) * 1099511628211u; }

static uint64_t hash_octets(span text) {
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < text.len; i++) hash = hash_octet(hash, text.data[i]);
    return hash;
}

static int is_special(const tokenizer *t, uint32_t id) {
    return t->kinds[id] == KERNEL_TOKEN_CONTROL || t->kinds[id] == KERNEL_TOKEN_USER;
}

/* The slot where the token `text`, ordinary or special, is or would be; NULL after MAX_PROBES. */
static uint32_t *find_text(const tokenizer *t, span text, uint64_t hash, int special) {
    uint64_t at = hash ^ (hash >> 32);
    for (uint32_t probe = 0; probe < MAX_PROBES; probe++, at++) {
        uint32_t *slot = &t->by_text[at & t->by_text_mask];
        if (*slot == 0) return slot;
        if (is_special(t, *slot - 1) == special && span_equal(tokenizer_text(t, *slot - 1), text)) return slot;
    }
    return NULL;
}

uint32_t tokenizer_find(const tokenizer *t, span text) {
    if (text.len > t->longest) return NO_TOKEN;
    const uint32_t *slot = find_text(t, text, hash_octets(text), 0);
    return slot && *slot ? *slot - 1 : NO_TOKEN;
}

uint32_t tokenizer_special(const tokenizer *t, span text, size_t most_control) {
    uint32_t best = NO_TOKEN;
    if (!t->special_starts[text.data[0]]) return best;
    size_t most = text.len < t->longest_special ? text.len : t->longest_special;
    uint64_t hash = HASH_START;
    for (size_t len = 1; len <= most; len++) {
        hash = hash_octet(hash, text.data[len - 1]);
        if (!t->special_lengths[len]) continue;
        const uint32_t *slot = find_text(t, (span){text.data, len}, hash, 1);
        if (!slot || *slot == 0) continue;
        if (t->kinds[*slot - 1] == KERNEL_TOKEN_USER || len <= most_control) best = *slot - 1;
    }
    return best;
}

/* "▁the" → " the"; returns the octets written, which are no more than were read. */
static size_t replace_marks(span text, uint8_t *into) {
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        int is_mark = text.len - at >= 3 && memcmp(text.data + at, SPACE_MARK, 3) == 0;
        into[count++] = is_mark ? ' ' : text.data[at];
        at += is_mark ? 3 : 1;
    }
    return count;
}

/* "<0x0A>" → 10; -1: not an octet. */
static int octet_named(span text) {
    static const char digits[] = "0123456789ABCDEF";
    if (text.len != 6 || memcmp(text.data, "<0x", 3) != 0 || text.data[5] != '>') return -1;
    const char *high = memchr(digits, text.data[3], 16), *low = memchr(digits, text.data[4], 16);
    return high && low ? (int)(16 * (high - digits) + (low - digits)) : -1;
}

/* Write one token's octets to t->octets + *at. `number` is its type in the file. */
static kernel_status fill_token(tokenizer *t, uint32_t id, span text, uint32_t number, uint32_t *at,
                                kernel_error *error) {
    enum { NORMAL = 1, UNKNOWN, CONTROL, USER, UNUSED, OCTET };
    static const uint8_t kind_of[] = {[NORMAL] = KERNEL_TOKEN_ORDINARY, [UNKNOWN] = KERNEL_TOKEN_CONTROL,
                                      [CONTROL] = KERNEL_TOKEN_CONTROL, [USER] = KERNEL_TOKEN_USER,
                                      [UNUSED] = KERNEL_TOKEN_UNUSED,   [OCTET] = KERNEL_TOKEN_ORDINARY};
    uint8_t *into = t->octets + *at;
    size_t count = text.len;
    int is_octet = t->kind == SENTENCE_PIECE && number == OCTET;
    if (number < NORMAL || number > OCTET || (number == OCTET && !is_octet))
        return fail_at(error, KERNEL_UNSUPPORTED, "token type", number, text);
    if (text.len == 0 || text.len > MAX_TOKEN)
        return fail(error, KERNEL_BAD_FILE, text.len ? "absurdly long token" : "empty token", id);
    t->kinds[id] = kind_of[number];
    if (is_octet) {
        int octet = octet_named(text);
        if (octet < 0) return fail_at(error, KERNEL_BAD_FILE, "not the name of an octet, token", id, text);
        into[0] = (uint8_t)octet;
        count = 1;
        t->octet_ids[octet] = id;
    } else if (t->kind == SENTENCE_PIECE && (number == NORMAL || number == USER)) {
        count = replace_marks(text, into);
    } else if (number == NORMAL) {
        count = byte_level_unwrap(text, into);
        if (count == SIZE_MAX) return fail_at(error, KERNEL_BAD_FILE, "not byte-level text, token", id, text);
    } else {
        memcpy(into, text.data, text.len);
    }
    *at += (uint32_t)count;
    return KERNEL_OK;
}

/* Make a token that is no octet's stand-in findable by its text. */
static kernel_status index_token(tokenizer *t, uint32_t id, kernel_error *error) {
    span text = tokenizer_text(t, id);
    int special = is_special(t, id);
    if (special && text.len > TOKENIZER_LONGEST_SPECIAL)
        return fail_at(error, KERNEL_BAD_FILE, "absurdly long special token", id, text);
    uint32_t *slot = find_text(t, text, hash_octets(text), special);
    if (!slot) return fail_at(error, KERNEL_BAD_FILE, "vocabulary made to collide, at token", id, text);
    if (*slot && special) return KERNEL_OK; /* the first one is found */
    if (*slot) return fail_at(error, KERNEL_BAD_FILE, "token occurs twice", id, text);
    *slot = id + 1;
    uint32_t *longest = special ? &t->longest_special : &t->longest;
    if (text.len > *longest) *longest = (uint32_t)text.len;
    if (special) {
        t->special_starts[text.data[0]] = 1;
        t->special_lengths[text.len] = 1;
    } else if (t->kind == BYTE_LEVEL && text.len == 1) {
        t->octet_ids[text.data[0]] = id;
    }
    return KERNEL_OK;
}

static kernel_status fill_tokens(const gguf *file, tokenizer *t, kernel_error *error) {
    span tokens = array_of(file, "tokenizer.ggml.tokens", GGUF_STRING)->value;
    span numbers = array_of(file, "tokenizer.ggml.token_type", GGUF_I32)->value;
    memset(t->by_text, 0, ((size_t)t->by_text_mask + 1) * sizeof *t->by_text);
    for (size_t octet = 0; octet < 256; octet++) t->octet_ids[octet] = NO_TOKEN;
    uint32_t at = 0;
    for (uint32_t id = 0; id < t->vocab_size; id++) {
        uint32_t number;
        memcpy(&number, numbers.data + 4 * (size_t)id, sizeof number);
        t->starts[id] = at;
        kernel_status status = fill_token(t, id, gguf_next_string(&tokens), number, &at, error);
        t->starts[id + 1] = at;
        int stands_for_octet = t->kind == SENTENCE_PIECE && number == 6;
        if (status == KERNEL_OK && t->kinds[id] != KERNEL_TOKEN_UNUSED && !stands_for_octet)
            status = index_token(t, id, error);
        if (status != KERNEL_OK) return status;
    }
    return KERNEL_OK;
}

/* F32 scores → integers in the reverse order. */
static kernel_status fill_urgency(const gguf *file, tokenizer *t, kernel_error *error) {
    const uint8_t *scores = array_of(file, "tokenizer.ggml.scores", GGUF_F32)->value.data;
    for (uint32_t id = 0; id < t->vocab_size; id++) {
        uint32_t bits;
        memcpy(&bits, scores + 4 * (size_t)id, sizeof bits);
        if ((bits & 0x7FFFFFFF) > 0x7F800000)
            return fail_at(error, KERNEL_BAD_FILE, "score is not a number, token", id, tokenizer_text(t, id));
        if (bits == 0x80000000) bits = 0;
        t->urgency[id] = bits & 0x80000000 ? bits : 0x7FFFFFFF - bits;
    }
    return KERNEL_OK;
}

kernel_status tokenizer_fill(const gguf *file, tokenizer *t, kernel_error *error) {
    kernel_status status = fill_tokens(file, t, error);
    if (status != KERNEL_OK) return status;
    if (t->kind == SENTENCE_PIECE) return fill_urgency(file, t, error);
    return byte_level_merges(array_of(file, "tokenizer.ggml.merges", GGUF_STRING)->value, t, error);
}
