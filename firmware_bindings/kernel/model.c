#include "model.h"

#include <math.h>

#include "arena.h"

enum {
    MAX_LAYERS = 512,
    MAX_WIDTH = 1 << 20, /* of an activation */
    MAX_VOCAB = 1 << 20,
    MAX_CONTEXT = 1 << 24,
    BLOCK = 32, /* every matrix row is a multiple of this */
};

static kernel_status need_number(const gguf *file, const char *key, uint64_t least, uint64_t most, uint32_t *value,
                                 kernel_error *error) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    uint64_t number = 0;
    if (!entry)
        return fail_at(error, KERNEL_BAD_FILE, "metadata key is missing; entries:", file->entry_count, span_of(key));
    if (!gguf_number(entry, &number)) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value is not an unsigned integer but of type", entry->type,
                       span_of(key));
    }
    if (number < least || number > most) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value out of range", number, span_of(key));
    }
    *value = (uint32_t)number;
    return KERNEL_OK;
}

/* As need_number, but absent means `value` as it is. */
static kernel_status may_number(const gguf *file, const char *key, uint64_t least, uint64_t most, uint32_t *value,
                                kernel_error *error) {
    if (!gguf_find(file, span_of(key))) return KERNEL_OK;
    return need_number(file, key, least, most, value, error);
}

static kernel_status may_float(const gguf *file, const char *key, float least, float most, float *value,
                               kernel_error *error) {
    const gguf_entry *entry = gguf_find(file, span_of(key));
    if (entry && (!gguf_float(entry, value) || !(*value >= least && *value <= most))) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value is not a sensible F32 number; its type is", entry->type,
                       entry->key);
    }
    return KERNEL_OK;
}

/* A setting of the architecture that is not known here could change what the right answer is. */
static kernel_status refuse_unknown_settings(const gguf *file, kernel_error *error) {
    static const char *const known[] = {
        "block_count",          "context_length",         "embedding_length",
        "feed_forward_length",  "attention.head_count",   "attention.head_count_kv",
        "attention.key_length", "attention.value_length", "attention.layer_norm_rms_epsilon",
        "rope.freq_base",       "rope.dimension_count",   "vocab_size",
    };
    for (uint32_t i = 0; i < file->entry_count; i++) {
        span key = file->entries[i].key;
        if (key.len < 6 || memcmp(key.data, "llama.", 6) != 0) continue;
        int found = 0;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            found |= span_equal((span){key.data + 6, key.len - 6}, span_of(known[k]));
        }
        if (!found) return fail_at(error, KERNEL_UNSUPPORTED, "architecture setting is not known, entry", i, key);
    }
    return KERNEL_OK;
}

static kernel_status read_shape(const gguf *file, kernel_shape *shape, kernel_error *error) {
    const gguf_entry *architecture = gguf_find(file, span_of("general.architecture"));
    if (!architecture || architecture->type != GGUF_STRING) {
        return fail(error, KERNEL_BAD_FILE, "general.architecture is missing; entries:", file->entry_count);
    }
    span rest = architecture->value, name = gguf_next_string(&rest);
    if (!span_equal(name, span_of("llama"))) {
        return fail_at(error, KERNEL_UNSUPPORTED, "architecture is not llama; octets in its name:", name.len, name);
    }
    kernel_shape s = {.rms_epsilon = 1e-5f, .rope_base = 10000.0f};
    kernel_status status = refuse_unknown_settings(file, error);
#define CHECK(call)                                                                                                    \
    if (status == KERNEL_OK) status = (call)
    CHECK(need_number(file, "llama.block_count", 1, MAX_LAYERS, &s.layers, error));
    CHECK(need_number(file, "llama.context_length", 1, MAX_CONTEXT, &s.context_tokens, error));
    CHECK(need_number(file, "llama.embedding_length", BLOCK, MAX_WIDTH, &s.embedding, error));
    CHECK(need_number(file, "llama.feed_forward_length", BLOCK, MAX_WIDTH, &s.feed_forward, error));
    CHECK(need_number(file, "llama.attention.head_count", 1, MAX_WIDTH, &s.heads, error));
    s.kv_heads = s.heads;
    CHECK(may_number(file, "llama.attention.head_count_kv", 1, s.heads, &s.kv_heads, error));
    CHECK(may_float(file, "llama.attention.layer_norm_rms_epsilon", 1e-12f, 1.0f, &s.rms_epsilon, error));
    CHECK(may_float(file, "llama.rope.freq_base", 1.0f, 1e12f, &s.rope_base, error));
    if (status != KERNEL_OK) return status;
    s.head_size = s.embedding / s.heads;
    CHECK(may_number(file, "llama.attention.key_length", 8, MAX_WIDTH, &s.head_size, error));
    uint32_t same = s.head_size;
    CHECK(may_number(file, "llama.attention.value_length", same, same, &same, error));
    CHECK(may_number(file, "llama.rope.dimension_count", same, same, &same, error));
#undef CHECK
    if (status != KERNEL_OK) return status;
    uint64_t width = (uint64_t)s.heads * s.head_size;
    if (s.heads % s.kv_heads != 0) return fail(error, KERNEL_BAD_FILE, "heads are not a multiple of", s.kv_heads);
    if (s.head_size == 0 || s.head_size % 8 != 0) return fail(error, KERNEL_UNSUPPORTED, "head size", s.head_size);
    if (width > MAX_WIDTH || width % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "width of the heads", width);
    if (s.embedding % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "embedding width", s.embedding);
    if (s.feed_forward % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "feed-forward width", s.feed_forward);
    *shape = s;
    return KERNEL_OK;
}

