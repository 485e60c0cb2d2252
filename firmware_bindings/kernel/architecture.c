#include "architecture.h"

#include <math.h>

enum { LLAMA = 1, QWEN3 = 2, GEMMA3 = 4, ALL = LLAMA | QWEN3 | GEMMA3 };

typedef struct {
    const char *name;
    unsigned mark;
    model_traits traits; /* before the file is asked */
} family;

static const family families[] = {
    {"llama", LLAMA, {.layer_tensors = LLAMA_TENSORS, .global_every = MAX_LAYERS + 1}},
    {"qwen3", QWEN3, {.layer_tensors = QWEN3_TENSORS, .rope_halves = 1}},
    {"gemma3",
     GEMMA3,
     {.layer_tensors = GEMMA3_TENSORS, .rope_halves = 1, .has_gelu = 1, .global_every = 6, .local_rope_base = 1e4f}},
};

/* The settings that are known here, and in which families. */
static const struct {
    const char *name;
    unsigned families;
} settings[] = {
    {"block_count", ALL},
    {"context_length", ALL},
    {"embedding_length", ALL},
    {"feed_forward_length", ALL},
    {"attention.head_count", ALL},
    {"attention.head_count_kv", ALL},
    {"attention.key_length", ALL},
    {"attention.value_length", ALL},
    {"attention.layer_norm_rms_epsilon", ALL},
    {"attention.sliding_window", LLAMA | GEMMA3},
    {"attention.sliding_window_pattern", GEMMA3},
    {"attn_logit_softcapping", GEMMA3},
    {"final_logit_softcapping", GEMMA3},
    {"rope.freq_base", ALL},
    {"rope.freq_base_swa", GEMMA3},
    {"rope.dimension_count", ALL},
    {"rope.scaling.type", ALL},
    {"rope.scaling.factor", ALL},
    {"rope.scaling.original_context_length", ALL},
    {"vocab_size", ALL},
};

enum { GEMMA3_LAYERS_27B = 62 };

static span architecture_of(const gguf *file) {
    const gguf_entry *entry = gguf_find(file, span_of("general.architecture"));
    if (!entry || entry->type != GGUF_STRING) return (span){NULL, 0};
    span rest = entry->value;
    return gguf_next_string(&rest);
}

/* Whether `key` is PREFIX.name; if so, `name` is what follows the dot. */
static int after_prefix(span key, span prefix, span *name) {
    if (key.len <= prefix.len || !span_equal((span){key.data, prefix.len}, prefix) || key.data[prefix.len] != '.') {
        return 0;
    }
    *name = (span){key.data + prefix.len + 1, key.len - prefix.len - 1};
    return 1;
}

const gguf_entry *find_setting(const gguf *file, const char *name) {
    span prefix = architecture_of(file), rest;
    for (uint32_t i = 0; i < file->entry_count; i++) {
        const gguf_entry *entry = &file->entries[i];
        if (after_prefix(entry->key, prefix, &rest) && span_equal(rest, span_of(name))) return entry;
    }
    return NULL;
}

/* Absent means `value` as it is. */
static kernel_status may_number(const gguf *file, const char *name, uint64_t least, uint64_t most, uint32_t *value,
                                kernel_error *error) {
    const gguf_entry *entry = find_setting(file, name);
    uint64_t number = 0;
    if (!entry) return KERNEL_OK;
    if (!gguf_number(entry, &number)) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value is not an unsigned integer but of type", entry->type,
                       entry->key);
    }
    if (number < least || number > most) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value out of range", number, entry->key);
    }
    *value = (uint32_t)number;
    return KERNEL_OK;
}

static kernel_status need_number(const gguf *file, const char *name, uint64_t least, uint64_t most, uint32_t *value,
                                 kernel_error *error) {
    if (!find_setting(file, name))
        return fail_at(error, KERNEL_BAD_FILE, "metadata key is missing; entries:", file->entry_count, span_of(name));
    return may_number(file, name, least, most, value, error);
}

static kernel_status may_float(const gguf *file, const char *name, float least, float most, float *value,
                               kernel_error *error) {
    const gguf_entry *entry = find_setting(file, name);
    if (entry && (!gguf_float(entry, value) || !(*value >= least && *value <= most))) {
        return fail_at(error, KERNEL_BAD_FILE, "metadata value is not a sensible F32 number; its type is", entry->type,
                       entry->key);
    }
    return KERNEL_OK;
}

/* A setting that the family does not have here could change what the right answer is. */
static kernel_status refuse_unknown_settings(const gguf *file, span prefix, unsigned mark, kernel_error *error) {
    for (uint32_t i = 0; i < file->entry_count; i++) {
        span name;
        if (!after_prefix(file->entries[i].key, prefix, &name)) continue;
        unsigned known = 0;
        for (size_t k = 0; k < sizeof settings / sizeof settings[0]; k++) {
            if (span_equal(name, span_of(settings[k].name))) known = settings[k].families;
        }
        if (!(known & mark)) {
            return fail_at(error, KERNEL_UNSUPPORTED, "architecture setting is not known, entry", i,
                           file->entries[i].key);
        }
    }
    return KERNEL_OK;
}

