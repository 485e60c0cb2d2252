#include "model.h"

#include "arena.h"
#include "blocks.h"

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

/* Frequencies are divided by them; angles must stay such that their sine is known. */
static kernel_status check_rope_factors(const matrix *factors, kernel_error *error) {
    for (uint32_t i = 0; factors->data && i < factors->cols; i++) {
        float factor;
        memcpy(&factor, factors->data + i * sizeof factor, sizeof factor);
        if (!(factor >= 0.5f && factor <= 1e6f))
            return fail(error, KERNEL_BAD_FILE, "rope_freqs.weight is not a sensible number, at", i);
    }
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
        [ATTN_Q_NORM] = {"attn_q_norm.weight", 1, s->head_size},
        [ATTN_K_NORM] = {"attn_k_norm.weight", 1, s->head_size},
        [ATTN_POST_NORM] = {"post_attention_norm.weight", 1, s->embedding},
        [FFN_POST_NORM] = {"post_ffw_norm.weight", 1, s->embedding},
    };
    uint32_t index;
    span role;
    if (span_equal(t->name, span_of("token_embd.weight")))
        return bind(&m->embedding, t, s->vocab_size, s->embedding, error);
    if (span_equal(t->name, span_of("output_norm.weight"))) return bind(&m->output_norm, t, 1, s->embedding, error);
    if (span_equal(t->name, span_of("output.weight"))) return bind(&m->output, t, s->vocab_size, s->embedding, error);
    if (span_equal(t->name, span_of("rope_freqs.weight"))) return bind(&m->rope_factors, t, 1, s->head_size / 2, error);
    if (split_name(t->name, s->layers, &index, &role)) {
        for (size_t r = 0; r < m->traits.layer_tensors; r++) {
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
        m->is_quantised |= is_quantised(tensor.type);
    }
    if (!m->embedding.data)
        return fail(error, KERNEL_BAD_FILE, "token_embd.weight is missing; tensors:", m->file.tensor_count);
    if (!m->output_norm.data)
        return fail(error, KERNEL_BAD_FILE, "output_norm.weight is missing; tensors:", m->file.tensor_count);
    if (!m->output.data) m->output = m->embedding;
    for (uint32_t i = 0; i < m->shape.layers; i++) {
        for (size_t r = 0; r < m->traits.layer_tensors; r++) {
            if (!m->layers[i].tensors[r].data) return fail(error, KERNEL_BAD_FILE, "a tensor is missing in layer", i);
        }
    }
    return check_rope_factors(&m->rope_factors, error);
}

/* What can be known without memory: structure, shape, and how large the tables will be. */
typedef struct {
    gguf file;
    kernel_shape shape;
    model_traits traits;
    tokenizer tokens;
} survey;

static kernel_status make_survey(const uint8_t *data, size_t len, survey *s, kernel_error *error) {
    if (!data || (uintptr_t)data % 32 != 0)
        return fail(error, KERNEL_BAD_ARGUMENT, "file data is not aligned to 32 octets; its length is", len);
    kernel_status status = gguf_open(data, len, &s->file, error);
    if (status == KERNEL_OK) status = read_architecture(&s->file, &s->shape, &s->traits, error);
    if (status == KERNEL_OK) status = tokenizer_check(&s->file, MAX_VOCAB, &s->shape.vocab_size, error);
    if (status != KERNEL_OK) return status;
    const gguf_entry *entry = find_setting(&s->file, "vocab_size");
    uint64_t said = s->shape.vocab_size;
    if (entry && (!gguf_number(entry, &said) || said != s->shape.vocab_size)) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value is not the number of tokens:", said, entry->key);
    }
    return KERNEL_OK;
}

static kernel_model *place(arena *a, survey *s) {
    kernel_model *m = arena_take(a, 1, sizeof *m);
    layer *layers = arena_take(a, s->shape.layers, sizeof *layers);
    tokenizer_place(&s->file, a, &s->tokens);
    if (a->base && !a->failed) {
        *m = (kernel_model){
            .file = s->file, .shape = s->shape, .traits = s->traits, .layers = layers, .tokenizer = s->tokens};
        memset(layers, 0, s->shape.layers * sizeof *layers);
    }
    return m;
}

kernel_status kernel_model_size(const uint8_t *data, size_t len, size_t *size, kernel_error *error) {
    survey s;
    kernel_status status = make_survey(data, len, &s, error);
    if (status != KERNEL_OK) return status;
    arena a = arena_measure();
    place(&a, &s);
    *size = a.used;
    return a.failed ? fail(error, KERNEL_BAD_FILE, "absurd table sizes; octets so far:", a.used) : KERNEL_OK;
}

kernel_status kernel_model_init(const uint8_t *data, size_t len, void *memory, size_t size, kernel_model **model,
                                kernel_error *error) {
    survey s;
    if (!memory || (uintptr_t)memory % ARENA_ALIGN != 0) {
        return fail(error, KERNEL_BAD_ARGUMENT, "arena is not aligned to octets:", ARENA_ALIGN);
    }
    kernel_status status = make_survey(data, len, &s, error);
    if (status != KERNEL_OK) return status;
    arena a = {memory, size, 0, false};
    kernel_model *m = place(&a, &s);
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