/* "blk.N.ROLE.weight" → N and ROLE.weight. N has no sign, no leading zero, and is below `layers`. */
static int split_name(span name, uint32_t layers, uint32_t *index, span *role) {
    if (name.len < 6 || memcmp(name.data, "blk.", 4) != 0) return 0;
    size_t at = 4;
    uint32_t n = 0;
    while (at < name.len && name.data[at] >= '0' && name.data[at] <= '9') {
        n = n * 10 + (uint32_t)(name.data[at++] - '0');
        if (n >= layers) return 0;
    }
    if (at == 4 || (name.data[4] == '0' && at > 5) || at == name.len || name.data[at] != '.') return 0;
    *index = n;
    *role = (span){name.data + at + 1, name.len - at - 1};
    return 1;
}

static kernel_status bind(matrix *into, const gguf_tensor *t, uint32_t rows, uint32_t cols, kernel_error *error) {
    if (into->data) return fail_at(error, KERNEL_BAD_FILE, "tensor occurs twice; its type is", t->type, t->name);
    if (t->size[0] != cols)
        return fail_at(error, KERNEL_BAD_FILE, "tensor has the wrong row length", t->size[0], t->name);
    if (t->size[1] != rows || t->size[2] != 1 || t->size[3] != 1) {
        return fail_at(error, KERNEL_BAD_FILE, "tensor has the wrong number of rows", t->size[1], t->name);
    }
    if (rows == 1 && t->type != TENSOR_F32) {
        return fail_at(error, KERNEL_UNSUPPORTED, "norm is not F32 but of type", t->type, t->name);
    }
    *into = (matrix){t->data, (size_t)t->row_bytes, rows, cols, t->type};
    return KERNEL_OK;
}

static kernel_status bind_by_name(kernel_model *m, const gguf_tensor *t, kernel_error *error) {
    const kernel_shape *s = &m->shape;
    uint32_t q = s->heads * s->head_size, kv = s->kv_heads * s->head_size;
    const struct {
        const char *name;
        uint32_t rows, cols;
    } roles[LAYER_TENSORS] = {
        [ATTN_NORM] = {"attn_norm.weight", 1, s->embedding},
        [ATTN_Q] = {"attn_q.weight", q, s->embedding},
        [ATTN_K] = {"attn_k.weight", kv, s->embedding},
        [ATTN_V] = {"attn_v.weight", kv, s->embedding},
        [ATTN_OUTPUT] = {"attn_output.weight", s->embedding, q},
        [FFN_NORM] = {"ffn_norm.weight", 1, s->embedding},
        [FFN_GATE] = {"ffn_gate.weight", s->feed_forward, s->embedding},
        [FFN_UP] = {"ffn_up.weight", s->feed_forward, s->embedding},
        [FFN_DOWN] = {"ffn_down.weight", s->embedding, s->feed_forward},
    };
    uint32_t index;
    span role;
    if (span_equal(t->name, span_of("token_embd.weight")))
        return bind(&m->embedding, t, s->vocab_size, s->embedding, error);
    if (span_equal(t->name, span_of("output_norm.weight"))) return bind(&m->output_norm, t, 1, s->embedding, error);
    if (span_equal(t->name, span_of("output.weight"))) return bind(&m->output, t, s->vocab_size, s->embedding, error);
    if (split_name(t->name, s->layers, &index, &role)) {
        for (size_t r = 0; r < LAYER_TENSORS; r++) {
            if (span_equal(role, span_of(roles[r].name))) {
                return bind(&m->layers[index].tensors[r], t, roles[r].rows, roles[r].cols, error);
            }
        }
    }
    return fail_at(error, KERNEL_UNSUPPORTED, "tensor has no place in this architecture; its type is", t->type,
                   t->name);
}

