#include "gguf.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "GGUF files are little-endian, and so is every machine that this kernel supports"
#endif

typedef struct {
    span file;
    size_t at;
} cursor;

static const uint8_t value_bytes[GGUF_VALUE_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

const tensor_format tensor_formats[TENSOR_TYPES] = {
    [TENSOR_F32] = {0, 4, 1},       [TENSOR_F16] = {1, 2, 1},       [TENSOR_BF16] = {30, 2, 1},
    [TENSOR_Q4_0] = {2, 18, 32},    [TENSOR_Q4_1] = {3, 20, 32},    [TENSOR_Q5_0] = {6, 22, 32},
    [TENSOR_Q5_1] = {7, 24, 32},    [TENSOR_Q8_0] = {8, 34, 32},    [TENSOR_Q4_K] = {12, 144, 256},
    [TENSOR_Q5_K] = {13, 176, 256}, [TENSOR_Q6_K] = {14, 210, 256},
};

static int take(cursor *c, void *into, size_t bytes) {
    if (bytes > c->file.len - c->at) return 0;
    memcpy(into, c->file.data + c->at, bytes);
    c->at += bytes;
    return 1;
}

static int take_span(cursor *c, uint64_t bytes, span *into) {
    if (bytes > c->file.len - c->at) return 0;
    *into = (span){c->file.data + c->at, (size_t)bytes};
    c->at += (size_t)bytes;
    return 1;
}

static int take_string(cursor *c, uint64_t longest, span *into) {
    uint64_t len;
    return take(c, &len, sizeof len) && len <= longest && take_span(c, len, into);
}

static kernel_status take_value(cursor *c, gguf_entry *entry, kernel_error *error) {
    const char *cut = "the file ends inside the metadata, at octet";
    size_t start = c->at;
    span skipped;
    if (entry->item_type >= GGUF_VALUE_TYPES || entry->item_type == GGUF_ARRAY) {
        return fail_at(error, KERNEL_BAD_FILE, "unknown or nested metadata type", entry->item_type, entry->key);
    }
    if (entry->item_type == GGUF_STRING) {
        for (uint64_t i = 0; i < entry->count; i++) {
            if (!take_string(c, UINT64_MAX, &skipped)) return fail_at(error, KERNEL_BAD_FILE, cut, c->at, entry->key);
        }
    } else {
        uint64_t width = value_bytes[entry->item_type];
        if (entry->count > c->file.len / width || !take_span(c, entry->count * width, &skipped)) {
            return fail_at(error, KERNEL_BAD_FILE, cut, c->at, entry->key);
        }
    }
    entry->value = (span){c->file.data + start, c->at - start};
    return KERNEL_OK;
}

static kernel_status take_entry(cursor *c, gguf *file, kernel_error *error) {
    gguf_entry *entry = &file->entries[file->entry_count];
    if (!take_string(c, GGUF_MAX_KEY, &entry->key) || !take(c, &entry->type, sizeof entry->type)) {
        return fail(error, KERNEL_BAD_FILE, "the file ends inside the metadata, at octet", c->at);
    }
    if (gguf_find(file, entry->key)) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata key occurs twice, at octet", c->at, entry->key);
    }
    entry->item_type = entry->type;
    entry->count = 1;
    if (entry->type == GGUF_ARRAY &&
        (!take(c, &entry->item_type, sizeof entry->item_type) || !take(c, &entry->count, sizeof entry->count))) {
        return fail_at(error, KERNEL_BAD_FILE, "the file ends inside the metadata, at octet", c->at, entry->key);
    }
    kernel_status status = take_value(c, entry, error);
    if (status == KERNEL_OK) file->entry_count++;
    return status;
}

static kernel_status read_alignment(gguf *file, kernel_error *error) {
    const gguf_entry *entry = gguf_find(file, span_of("general.alignment"));
    uint64_t alignment = 32;
    if (entry &&
        (!gguf_number(entry, &alignment) || alignment < 8 || alignment > 65536 || (alignment & (alignment - 1)) != 0)) {
        return fail_at(error, KERNEL_BAD_FILE, "not a power of two from 8 to 65536", alignment, entry->key);
    }
    file->alignment = (size_t)alignment;
    return KERNEL_OK;
}

