#include "tokenizer.h"

#include "text.h"

enum {
    MAX_PROBES = 512, /* more collisions than this in a table of at most half its load are no accident */
    MAX_SPECIALS = 4096,
};

static const gguf_entry *array_of(const gguf *file, const char *key, uint32_t item_type) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    return entry && entry->type == GGUF_ARRAY && entry->item_type == item_type ? entry : NULL;
}

static kernel_status require_text(const gguf *file, const char *key, const char *text, kernel_error *error) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    if (!entry || entry->type != GGUF_STRING)
        return fail_at(error, KERNEL_BAD_FILE, "metadata text is missing; entries:", file->entry_count, span_of(key));
    span rest = entry->value, value = gguf_next_string(&rest);
    if (!span_equal(value, span_of(text)))
        return fail_at(error, KERNEL_UNSUPPORTED, "tokenizer of another kind; octets in its name:", value.len, value);
    return KERNEL_OK;
}

kernel_status tokenizer_check(const gguf *file, uint32_t most, uint32_t *vocab_size, kernel_error *error) {
    kernel_status status = require_text(file, "tokenizer.ggml.model", "gpt2", error);
    if (status == KERNEL_OK) status = require_text(file, "tokenizer.ggml.pre", "smollm", error);
    if (status != KERNEL_OK) return status;
    const gguf_entry *tokens = array_of(file, "tokenizer.ggml.tokens", GGUF_STRING);
    const gguf_entry *kinds = array_of(file, "tokenizer.ggml.token_type", GGUF_I32);
    const gguf_entry *merges = array_of(file, "tokenizer.ggml.merges", GGUF_STRING);
    if (!tokens || !kinds || !merges) {
        return fail(error, KERNEL_BAD_FILE,
                    "tokenizer.ggml.tokens, token_type or merges is missing; entries:", file->entry_count);
    }
    if (tokens->count == 0 || tokens->count > most)
        return fail(error, KERNEL_BAD_FILE, "absurd vocabulary size", tokens->count);
    if (kinds->count != tokens->count)
        return fail(error, KERNEL_BAD_FILE, "token_type has another length than tokens:", kinds->count);
    if (merges->count > 4 * (uint64_t)most)
        return fail(error, KERNEL_BAD_FILE, "absurd count of merges", merges->count);
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
    const gguf_entry *merges = array_of(file, "tokenizer.ggml.merges", GGUF_STRING);
    *t = (tokenizer){.vocab_size = (uint32_t)tokens->count, .merge_count = (uint32_t)merges->count};
    t->by_text_mask = table_size(t->vocab_size) - 1;
    t->by_pair_mask = table_size(t->merge_count) - 1;
    t->octets = arena_take(a, tokens->value.len, 1);
    t->starts = arena_take(a, (size_t)t->vocab_size + 1, sizeof *t->starts);
    t->kinds = arena_take(a, t->vocab_size, 1);
    t->specials = arena_take(a, t->vocab_size, sizeof *t->specials);
    t->merges = arena_take(a, t->merge_count, sizeof *t->merges);
    t->by_text = arena_take(a, (size_t)t->by_text_mask + 1, sizeof *t->by_text);
    t->by_pair = arena_take(a, (size_t)t->by_pair_mask + 1, sizeof *t->by_pair);
}

static span token_text(const tokenizer *t, uint32_t id) {
    return (span){t->octets + t->starts[id], t->starts[id + 1] - t->starts[id]};
}

static uint64_t hash_octets(span text) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.data[i]) * 1099511628211u;
    return hash ^ (hash >> 32);
}

static uint64_t hash_pair(uint32_t left, uint32_t right) {
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

/* The slot where the ordinary token `text` is or would be; NULL after MAX_PROBES. */
static uint32_t *find_text(const tokenizer *t, span text) {
    uint64_t at = hash_octets(text);
    for (uint32_t probe = 0; probe < MAX_PROBES; probe++, at++) {
        uint32_t *slot = &t->by_text[at & t->by_text_mask];
        if (*slot == 0 || span_equal(token_text(t, *slot - 1), text)) return slot;
    }
    return NULL;
}

static uint32_t *find_pair(const tokenizer *t, uint32_t left, uint32_t right) {
    uint64_t at = hash_pair(left, right);
    for (uint32_t probe = 0; probe < MAX_PROBES; probe++, at++) {
        uint32_t *slot = &t->by_pair[at & t->by_pair_mask];
        if (*slot == 0 || (t->merges[*slot - 1].left == left && t->merges[*slot - 1].right == right)) return slot;
    }
    return NULL;
}

uint32_t tokenizer_rank(const tokenizer *t, uint32_t left, uint32_t right) {
    const uint32_t *slot = find_pair(t, left, right);
    return slot && *slot ? *slot - 1 : NO_TOKEN;
}

/* GPT-2 writes the octets that do not print as U+0100 + their rank among those. -1: not of that alphabet. */
static int octet_of(uint32_t code_point) {
    static const uint8_t unprintable[] = {
        0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,  16,
        17,  18,  19,  20,  21,  22,  23,  24,  25,  26,  27,  28,  29,  30,  31,  32,  127,
        128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144,
        145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 173,
    };
    if (code_point >= 256) return code_point - 256 < sizeof unprintable ? unprintable[code_point - 256] : -1;
    int prints = (code_point > 32 && code_point < 127) || (code_point > 160 && code_point != 173);
    return prints ? (int)code_point : -1;
}

/* "Ġthe" → " the"; returns the octets written, which are no more than were read, or SIZE_MAX. */
static size_t unwrap(span text, uint8_t *into) {
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point;
        size_t len = text_next(text, at, &code_point);
        int octet = len ? octet_of(code_point) : -1;
        if (octet < 0) return SIZE_MAX;
        into[count++] = (uint8_t)octet;
        at += len;
    }
    return count;
}

