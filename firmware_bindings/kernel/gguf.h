/* GGUF version 3, read from memory and never trusted: every length is checked against what is left.
 *
 * Stricter than the format: no nested arrays, at most GGUF_MAX_ENTRIES metadata entries, names at most 64 octets for
 * tensors, tensors in the order of their data without gaps or overlap, nothing after the last one but padding.
 */
#ifndef SUNLIT_KERNEL_GGUF_H
#define SUNLIT_KERNEL_GGUF_H

#include "fail.h"

enum {
    GGUF_MAX_ENTRIES = 256,
    GGUF_MAX_TENSORS = 65536,
    GGUF_MAX_KEY = 65535,
    GGUF_MAX_TENSOR_NAME = 64,
    GGUF_MAX_DIMENSIONS = 4,
    BLOCK = 32, /* weights; every matrix row is a multiple of this */
};

/* Value types, numbered as in the file. */
enum {
    GGUF_U8,
    GGUF_I8,
    GGUF_U16,
    GGUF_I16,
    GGUF_U32,
    GGUF_I32,
    GGUF_F32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_U64,
    GGUF_I64,
    GGUF_F64,
    GGUF_VALUE_TYPES,
};

/* Tensor types that the kernel reads. */
typedef enum {
    TENSOR_F32,
    TENSOR_F16,
    TENSOR_BF16,
    TENSOR_Q4_0,
    TENSOR_Q4_1,
    TENSOR_Q5_0,
    TENSOR_Q5_1,
    TENSOR_Q8_0,
    TENSOR_Q4_K,
    TENSOR_Q5_K,
    TENSOR_Q6_K,
    TENSOR_TYPES,
} tensor_type;

/* How a type is stored: its number in the file, and octets and weights of a block. */
typedef struct {
    uint32_t number, bytes, weights;
} tensor_format;

extern const tensor_format tensor_formats[TENSOR_TYPES];

typedef struct {
    span key;
    uint32_t type;      /* GGUF_… */
    uint32_t item_type; /* of an array; else `type` */
    uint64_t count;     /* items of an array; else 1 */
    span value;         /* the items as they lie in the file */
} gguf_entry;

typedef struct {
    span name;
    tensor_type type;
    uint32_t dimensions;
    uint64_t size[GGUF_MAX_DIMENSIONS]; /* the row length first; 1 beyond `dimensions` */
    uint64_t row_bytes;
    const uint8_t *data; /* (rows, row_bytes) */
} gguf_tensor;

typedef struct {
    span file;
    uint32_t entry_count;
    uint32_t tensor_count;
    size_t tensors_at; /* offset of the first tensor's description */
    size_t data_at;    /* offset of the first tensor's data */
    size_t alignment;
    gguf_entry entries[GGUF_MAX_ENTRIES];
} gguf;

/* Check the whole structure: header, metadata, tensor descriptions, where the data lies. `file` is 12 KiB: on a stack, mind it. */
kernel_status gguf_open(const uint8_t *data, size_t len, gguf *file, kernel_error *error);

/* The entry of that name, or NULL. */
const gguf_entry *gguf_find(const gguf *file, span key);

/* Read a non-negative integer of any width, or a bool. False if it is another type, negative or an array. */
int gguf_number(const gguf_entry *entry, uint64_t *value);
int gguf_float(const gguf_entry *entry, float *value);

/* Walk the strings of an array: `rest` starts as entry->value; call at most entry->count times. */
span gguf_next_string(span *rest);

/* Walk the tensors: `at` starts as file->tensors_at, `data_end` as file->data_at; call tensor_count times. */
kernel_status gguf_next_tensor(const gguf *file, size_t *at, size_t *data_end, gguf_tensor *tensor,
                               kernel_error *error);

#endif
