/* Runs the kernel's C without Python, for builds with sanitizers and for other processors.
 *
 *   harness run FILE                 print hashes of the logits of a fixed prompt, the same over several ways of computing
 *                                    them: with F32 and with F16 keys and values
 *   harness mutate FILE SEED COUNT   damage the file COUNT times and use it; print how many were refused
 *   harness maths                    print the largest errors of exp, pow, sin and cos
 *   harness halves                   check how F32 numbers become F16 ones
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "float_env.h"
#include "kernel.h"
#include "maths.h"

enum { PROMPT = 12 };

static void die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(3);
}

/* Exactly `size` octets, so that a sanitizer sees the first one too many. */
static void *take(size_t alignment, size_t size) {
    void *memory;
    if (posix_memalign(&memory, alignment, size ? size : 1) != 0) die("out of memory");
    return memory;
}

static uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) die("cannot read the file");
    *len = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = take(32, *len);
    if (fread(data, 1, *len, file) != *len) die("cannot read the file");
    fclose(file);
    return data;
}

static uint64_t hash(const float *values, size_t count) {
    uint64_t sum = 14695981039346656037u;
    const uint8_t *octets = (const uint8_t *)values;
    for (size_t i = 0; i < count * sizeof *values; i++) sum = (sum ^ octets[i]) * 1099511628211u;
    return sum;
}

static kernel_status use_tokenizer(const kernel_model *model, kernel_error *error) {
    static const char text[] = "<|im_start|>user\nWhat's 2+2, l'\xC3\xA9t\xC3\xA9 \xF0\x9F\x98\x80?  <|im_end|>\n";
    size_t len = sizeof text - 1, size = kernel_encode_size(len), count, token_len;
    kernel_token_kind kind;
    void *scratch = take(8, size);
    uint32_t *ids = take(8, (2 * len + 1) * sizeof *ids);
    kernel_status status =
        kernel_encode(model, (const uint8_t *)text, len, 12, len - 2, scratch, size, ids, &count, error);
    for (size_t i = 0; status == KERNEL_OK && i < count; i++) {
        const uint8_t *octets = kernel_token(model, ids[i], &token_len, &kind);
        if (!octets || hash((const void *)octets, 0) == 0) die("a token that is not there");
    }
    free(scratch);
    free(ids);
    return status;
}

static kernel_status use_session(const kernel_model *model, kernel_options options, uint64_t *sum,
                                 kernel_error *error) {
    size_t size;
    kernel_session *session;
    kernel_shape shape;
    kernel_model_shape(model, &shape);
    kernel_status status = kernel_session_size(model, &options, &size, error);
    if (status != KERNEL_OK) return status;
    void *memory = take(64, size);
    memset(memory, 0xA5, size);
    status = kernel_session_init(model, &options, memory, size, &session, error);
    if (status == KERNEL_OK) {
        uint32_t ids[PROMPT];
        for (uint32_t i = 0; i < PROMPT; i++) ids[i] = (7 * i + 3) % shape.vocab_size;
        for (uint32_t at = 0; status == KERNEL_OK && at < PROMPT; at += options.batch_tokens) {
            uint32_t count = PROMPT - at < options.batch_tokens ? PROMPT - at : options.batch_tokens;
            status = kernel_forward(session, ids + at, count, at + count == PROMPT, error);
        }
        if (status == KERNEL_OK) *sum = hash(kernel_logits(session), shape.vocab_size) + kernel_greedy(session);
        kernel_session_close(session);
    }
    free(memory);
    return status;
}

/* Everything there is to do with a file. */
static kernel_status use(const uint8_t *data, size_t len, kernel_options options, uint64_t *sum, kernel_error *error) {
    size_t size;
    kernel_model *model;
    kernel_status status = kernel_model_size(data, len, &size, error);
    if (status != KERNEL_OK) return status;
    void *memory = take(64, size);
    memset(memory, 0x5A, size);
    status = kernel_model_init(data, len, memory, size, &model, error);
    if (status == KERNEL_OK) status = use_tokenizer(model, error);
    if (status == KERNEL_OK) status = use_session(model, options, sum, error);
    free(memory);
    return status;
}

/* Every way of computing; a hash of the bits, which must be the same. */
static uint64_t run_all(const uint8_t *data, size_t len, kernel_kv kv) {
    uint64_t first = 0;
    for (uint32_t way = 0; way < 8 * 5; way++) {
        kernel_isa isa = way / 8 == 4 ? KERNEL_ISA_BEST : (kernel_isa)(KERNEL_ISA_PORTABLE + way / 8);
        if (!kernel_has_isa(isa)) continue;
        /* The best is one of the others, and of F16's eight ways three will do. */
        if ((isa == KERNEL_ISA_BEST && way % 8) || (kv == KERNEL_KV_F16 && way % 8 % 3)) continue;
        kernel_options options = {16, way & 1 ? 5 : PROMPT, way & 2 ? 3 : 1, isa, kv};
        kernel_error error;
        uint64_t sum = 0, before = float_env_enter();
#if defined(__x86_64__)
        if (way & 4) float_env_leave(0x1F80 | 0x8040 | 0x6000); /* flush to zero, round towards zero */
#elif defined(__aarch64__)
        if (way & 4) float_env_leave(0x1C00000);
#endif
        kernel_status status = use(data, len, options, &sum, &error);
        float_env_leave(before);
        if (status != KERNEL_OK) die(error.cause);
        if (way == 0) first = sum;
        if (sum != first) die("not the same bits");
    }
    return first;
}

