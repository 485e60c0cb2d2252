/* The inference kernel: a GGUF file in memory in, logits out.
 *
 * Three objects, each in one arena that the caller owns and whose size is asked for first:
 *   kernel_model    what the file says: tensors where they lie, and the tokenizer's tables. Read-only once made;
 *   kernel_session  one text being read and written: KV cache, activations, a small thread pool;
 *   kernel_error    why a call failed; filled by every call that does not return KERNEL_OK.
 *
 * The file is untrusted: whatever its octets are, a call returns a status and touches nothing outside [data, data+len).
 * After kernel_session_init nothing is allocated. No global state, no I/O. Numbers are F32; the order of every sum is
 * fixed (README.md), so results do not depend on threads, on how a prompt is cut into batches, or on the processor.
 *
 * It can not detect: a file with plausible but wrong weights; a file that changes or shrinks while it is mapped.
 */
#ifndef SUNLIT_KERNEL_H
#define SUNLIT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* cffi: begin */
typedef enum {
    KERNEL_OK = 0,
    KERNEL_BAD_FILE,     /* the file contradicts its format or itself */
    KERNEL_UNSUPPORTED,  /* a sound file that this kernel does not run */
    KERNEL_BAD_ARGUMENT, /* the caller was wrong */
    KERNEL_NO_MEMORY,    /* the arena is smaller than was asked for */
    KERNEL_CONTEXT_FULL, /* the text would exceed the session's context; nothing was appended */
    KERNEL_NOT_FINITE,   /* a logit is infinite or not a number */
    KERNEL_NO_THREAD,    /* the operating system gave no thread */
    KERNEL_CANCELLED,    /* the caller's own wish; nothing was appended */
} kernel_status;

typedef enum {
    KERNEL_ISA_BEST = 0, /* the fastest that this processor has; all give the same bits */
    KERNEL_ISA_PORTABLE,
    KERNEL_ISA_AVX2,
    KERNEL_ISA_AVX512, /* F, BW, VL and VNNI */
    KERNEL_ISA_NEON,
} kernel_isa;

typedef enum {
    KERNEL_KV_F32 = 0,
    KERNEL_KV_F16, /* half the memory; keys and values are rounded when they are stored */
} kernel_kv;

typedef enum {
    KERNEL_TOKEN_ORDINARY = 0,
    KERNEL_TOKEN_CONTROL, /* marks structure, such as a turn's end; not text */
    KERNEL_TOKEN_USER,    /* text that is always one token */
    KERNEL_TOKEN_UNUSED,
} kernel_token_kind;

typedef struct {
    kernel_status status;
    const char *cause; /* static text, never NULL once filled */
    uint64_t number;   /* the number at fault: an octet offset, an index, a size; the cause says which */
    char subject[64];  /* name of the tensor, key or token concerned, or "" */
} kernel_error;

typedef struct {
    uint32_t vocab_size;
    uint32_t context_tokens; /* that the model was trained with */
    uint32_t layers;
    uint32_t embedding; /* floats per token between layers */
    uint32_t feed_forward;
    uint32_t heads;
    uint32_t kv_heads;
    uint32_t head_size;
    float rms_epsilon;
    float rope_base;
} kernel_shape;

typedef struct {
    uint32_t context_tokens; /* 1 … 16,777,216 */
    uint32_t batch_tokens;   /* 1 … 512: most tokens per kernel_forward */
    uint32_t threads;        /* 1 … 64, the calling one included */
    kernel_isa isa;
    kernel_kv kv; /* how keys and values are stored */
} kernel_options;

typedef struct {
    uint32_t id;
    float added; /* to its logit, at most 1e6; -INFINITY bans the token */
} kernel_bias;

/* How the next token is chosen; in this order: penalty, biases, temperature, top_k, top_p, min_p, one random number. */
typedef struct {
    float temperature;      /* 0: the largest logit; else 0.001 … 1000 */
    uint32_t top_k;         /* keep that many of the likeliest; 0: all */
    float top_p;            /* keep the likeliest that together have this probability, at most 1: all */
    float min_p;            /* keep those at least so likely as this share of the likeliest; 0: all */
    float repeat_penalty;   /* positive logits are divided by it, others multiplied; 1: none */
    uint32_t repeat_tokens; /* it strikes what is among that many last tokens, prompt included */
    uint64_t seed;          /* with the position it gives the random number */
    const kernel_bias *biases /* (bias_count,) */;
    uint32_t bias_count;
} kernel_sampling;

typedef struct kernel_model kernel_model;
typedef struct kernel_session kernel_session;

/* Octets of arena that kernel_model_init needs for this file. `data` must be aligned to 32 octets. */
kernel_status kernel_model_size(const uint8_t *data /* (len,) */, size_t len, size_t *size, kernel_error *error);

