/* Byte-level BPE as GPT-2's, with the vocabulary and merges of a GGUF file. */
#ifndef SUNLIT_KERNEL_TOKENIZER_H
#define SUNLIT_KERNEL_TOKENIZER_H

#include "arena.h"
#include "gguf.h"

/* A pair of neighbours that becomes one token; the lower its rank (index), the earlier. */
typedef struct {
    uint32_t left, right, result;
} merge;

typedef struct {
    uint32_t vocab_size;
    uint32_t merge_count;
    uint32_t special_count;
    uint32_t octet_ids[256];     /* the token of each single octet, or NO_TOKEN: then the octet is dropped */
    uint8_t special_starts[256]; /* 1 where a special token starts with that octet */
    uint8_t *octets;             /* every token's octets, end to end */
    uint32_t *starts;            /* (vocab_size + 1,) offsets into octets */
    uint8_t *kinds;              /* (vocab_size,) kernel_token_kind */
    uint32_t *specials;          /* (vocab_size,) the first special_count are ids of control and user tokens */
    merge *merges;               /* (merge_count,) */
    uint32_t *by_text;           /* (by_text_mask + 1,) hash table of ordinary tokens: id + 1, or 0 */
    uint32_t *by_pair;           /* (by_pair_mask + 1,) hash table of merges: rank + 1, or 0 */
    uint32_t by_text_mask, by_pair_mask;
} tokenizer;

#define NO_TOKEN UINT32_MAX

/* Is there a tokenizer of a kind known here, and how many tokens has it? */
kernel_status tokenizer_check(const gguf *file, uint32_t most, uint32_t *vocab_size, kernel_error *error);

/* Lay the tables out; nothing is written to them. */
void tokenizer_place(const gguf *file, arena *a, tokenizer *t);

/* Fill the tables from the file. */
kernel_status tokenizer_fill(const gguf *file, tokenizer *t, kernel_error *error);

/* The rank of the merge of two tokens, or NO_TOKEN. */
uint32_t tokenizer_rank(const tokenizer *t, uint32_t left, uint32_t right);

#endif
