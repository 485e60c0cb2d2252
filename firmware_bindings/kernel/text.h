/* UTF-8 and the pieces that a text is cut into before BPE. */
#ifndef SUNLIT_KERNEL_TEXT_H
#define SUNLIT_KERNEL_TEXT_H

#include "fail.h"

/* Octets of the character at `at`, 1 … 4, and its code point; 0 if it is not well-formed (Ref: RFC 3629, 4). */
size_t text_next(span text, size_t at, uint32_t *code_point);

/* End of the piece that starts at `at`, in well-formed text: a single number character; or GPT-2's
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ between those. */
size_t text_piece_end(span text, size_t at);

#endif