static kernel_status bind_all(kernel_model *m, kernel_error *error) {
    size_t at = m->file.tensors_at, data_end = m->file.data_at;
    for (uint32_t i = 0; i < m->file.tensor_count; i++) {
        gguf_tensor tensor;
        kernel_status status = gguf_next_tensor(&m->file, &at, &data_end, &tensor, error);
        if (status == KERNEL_OK) status = bind_by_name(m, &tensor, error);
        if (status != KERNEL_OK) return status;
    }
    if (!m->embedding.data)
        return fail(error, KERNEL_BAD_FILE, "token_embd.weight is missing; tensors:", m->file.tensor_count);
    if (!m->output_norm.data)
        return fail(error, KERNEL_BAD_FILE, "output_norm.weight is missing; tensors:", m->file.tensor_count);
    if (!m->output.data) m->output = m->embedding;
    for (uint32_t i = 0; i < m->shape.layers; i++) {
        for (size_t r = 0; r < LAYER_TENSORS; r++) {
            if (!m->layers[i].tensors[r].data) return fail(error, KERNEL_BAD_FILE, "a tensor is missing in layer", i);
        }
    }
    return KERNEL_OK;
}

/* Everything that can be known without memory: structure, shape, and how large the tables will be. */
static kernel_status survey(const uint8_t *data, size_t len, gguf *file, kernel_shape *shape, kernel_error *error) {
    if (!data || (uintptr_t)data % 32 != 0)
        return fail(error, KERNEL_BAD_ARGUMENT, "file data is not aligned to 32 octets; its length is", len);
    *shape = (kernel_shape){0};
    kernel_status status = gguf_open(data, len, file, error);
    if (status == KERNEL_OK) status = read_shape(file, shape, error);
    if (status == KERNEL_OK) status = tokenizer_check(file, MAX_VOCAB, &shape->vocab_size, error);
    uint32_t vocab_size = shape->vocab_size;
    if (status == KERNEL_OK) status = may_number(file, "llama.vocab_size", vocab_size, vocab_size, &vocab_size, error);
    return status;
}

static kernel_model *place(arena *a, const gguf *file, const kernel_shape *shape, tokenizer *tokens) {
    kernel_model *m = arena_take(a, 1, sizeof *m);
    layer *layers = arena_take(a, shape->layers, sizeof *layers);
    tokenizer_place(file, a, tokens);
    if (a->base && !a->failed) {
        *m = (kernel_model){.file = *file, .shape = *shape, .layers = layers, .tokenizer = *tokens};
        memset(layers, 0, shape->layers * sizeof *layers);
    }
    return m;
}

kernel_status kernel_model_size(const uint8_t *data, size_t len, size_t *size, kernel_error *error) {
    gguf file;
    kernel_shape shape;
    tokenizer tokens;
    kernel_status status = survey(data, len, &file, &shape, error);
    if (status != KERNEL_OK) return status;
    arena a = arena_measure();
    place(&a, &file, &shape, &tokens);
    *size = a.used;
    return a.failed ? fail(error, KERNEL_BAD_FILE, "absurd table sizes; octets so far:", a.used) : KERNEL_OK;
}

kernel_status kernel_model_init(const uint8_t *data, size_t len, void *memory, size_t size, kernel_model **model,
                                kernel_error *error) {
    gguf file;
    kernel_shape shape;
    tokenizer tokens;
    if (!memory || (uintptr_t)memory % ARENA_ALIGN != 0) {
        return fail(error, KERNEL_BAD_ARGUMENT, "arena is not aligned to octets:", ARENA_ALIGN);
    }
    kernel_status status = survey(data, len, &file, &shape, error);
    if (status != KERNEL_OK) return status;
    arena a = {memory, size, 0, false};
    kernel_model *m = place(&a, &file, &shape, &tokens);
    if (a.failed) return fail(error, KERNEL_NO_MEMORY, "arena too small; its octets are", size);
    status = bind_all(m, error);
    if (status == KERNEL_OK) status = tokenizer_fill(&m->file, &m->tokenizer, error);
    if (status == KERNEL_OK) *model = m;
    return status;
}

void kernel_model_shape(const kernel_model *model, kernel_shape *shape) { *shape = model->shape; }

const uint8_t *kernel_model_text(const kernel_model *model, const char *key, size_t *len) {
    const gguf_entry *entry = gguf_find(&model->file, span_of(key));
    if (!entry || entry->type != GGUF_STRING) return NULL;
    span rest = entry->value, text = gguf_next_string(&rest);
    *len = text.len;
    return text.data;
}

uint64_t kernel_model_number(const kernel_model *model, const char *key, uint64_t missing) {
    const gguf_entry *entry = gguf_find(&model->file, span_of(key));
    uint64_t value;
    return entry && gguf_number(entry, &value) ? value : missing;
}
