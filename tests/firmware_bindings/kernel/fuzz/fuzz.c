/* libFuzzer's way into the loader, the tokenizer and the session.
 *
 * An input is a GGUF file, then a text, then the text's length (u16). The file is loaded; the text is encoded with
 * part of it literal, fed to a session, sampled from, and finally overlaid on the session's saved state.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "ops.h"

enum { MOST_ARENA = 1 << 20, CONTEXT = 16, BATCH = 4 };

/* For model and session. Each is used from its end, behind which the address sanitizer sees the first octet too many. */
static _Alignas(64) uint8_t model_arena[MOST_ARENA], session_arena[MOST_ARENA];

/* In place of ops.c: the portable loops alone, since clang reads other pragmas than the rest has. */
ops ops_for(kernel_isa isa) {
    (void)isa;
    return (ops){&float_ops_portable, &q15_ops_portable};
}

/* Exactly `size` octets, so that the address sanitizer sees the first one too many. */
static void *memory_of(size_t alignment, size_t size) {
    void *memory;
    if (posix_memalign(&memory, alignment, size ? size : 1) != 0) abort();
    return memory;
}

static void require(int is_so) {
    if (!is_so) abort();
}

/* A call either succeeds or says why. */
static int succeeded(kernel_status status, const kernel_error *error) {
    if (status != KERNEL_OK) require(error->status == status && error->cause && memchr(error->subject, 0, 64));
    return status == KERNEL_OK;
}

static size_t encode(const kernel_model *model, const uint8_t *text, size_t len, uint32_t *ids) {
    kernel_error error;
    size_t size = kernel_encode_size(len), count = 0, octets = 0;
    void *scratch = memory_of(8, size);
    kernel_status status = kernel_encode(model, text, len, len / 3, len / 2, scratch, size, ids, &count, &error);
    if (!succeeded(status, &error)) count = 0;
    require(count <= 2 * len + 1);
    for (size_t i = 0; i < count; i++) {
        size_t token_len;
        kernel_token_kind kind;
        const uint8_t *token = kernel_token(model, ids[i], &token_len, &kind);
        require(token != NULL);
        for (size_t at = 0; at < token_len; at++) octets += token[at]; /* readable to its end */
    }
    free(scratch);
    return count + 0 * octets;
}

/* Overlay octets on the saved state: it is refused, or the session goes on. */
static void overlay(kernel_session *session, const uint8_t *text, size_t len) {
    kernel_error error;
    uint32_t id = 0, position = kernel_position(session);
    int has_logits = kernel_has_logits(session);
    size_t size = kernel_state_size(session);
    uint8_t *state = memory_of(8, size);
    kernel_state_save(session, state);
    memcpy(state, text, len < size ? len : size);
    if (succeeded(kernel_state_load(session, state, size, position, has_logits, &error), &error))
        succeeded(kernel_forward(session, &id, 1, 1, &error), &error);
    free(state);
}

/* What Python asks of a model. */
static void ask(const kernel_model *model) {
    size_t len = 0;
    kernel_shape shape;
    kernel_model_shape(model, &shape);
    require(shape.vocab_size > 0 && kernel_space_first(model) <= 1);
    const uint8_t *name = kernel_model_text(model, "general.architecture", &len);
    require(name && len > 0 && name[len - 1] != 0);
    require(kernel_model_number(model, "general.architecture", 7) == 7);
}

static void use_session(const kernel_model *model, const uint32_t *ids, size_t count, const uint8_t *text, size_t len) {
    kernel_options options = {CONTEXT, BATCH, 1, KERNEL_ISA_PORTABLE, KERNEL_KV_F32};
    kernel_sampling sampling = {.temperature = 0.8f, .top_k = 9, .top_p = 0.9f, .min_p = 0.01f, .repeat_penalty = 1.1f};
    kernel_error error;
    kernel_session *session;
    size_t size;
    uint32_t next;
    if (!succeeded(kernel_session_size(model, &options, &size, &error), &error) || size > MOST_ARENA) return;
    void *arena = session_arena + MOST_ARENA - size; /* sizes are multiples of 64 */
    sampling.repeat_tokens = CONTEXT;
    if (succeeded(kernel_session_init(model, &options, arena, size, &session, &error), &error)) {
        for (size_t at = 0; at < count && at < CONTEXT; at += BATCH) {
            uint32_t batch = count - at < BATCH ? (uint32_t)(count - at) : BATCH;
            succeeded(kernel_forward(session, ids + at, batch, 1, &error), &error);
        }
        succeeded(kernel_sample(session, &sampling, &next, &error), &error);
        overlay(session, text, len);
        require(kernel_truncate(session, kernel_position(session) / 2, &error) == KERNEL_OK);
        overlay(session, text, len);
        kernel_session_close(session);
    }
}

static void use(const uint8_t *file, size_t file_len, const uint8_t *text, size_t len) {
    kernel_error error;
    kernel_model *model;
    size_t size;
    if (!succeeded(kernel_model_size(file, file_len, &size, &error), &error) || size > MOST_ARENA) return;
    void *arena = model_arena + MOST_ARENA - size;
    if (succeeded(kernel_model_init(file, file_len, arena, size, &model, &error), &error)) {
        ask(model);
        uint32_t *ids = memory_of(8, (2 * len + 1) * sizeof *ids);
        size_t count = encode(model, text, len, ids);
        if (len % 8 == 0) use_session(model, ids, count, text, len); /* slow, so seldom */
        free(ids);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    size_t len = data[size - 2] | (size_t)data[size - 1] << 8;
    len = len > size - 2 ? size - 2 : len;
    size_t file_len = size - 2 - len;
    uint8_t *file = memory_of(32, file_len), *text = memory_of(8, len);
    memcpy(file, data, file_len);
    memcpy(text, data + file_len, len);
    use(file, file_len, text, len);
    free(text);
    free(file);
    return 0;
}
