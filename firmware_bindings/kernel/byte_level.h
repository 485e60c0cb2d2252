/* Byte-level BPE: an alphabet that writes every octet as a printable character, and a list of merges. */
#ifndef SUNLIT_KERNEL_BYTE_LEVEL_H
#define SUNLIT_KERNEL_BYTE_LEVEL_H

#include "tokenizer.h"

/* "Ġthe" → " the"; returns the octets written, which are no more than were read, or SIZE_MAX: not of that alphabet. */
size_t byte_level_unwrap(span text, uint8_t *into);

/* Fill t->merges and their table from the strings of the file; the tokens must be there. */
kernel_status byte_level_merges(span merges, tokenizer *t, kernel_error *error);

#endif
