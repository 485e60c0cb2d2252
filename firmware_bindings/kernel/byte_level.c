#include "byte_level.h"

enum { MAX_PROBES = 512 }; /* more collisions than this in a half-empty table are no accident */

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

size_t byte_level_unwrap(span text, uint8_t *into) {
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

static uint64_t hash_pair(uint32_t left, uint32_t right) {
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
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

/* The ordinary token whose octets are `joined`, which names it in an error. */
static kernel_status need_token(const tokenizer *t, span joined, uint32_t rank, uint32_t *id, kernel_error *error) {
    *id = tokenizer_find(t, joined);
    if (*id == NO_TOKEN)
        return fail_at(error, KERNEL_BAD_FILE, "merge of a token that is not there, rank", rank, joined);
    return KERNEL_OK;
}

kernel_status byte_level_merges(span merges, tokenizer *t, kernel_error *error) {
    memset(t->by_pair, 0, ((size_t)t->by_pair_mask + 1) * sizeof *t->by_pair);
    for (uint32_t rank = 0; rank < t->merge_count; rank++) {
        uint8_t joined[1024];
        span text = gguf_next_string(&merges);
        const uint8_t *space = text.len ? memchr(text.data, ' ', text.len) : NULL;
        if (!space || text.len > sizeof joined)
            return fail_at(error, KERNEL_BAD_FILE, "not a merge of two tokens, rank", rank, text);
        span left = {text.data, (size_t)(space - text.data)}, right = {space + 1, text.len - left.len - 1};
        size_t left_len = byte_level_unwrap(left, joined);
        size_t right_len = left_len == SIZE_MAX ? SIZE_MAX : byte_level_unwrap(right, joined + left_len);
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
