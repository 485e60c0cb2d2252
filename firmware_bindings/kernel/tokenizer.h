/* The vocabulary of a GGUF file, and how neighbours in a text become one token: byte-level BPE or SentencePiece BPE. */
#ifndef SUNLIT_KERNEL_TOKENIZER_H
#define SUNLIT_KERNEL_TOKENIZER_H

#include "arena.h"
#include "gguf.h"
#include "text.h"

/* A pair of neighbours that becomes one token; the lower its rank (index), the earlier. */
typedef struct {
    uint32_t left, right, result;
} merge;

/* "gpt2" in the file: octets are merged by the ranks of pairs. "llama", SentencePiece: characters are merged by the
 * scores of results; a character without a token becomes its octets. */
typedef enum { BYTE_LEVEL, SENTENCE_PIECE } tokenizer_kind;

enum { TOKENIZER_LONGEST_SPECIAL = 512 };

typedef struct {
    tokenizer_kind kind;
    piece_rule pieces;   /* BYTE_LEVEL: what is cut before merging */
    uint8_t whole_first; /* BYTE_LEVEL: a piece that is a token needs no merging */
    uint8_t space_first; /* SENTENCE_PIECE: a space is put before a text, and after special tokens */
    uint32_t vocab_size;
    uint32_t merge_count;
    uint32_t longest;            /* octets of the longest ordinary token */
    uint32_t longest_special;    /* and of the longest special one: control tokens and users' */
    uint32_t octet_ids[256];     /* the token of each single octet, or NO_TOKEN: then the octet is dropped */
    uint8_t special_starts[256]; /* 1 where a special token starts with that octet */
    uint8_t special_lengths[TOKENIZER_LONGEST_SPECIAL + 1]; /* 1 where a special token has that many octets */
    uint8_t *octets;                                        /* every token's octets, end to end */
    uint32_t *starts;                                       /* (vocab_size + 1,) offsets into octets */
    uint8_t *kinds;                                         /* (vocab_size,) kernel_token_kind */
    uint32_t *urgency; /* SENTENCE_PIECE: (vocab_size,) the scores' order; the lower, the earlier */
    merge *merges;     /* BYTE_LEVEL: (merge_count,) */
    uint32_t *by_text; /* (by_text_mask + 1,) hash table of tokens: id + 1, or 0 */
    uint32_t *by_pair; /* (by_pair_mask + 1,) hash table of merges: rank + 1, or 0 */
    uint32_t by_text_mask, by_pair_mask;
} tokenizer;

#define NO_TOKEN UINT32_MAX

/* Is there a tokenizer of a kind known here, and how many tokens has it? */
kernel_status tokenizer_check(const gguf *file, uint32_t most, uint32_t *vocab_size, kernel_error *error);

/* Lay the tables out; nothing is written to them. */
void tokenizer_place(const gguf *file, arena *a, tokenizer *t);

/* Fill the tables from the file. */
kernel_status tokenizer_fill(const gguf *file, tokenizer *t, kernel_error *error);

/* A token's octets as they appear in text. */
static inline span tokenizer_text(const tokenizer *t, uint32_t id) {
    return (span){t->octets + t->starts[id], t->starts[id + 1] - t->starts[id]};
}

/* The ordinary token with that text, or NO_TOKEN. */
uint32_t tokenizer_find(const tokenizer *t, span text);

/* The longest special token that `text` starts with, or NO_TOKEN; a control token of at most `most_control` octets. */
uint32_t tokenizer_special(const tokenizer *t, span text, size_t most_control);

/* The rank of the merge of two tokens, or NO_TOKEN. */
uint32_t tokenizer_rank(const tokenizer *t, uint32_t left, uint32_t right);

#endif