static kernel_status fill_tokens(const gguf *file, tokenizer *t, kernel_error *error) {
    span tokens = array_of(file, "tokenizer.ggml.tokens", GGUF_STRING)->value;
    span kinds = array_of(file, "tokenizer.ggml.token_type", GGUF_I32)->value;
    uint32_t at = 0;
    for (uint32_t id = 0; id < t->vocab_size; id++) {
        static const uint8_t kind_of[] = {[1] = KERNEL_TOKEN_ORDINARY,
                                          [2] = KERNEL_TOKEN_CONTROL,
                                          [3] = KERNEL_TOKEN_CONTROL,
                                          [4] = KERNEL_TOKEN_USER,
                                          [5] = KERNEL_TOKEN_UNUSED};
        uint32_t kind;
        span text = gguf_next_string(&tokens);
        memcpy(&kind, kinds.data + 4 * (size_t)id, sizeof kind);
        if (kind < 1 || kind > 5) return fail_at(error, KERNEL_UNSUPPORTED, "token type", kind, text);
        t->kinds[id] = kind_of[kind];
        t->starts[id] = at;
        if (text.len == 0) return fail(error, KERNEL_BAD_FILE, "empty token", id);
        if (t->kinds[id] == KERNEL_TOKEN_ORDINARY) {
            size_t count = unwrap(text, t->octets + at);
            if (count == SIZE_MAX) return fail_at(error, KERNEL_BAD_FILE, "not byte-level text, token", id, text);
            at += (uint32_t)count;
        } else {
            memcpy(t->octets + at, text.data, text.len);
            at += (uint32_t)text.len;
        }
        t->starts[id + 1] = at;
        if (t->kinds[id] == KERNEL_TOKEN_CONTROL || t->kinds[id] == KERNEL_TOKEN_USER) {
            t->specials[t->special_count++] = id;
            t->special_starts[text.data[0]] = 1;
            if (t->special_count > MAX_SPECIALS)
                return fail(error, KERNEL_BAD_FILE, "absurd count of special tokens; at token", id);
        }
    }
    return KERNEL_OK;
}

static kernel_status index_tokens(tokenizer *t, kernel_error *error) {
    memset(t->by_text, 0, ((size_t)t->by_text_mask + 1) * sizeof *t->by_text);
    for (size_t octet = 0; octet < 256; octet++) t->octet_ids[octet] = NO_TOKEN;
    for (uint32_t id = 0; id < t->vocab_size; id++) {
        if (t->kinds[id] != KERNEL_TOKEN_ORDINARY) continue;
        span text = token_text(t, id);
        uint32_t *slot = find_text(t, text);
        if (!slot) return fail_at(error, KERNEL_BAD_FILE, "vocabulary made to collide, at token", id, text);
        if (*slot) return fail_at(error, KERNEL_BAD_FILE, "token occurs twice", id, text);
        *slot = id + 1;
        if (text.len == 1) t->octet_ids[text.data[0]] = id;
    }
    return KERNEL_OK;
}

/* The ordinary token whose octets are `joined`; `text` names it in an error. */
static kernel_status need_token(const tokenizer *t, span joined, uint32_t rank, uint32_t *id, kernel_error *error) {
    const uint32_t *slot = find_text(t, joined);
    if (!slot || *slot == 0)
        return fail_at(error, KERNEL_BAD_FILE, "merge of a token that is not there, rank", rank, joined);
    *id = *slot - 1;
    return KERNEL_OK;
}

static kernel_status fill_merges(const gguf *file, tokenizer *t, kernel_error *error) {
    span merges = array_of(file, "tokenizer.ggml.merges", GGUF_STRING)->value;
    memset(t->by_pair, 0, ((size_t)t->by_pair_mask + 1) * sizeof *t->by_pair);
    for (uint32_t rank = 0; rank < t->merge_count; rank++) {
        uint8_t joined[1024];
        span text = gguf_next_string(&merges);
        const uint8_t *space = text.len ? memchr(text.data, ' ', text.len) : NULL;
        if (!space || text.len > sizeof joined)
            return fail_at(error, KERNEL_BAD_FILE, "not a merge of two tokens, rank", rank, text);
        span left = {text.data, (size_t)(space - text.data)}, right = {space + 1, text.len - left.len - 1};
        size_t left_len = unwrap(left, joined);
        size_t right_len = left_len == SIZE_MAX ? SIZE_MAX : unwrap(right, joined + left_len);
        if (right_len == SIZE_MAX)
            return fail_at(error, KERNEL_BAD_FILE, "not byte-level text, merge of rank", rank, text);
        merge *m = &t->merges[rank];
        kernel_status status = need_token(t, (span){joined, left_len}, rank, &m->left, error);
        if (status == KERNEL_OK) status = need_token(t, (span){joined + left_len, right_len}, rank, &m->right, error);
        if (status == KERNEL_OK) status = need_token(t, (span){joined, left_len + right_len}, rank, &m->result, error);
        if (status != KERNEL_OK) return status;
        uint32_t *slot = find_pair(t, m->left, m->right);
        if (!slot) return fail_at(error, KERNEL_BAD_FILE, "merges made to collide, at rank", rank, text);
        if (*slot) return fail_at(error, KERNEL_BAD_FILE, "merge occurs twice, rank", rank, text);
        *slot = rank + 1;
    }
    return KERNEL_OK;
}

kernel_status tokenizer_fill(const gguf *file, tokenizer *t, kernel_error *error) {
    kernel_status status = fill_tokens(file, t, error);
    if (status == KERNEL_OK) status = index_tokens(t, error);
    if (status == KERNEL_OK) status = fill_merges(file, t, error);
    return status;
}