static int run(const char *path) {
    size_t len;
    uint8_t *data = read_file(path, &len);
    uint64_t whole = run_all(data, len, KERNEL_KV_F32), half = run_all(data, len, KERNEL_KV_F16);
    printf("%016llx %016llx\n", (unsigned long long)whole, (unsigned long long)half);
    free(data);
    return 0;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Cut it, flip bits, or put a number where it hurts; mostly before the tensors' data. */
static size_t damage(uint8_t *data, size_t len, uint64_t *state) {
    static const uint64_t numbers[] = {0,          1,          3,          31,         255,       65536,
                                       0x7FFFFFFF, 0xFFFFFFFF, 1ull << 32, 1ull << 62, UINT64_MAX};
    size_t region = next_random(state) % 8 ? (len < 15000 ? len : 15000) : len;
    uint64_t kind = next_random(state) % 4, flips = 1 + next_random(state) % 8;
    if (kind == 0) return next_random(state) % len;
    if (kind == 1) {
        size_t at = next_random(state) % (region - 8);
        memcpy(data + at, &numbers[next_random(state) % (sizeof numbers / sizeof numbers[0])],
               next_random(state) % 2 ? 4 : 8);
        return len;
    }
    while (flips--) data[next_random(state) % region] ^= (uint8_t)(1 << next_random(state) % 8);
    return len;
}

static int mutate(const char *path, uint64_t state, unsigned count) {
    size_t len;
    uint8_t *data = read_file(path, &len);
    unsigned refused = 0;
    for (unsigned i = 0; i < count; i++) {
        kernel_options options = {PROMPT, 4, 1, (kernel_isa)(KERNEL_ISA_BEST + i % 4), (kernel_kv)(i / 4 % 2)};
        if (!kernel_has_isa(options.isa)) options.isa = KERNEL_ISA_BEST;
        kernel_error error = {0};
        uint64_t sum;
        uint8_t *whole = take(32, len);
        memcpy(whole, data, len);
        size_t left = damage(whole, len, &state);
        uint8_t *damaged = take(32, left);
        memcpy(damaged, whole, left);
        if (use(damaged, left, options, &sum, &error) != KERNEL_OK) {
            if (!error.cause || error.status == KERNEL_OK) die("refused without a cause");
            refused++;
        }
        free(damaged);
        free(whole);
    }
    printf("%u\n", refused);
    free(data);
    return 0;
}

/* Every F16 number comes back from F32, and what lies between two of them goes to the nearer, or the even one. */
static int halves(void) {
    for (uint32_t half = 0; half < 0x7C00; half++) {
        uint16_t low = (uint16_t)half, high = (uint16_t)(half + 1);
        float below = half_to_float((const uint8_t *)&low), above = half_to_float((const uint8_t *)&high);
        if (high == 0x7C00) above = 0x1p16f;
        float middle = below + (above - below) / 2;
        if (float_to_half(below) != low || float_to_half(-below) != (low | 0x8000))
            die("a number that does not come back");
        if (float_to_half(middle) != (half & 1 ? high : low)) die("a tie that does not go to the even number");
        if (float_to_half(nextafterf(middle, 0.0f)) != low) die("not the nearer number below");
        if (float_to_half(nextafterf(middle, INFINITY)) != high) die("not the nearer number above");
    }
    if (float_to_half(INFINITY) != 0x7C00 || float_to_half(1e30f) != 0x7C00) die("not infinite");
    if ((float_to_half(NAN) & 0x7FFF) <= 0x7C00) die("a number");
    return 0;
}

static int maths(void) {
    double worst_exp = 0, worst_pow = 0, worst_sin = 0;
    for (double x = -86.9; x < 87.9; x += 1e-3) {
        float argument = (float)x;
        double right = exp((double)argument), error = fabs((double)exp_f32(argument) - right) / right;
        if (error > worst_exp) worst_exp = error;
    }
    for (double base = 1.5; base < 1e9; base *= 7.3) {
        for (double exponent = -1; exponent <= 1; exponent += 1e-3) {
            double error = fabs(pow_f64(base, exponent) / pow(base, exponent) - 1);
            if (error > worst_pow) worst_pow = error;
        }
    }
    for (double x = 0; x < 6e7; x = x * 1.0003 + 1e-3) {
        double sine, cosine;
        sin_cos_f64(x, &sine, &cosine);
        double error = fmax(fabs(sine - sin(x)), fabs(cosine - cos(x)));
        if (error > worst_sin) worst_sin = error;
    }
    printf("%g %g %g\n", worst_exp, worst_pow, worst_sin);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "run") == 0) return run(argv[2]);
    if (argc == 5 && strcmp(argv[1], "mutate") == 0) {
        return mutate(argv[2], strtoull(argv[3], NULL, 10), (unsigned)strtoul(argv[4], NULL, 10));
    }
    if (argc == 2 && strcmp(argv[1], "maths") == 0) return maths();
    if (argc == 2 && strcmp(argv[1], "halves") == 0) return halves();
    die("usage: harness run FILE | mutate FILE SEED COUNT | maths | halves");
}