/* Round up; `at` is inside the file, so this does not overflow. */
static size_t aligned(const gguf *file, size_t at) {
    return (at + file->alignment - 1) / file->alignment * file->alignment;
}

/* All descriptions once: `at` becomes the end of the list, `end` that of the data. */
static kernel_status walk_tensors(const gguf *file, size_t *at, size_t *end, kernel_error *error) {
    gguf_tensor tensor;
    *at = file->tensors_at;
    *end = file->data_at;
    for (uint32_t i = 0; i < file->tensor_count; i++) {
        kernel_status status = gguf_next_tensor(file, at, end, &tensor, error);
        if (status != KERNEL_OK) return status;
    }
    return KERNEL_OK;
}

kernel_status gguf_open(const uint8_t *data, size_t len, gguf *file, kernel_error *error) {
    cursor c = {{data, len}, 0};
    uint8_t magic[4];
    uint32_t version;
    uint64_t tensors, entries;
    if (len > SIZE_MAX / 2) return fail(error, KERNEL_BAD_ARGUMENT, "file length", len);
    if (!take(&c, magic, sizeof magic) || memcmp(magic, "GGUF", 4) != 0) {
        return fail(error, KERNEL_BAD_FILE, "not a GGUF file; its length in octets is", len);
    }
    if (!take(&c, &version, sizeof version) || !take(&c, &tensors, sizeof tensors) ||
        !take(&c, &entries, sizeof entries)) {
        return fail(error, KERNEL_BAD_FILE, "the file ends inside its header, at octet", c.at);
    }
    if (version != 3) return fail(error, KERNEL_UNSUPPORTED, "GGUF version is not 3 but", version);
    if (tensors > GGUF_MAX_TENSORS) return fail(error, KERNEL_BAD_FILE, "absurd count of tensors", tensors);
    if (entries > GGUF_MAX_ENTRIES) return fail(error, KERNEL_BAD_FILE, "absurd count of metadata entries", entries);

    *file = (gguf){.file = c.file, .tensor_count = (uint32_t)tensors};
    for (uint64_t i = 0; i < entries; i++) {
        kernel_status status = take_entry(&c, file, error);
        if (status != KERNEL_OK) return status;
    }
    kernel_status status = read_alignment(file, error);
    if (status != KERNEL_OK) return status;

    /* Where the data starts is known only after the last description, so a first walk takes it to start at 0. */
    size_t end;
    file->tensors_at = c.at;
    status = walk_tensors(file, &c.at, &end, error);
    if (status != KERNEL_OK) return status;
    file->data_at = aligned(file, c.at);
    if (file->data_at > len) return fail(error, KERNEL_BAD_FILE, "the file ends before its tensors, at octet", len);
    status = walk_tensors(file, &c.at, &end, error);
    if (status != KERNEL_OK) return status;
    if (len - end > file->alignment) {
        return fail(error, KERNEL_BAD_FILE, "something follows the last tensor, at octet", end);
    }
    return KERNEL_OK;
}

const gguf_entry *gguf_find(const gguf *file, span key) {
    for (uint32_t i = 0; i < file->entry_count; i++) {
        if (span_equal(file->entries[i].key, key)) return &file->entries[i];
    }
    return NULL;
}

int gguf_number(const gguf_entry *entry, uint64_t *value) {
    uint64_t raw = 0;
    if (entry->type == GGUF_STRING || entry->type == GGUF_ARRAY || entry->type == GGUF_F32 || entry->type == GGUF_F64) {
        return 0;
    }
    memcpy(&raw, entry->value.data, entry->value.len);
    if (entry->type == GGUF_BOOL && raw > 1) return 0;
    if (entry->type == GGUF_I8 || entry->type == GGUF_I16 || entry->type == GGUF_I32 || entry->type == GGUF_I64) {
        if (raw >> (8 * entry->value.len - 1)) return 0;
    }
    *value = raw;
    return 1;
}