/* Linear scaling is done here; llama3's comes as a tensor, rope_freqs.weight; others are refused. */
static kernel_status read_rope_scaling(const gguf *file, model_traits *traits, kernel_error *error) {
    const gguf_entry *entry = find_setting(file, "rope.scaling.type");
    span kind = span_of("linear");
    traits->rope_factor = 1.0f;
    if (entry && entry->type == GGUF_STRING) {
        span rest = entry->value;
        kind = gguf_next_string(&rest);
    }
    if (span_equal(kind, span_of("none"))) return KERNEL_OK;
    if (!span_equal(kind, span_of("linear"))) {
        return fail_at(error, KERNEL_UNSUPPORTED, "RoPE scaling is not linear; octets in its name:", kind.len, kind);
    }
    return may_float(file, "rope.scaling.factor", 1.0f, 1e6f, &traits->rope_factor, error);
}

#define CHECK(call)                                                                                                    \
    if (status == KERNEL_OK) status = (call)

static kernel_status read_shape(const gguf *file, kernel_shape *s, kernel_error *error) {
    kernel_status status = KERNEL_OK;
    CHECK(need_number(file, "block_count", 1, MAX_LAYERS, &s->layers, error));
    CHECK(need_number(file, "context_length", 1, MAX_CONTEXT, &s->context_tokens, error));
    CHECK(need_number(file, "embedding_length", BLOCK, MAX_WIDTH, &s->embedding, error));
    CHECK(need_number(file, "feed_forward_length", BLOCK, MAX_WIDTH, &s->feed_forward, error));
    CHECK(need_number(file, "attention.head_count", 1, MAX_WIDTH, &s->heads, error));
    s->kv_heads = s->heads;
    CHECK(may_number(file, "attention.head_count_kv", 1, s->heads, &s->kv_heads, error));
    CHECK(may_float(file, "attention.layer_norm_rms_epsilon", 1e-12f, 1.0f, &s->rms_epsilon, error));
    CHECK(may_float(file, "rope.freq_base", 1.0f, 1e12f, &s->rope_base, error));
    if (status != KERNEL_OK) return status;
    s->head_size = s->embedding / s->heads;
    CHECK(may_number(file, "attention.key_length", 8, MAX_WIDTH, &s->head_size, error));
    uint32_t same = s->head_size;
    CHECK(may_number(file, "attention.value_length", same, same, &same, error));
    CHECK(may_number(file, "rope.dimension_count", same, same, &same, error));
    if (status != KERNEL_OK) return status;
    uint64_t width = (uint64_t)s->heads * s->head_size;
    if (s->heads % s->kv_heads != 0) return fail(error, KERNEL_BAD_FILE, "heads are not a multiple of", s->kv_heads);
    if (s->head_size == 0 || s->head_size % 8 != 0) return fail(error, KERNEL_UNSUPPORTED, "head size", s->head_size);
    if (width > MAX_WIDTH || width % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "width of the heads", width);
    if (s->embedding % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "embedding width", s->embedding);
    if (s->feed_forward % BLOCK != 0) return fail(error, KERNEL_UNSUPPORTED, "feed-forward width", s->feed_forward);
    return KERNEL_OK;
}

static kernel_status read_traits(const gguf *file, const kernel_shape *s, model_traits *t, kernel_error *error) {
    int is_gemma3 = t->layer_tensors == GEMMA3_TENSORS;
    t->embedding_scale = is_gemma3 ? sqrtf((float)s->embedding) : 1.0f;
    /* The one model whose scores are not scaled by their own length, which its file does not say. */
    int is_27b = is_gemma3 && s->layers == GEMMA3_LAYERS_27B;
    t->attention_scale = 1.0f / sqrtf((float)(is_27b ? s->embedding / s->heads : s->head_size));
    kernel_status status = read_rope_scaling(file, t, error);
    CHECK(may_number(file, "attention.sliding_window", 1, MAX_CONTEXT, &t->window, error));
    CHECK(may_number(file, "attention.sliding_window_pattern", 1, MAX_LAYERS, &t->global_every, error));
    CHECK(may_float(file, "rope.freq_base_swa", 1.0f, 1e12f, &t->local_rope_base, error));
    CHECK(may_float(file, "attn_logit_softcapping", 1e-3f, 1e6f, &t->attention_cap, error));
    CHECK(may_float(file, "final_logit_softcapping", 1e-3f, 1e6f, &t->logit_cap, error));
    return status;
}

kernel_status read_architecture(const gguf *file, kernel_shape *shape, model_traits *traits, kernel_error *error) {
    span name = architecture_of(file);
    const family *known = NULL;
    if (!name.data) return fail(error, KERNEL_BAD_FILE, "general.architecture is missing; entries:", file->entry_count);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (span_equal(name, span_of(families[i].name))) known = &families[i];
    }
    if (!known)
        return fail_at(error, KERNEL_UNSUPPORTED, "architecture is not known; octets in its name:", name.len, name);
    *shape = (kernel_shape){.rms_epsilon = 1e-5f, .rope_base = 10000.0f};
    *traits = known->traits;
    kernel_status status = refuse_unknown_settings(file, name, known->mark, error);
    CHECK(read_shape(file, shape, error));
    CHECK(read_traits(file, shape, traits, error));
    return status;
}