/* Read the file. `data` must stay where it is, unchanged, as long as the model is used. `arena` aligned to 64 octets. */
kernel_status kernel_model_init(const uint8_t *data /* (len,) */, size_t len, void *arena /* (size,) */, size_t size,
                                kernel_model **model, kernel_error *error);

void kernel_model_shape(const kernel_model *model, kernel_shape *shape);

/* A string of the file's metadata, not terminated, inside `data`; NULL if there is none of that name. */
const uint8_t *kernel_model_text(const kernel_model *model, const char *key, size_t *len);

/* Does the tokenizer put a space before a text and after each special token? Whoever decodes takes them away again. */
int kernel_space_first(const kernel_model *model);

/* An unsigned integer of the file's metadata; `missing` if there is none of that name and kind. */
uint64_t kernel_model_number(const kernel_model *model, const char *key, uint64_t missing);

/* A token's octets, as they appear in text; NULL if there is no such token. */
const uint8_t *kernel_token(const kernel_model *model, uint32_t id, size_t *len, kernel_token_kind *kind);

/* Octets of scratch memory (aligned to 8) that kernel_encode needs for `len` octets of text. */
size_t kernel_encode_size(size_t len);

/* Text → tokens, of which there are at most 2·len + 1. Control tokens are recognised only where they do not touch
 * text[literal_begin … literal_end): what a user wrote stays text. The text must be UTF-8. */
kernel_status kernel_encode(const kernel_model *model, const uint8_t *text /* (len,) */, size_t len,
                            size_t literal_begin, size_t literal_end, void *scratch /* (size,) */, size_t size,
                            uint32_t *ids /* (2·len + 1,) */, size_t *count, kernel_error *error);

/* Octets of arena that kernel_session_init needs. */
kernel_status kernel_session_size(const kernel_model *model, const kernel_options *options, size_t *size,
                                  kernel_error *error);

/* Start a session, and its threads. `arena` aligned to 64 octets; end it with kernel_session_close. */
kernel_status kernel_session_init(const kernel_model *model, const kernel_options *options, void *arena /* (size,) */,
                                  size_t size, kernel_session **session, kernel_error *error);

/* Stop the session's threads. Its arena may be released then. */
void kernel_session_close(kernel_session *session);

/* Append tokens; with `want_logits`, compute the logits that follow the last of them. */
kernel_status kernel_forward(kernel_session *session, const uint32_t *ids /* (count,) */, uint32_t count,
                             int want_logits, kernel_error *error);

/* Have kernel_forward ask this twice a layer, on the calling thread; where it is not 0, the call ends half a layer later
 * with KERNEL_CANCELLED. NULL: never. */
void kernel_on_cancel(kernel_session *session, int (*is_cancelled)(void *context), void *context);

/* Tokens appended so far. */
uint32_t kernel_position(const kernel_session *session);

/* Logits of the last kernel_forward that wanted them, vocab_size of them, inside the arena; valid until the next. */
const float *kernel_logits(const kernel_session *session /* → (vocab_size,) */);

/* The id of the largest logit; of equal ones, the lowest. */
uint32_t kernel_greedy(const kernel_session *session);

/* Whether this processor has the instruction set. */
int kernel_has_isa(kernel_isa isa);

/* Choose the next token. The same logits, history and sampling give the same token on every machine. */
kernel_status kernel_sample(kernel_session *session, const kernel_sampling *sampling, uint32_t *id,
                            kernel_error *error);

/* The tokens appended so far, inside the arena. */
const uint32_t *kernel_history(const kernel_session *session /* → (kernel_position,) */);

/* Forget all tokens from `position` on, and the logits. */
kernel_status kernel_truncate(kernel_session *session, uint32_t position, kernel_error *error);

/* Make `to` go on where `from` is, with the same bits. Both must be of the same model and store keys and values alike. */
kernel_status kernel_copy(kernel_session *to, const kernel_session *from, kernel_error *error);

/* A session's state as octets: history, keys and values as they are stored, and the logits if there are any. What it can
 * not detect: octets that are plausible but another session's; see snapshot.py for what guards them. */
size_t kernel_state_size(const kernel_session *session);
void kernel_state_save(const kernel_session *session, uint8_t *out /* (kernel_state_size,) */);
kernel_status kernel_state_load(kernel_session *session, const uint8_t *data /* (len,) */, size_t len,
                                uint32_t position, int has_logits, kernel_error *error);

/* Are there logits, so that a next token can be chosen? */
int kernel_has_logits(const kernel_session *session);

/* The instruction set that the session runs on: "portable", "avx2", "avx512", "neon". */
const char *kernel_isa_name(const kernel_session *session);
/* cffi: end */

#endif
