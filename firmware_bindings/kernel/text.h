/* UTF-8 and the pieces that a text is cut into before BPE. */
#ifndef SUNLIT_KERNEL_TEXT_H
#define SUNLIT_KERNEL_TEXT_H

#include "fail.h"

/* Octets of the character at `at`, 1 … 4, and its code point; 0 if it is not well-formed (Ref: RFC 3629, 4). */
size_t text_next(span text, size_t at, uint32_t *code_point);

/* How a family of models cuts text into pieces, as regular expressions that are tried at each place from the left. */
typedef enum {
    PIECES_GPT2,   /* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
    PIECES_SMOLLM, /* first \p{N}, each alone; then GPT-2's in what is between */
    PIECES_LLAMA3, /* (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|
                      \s*[\r\n]+|\s+(?!\S)|\s+ */
    PIECES_QWEN2,  /* the same with \p{N} alone */
} piece_rule;

/* End of the piece that starts at `at`, in well-formed text. */
size_t text_piece_end(span text, size_t at, piece_rule rule);

#endif