int gguf_float(const gguf_entry *entry, float *value) {
    if (entry->type != GGUF_F32) return 0;
    memcpy(value, entry->value.data, sizeof *value);
    return 1;
}

span gguf_next_string(span *rest) {
    uint64_t len;
    memcpy(&len, rest->data, sizeof len);
    span string = {rest->data + sizeof len, (size_t)len};
    rest->data += sizeof len + string.len;
    rest->len -= sizeof len + string.len;
    return string;
}

/* Row length, rows and octets, all overflow-safe. */
static kernel_status measure(gguf_tensor *t, uint32_t number, uint64_t available, kernel_error *error) {
    uint32_t type = 0;
    while (type < TENSOR_TYPES && tensor_formats[type].number != number) type++;
    if (type == TENSOR_TYPES) return fail_at(error, KERNEL_UNSUPPORTED, "tensor type", number, t->name);
    t->type = (tensor_type)type;
    if (t->size[0] == 0 || t->size[0] % tensor_formats[type].weights != 0) {
        return fail_at(error, KERNEL_BAD_FILE, "tensor row length", t->size[0], t->name);
    }
    uint64_t blocks = t->size[0] / tensor_formats[type].weights;
    if (blocks > available / tensor_formats[type].bytes) {
        return fail_at(error, KERNEL_BAD_FILE, "tensor larger than the file; its row length is", t->size[0], t->name);
    }
    t->row_bytes = blocks * tensor_formats[type].bytes;
    uint64_t rows_left = available / t->row_bytes;
    for (uint32_t d = 1; d < GGUF_MAX_DIMENSIONS; d++) {
        if (t->size[d] == 0 || t->size[d] > rows_left) {
            return fail_at(error, KERNEL_BAD_FILE, "tensor empty or larger than the file; a dimension is", t->size[d],
                           t->name);
        }
        rows_left /= t->size[d];
    }
    return KERNEL_OK;
}

kernel_status gguf_next_tensor(const gguf *file, size_t *at, size_t *data_end, gguf_tensor *tensor,
                               kernel_error *error) {
    cursor c = {file->file, *at};
    uint32_t number;
    uint64_t offset;
    *tensor = (gguf_tensor){.size = {1, 1, 1, 1}};
    if (!take_string(&c, GGUF_MAX_TENSOR_NAME, &tensor->name) ||
        !take(&c, &tensor->dimensions, sizeof tensor->dimensions)) {
        return fail(error, KERNEL_BAD_FILE, "the file ends inside its tensor list, or a name is too long, at octet",
                    c.at);
    }
    if (tensor->dimensions == 0 || tensor->dimensions > GGUF_MAX_DIMENSIONS) {
        return fail_at(error, KERNEL_BAD_FILE, "tensor dimensions", tensor->dimensions, tensor->name);
    }
    if (!take(&c, tensor->size, tensor->dimensions * sizeof tensor->size[0]) || !take(&c, &number, sizeof number) ||
        !take(&c, &offset, sizeof offset)) {
        return fail_at(error, KERNEL_BAD_FILE, "the file ends inside its tensor list, at octet", c.at, tensor->name);
    }
    size_t start = aligned(file, *data_end);
    if (start > file->file.len) {
        return fail_at(error, KERNEL_BAD_FILE, "the file ends before the tensor, at octet", file->file.len,
                       tensor->name);
    }
    kernel_status status = measure(tensor, number, file->file.len - start, error);
    if (status != KERNEL_OK) return status;
    if (offset != start - file->data_at) {
        return fail_at(error, KERNEL_BAD_FILE, "tensor data out of place, at offset", offset, tensor->name);
    }
    tensor->data = file->file.data + start;
    *at = c.at;
    *data_end = start + (size_t)(tensor->row_bytes * tensor->size[1] * tensor->size[2] * tensor->size[3]);
    return KERNEL_OK;
}
