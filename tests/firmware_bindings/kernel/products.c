/* Products of quantised rows with 15-bit activations: every instruction set of this processor against plain C11.
 *
 *   products SEED    for each type, row length, number of rows and of tokens; print how many products were compared
 *
 * Blocks of memory are exactly as large as they must be, so that a sanitizer sees the first octet too many.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"

static const size_t lengths[] = {32, 96, 224, 256, 288, 512, 576, 768};
static const size_t row_counts[] = {1, 2, 5, 31, 32, 45};
static const size_t token_counts[] = {2, 3, 4, 5, 7, 8, 13};
static uint64_t state;

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint32_t next_random(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

static void *memory(size_t size) {
    void *place;
    if (posix_memalign(&place, 64, size ? size : 1) != 0) abort();
    memset(place, 0xA5, size);
    return place;
}

/* Random octets, but no scale that is infinite or not a number. */
static uint8_t *random_rows(tensor_type type, size_t octets) {
    size_t step = tensor_formats[type].bytes;
    uint8_t *rows = memory(octets);
    for (size_t i = 0; i < octets; i++) rows[i] = (uint8_t)next_random();
    for (size_t at = type == TENSOR_Q6_K ? 208 : 0; at < octets; at += step) {
        rows[at + 1] &= 0xBF;
        if (has_minimum(type)) rows[at + 3] &= 0xBF;
    }
    return rows;
}

/* Numbers of many sizes; some blocks are zeros, and some too small to count. */
static float *random_floats(size_t count) {
    float *x = memory(count * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        float size = i / BLOCK % 7 == 3 ? 0.0f : i / BLOCK % 11 == 5 ? 0x1p-110f : (float)(1 << i / BLOCK % 5);
        x[i] = ((float)next_random() / 0x1p31f - 1.0f) * size;
    }
    return x;
}

static activations room_for(size_t tokens, size_t n, int tiled) {
    size_t width = (n + GROUP * BLOCK - 1) / (GROUP * BLOCK) * (GROUP * BLOCK), all = (tokens + TILE - 1) / TILE * TILE;
    return (activations){.codes = memory(all * width * sizeof(int16_t)),
                         .scales = memory(all * width / BLOCK * sizeof(float)),
                         .sums = memory(all * width / BLOCK * sizeof(float)),
                         .totals = memory(all * width / BLOCK * 2 * sizeof(int32_t)),
                         .width = width,
                         .tokens = all,
                         .tiled = tiled};
}

static void release(activations x) { free(x.codes), free(x.scales), free(x.sums), free(x.totals); }

/* Every token in two parts, as a thread's share of a row comes. */
static activations quantised(const q15_ops *o, const float *x, size_t tokens, size_t n, int tiled) {
    activations made = room_for(tokens, n, tiled);
    for (size_t t = 0; t < tokens; t++) {
        size_t first = next_random() % (n / BLOCK + 1) * BLOCK;
        o->quantise(x + t * n, first, &made, t, 0);
        o->quantise(x + t * n + first, n - first, &made, t, first / BLOCK);
    }
    return made;
}

static void by_rows(const q15_ops *o, tensor_type type, const uint8_t *rows, size_t row_bytes, size_t count,
                    const float *x, size_t tokens, size_t n, float *out) {
    activations codes = quantised(o, x, tokens, n, 0);
    for (size_t t = 0; t < tokens; t++) o->rows_dot[type](rows, row_bytes, count, &codes, t, n, out + t * count);
    release(codes);
}

static void by_panels(const q15_ops *o, tensor_type type, const uint8_t *rows, size_t row_bytes, size_t count,
                      const float *x, size_t tokens, size_t n, float *out) {
    activations codes = quantised(o, x, tokens, n, 1);
    panel p = {.codes = memory(codes.width * PANEL_ROWS * sizeof *p.codes),
               .scales = memory(codes.width * sizeof *p.scales),
               .minima = memory(codes.width * sizeof *p.minima),
               .sums = memory(tokens * WAITING * PANEL_ROWS * sizeof *p.sums)};
    for (size_t r = 0; r < count; r += PANEL_ROWS) {
        size_t some = count - r < PANEL_ROWS ? count - r : PANEL_ROWS;
        o->unpack[type](rows + r * row_bytes, row_bytes, some, n, &p);
        o->multiply(&p, has_minimum(type), &codes, tokens, n, some, out + r, count);
    }
    free(p.codes), free(p.scales), free(p.minima), free(p.sums);
    release(codes);
}

static void compare(const float *expected, const float *made, size_t count, tensor_type type, size_t n,
                    const char *set) {
    if (memcmp(expected, made, count * sizeof *made) == 0) return;
    fprintf(stderr, "%s differs: type %d, %zu weights a row, %zu products\n", set, (int)type, n, count);
    exit(3);
}

static size_t try_size(tensor_type type, size_t n, size_t count, size_t tokens) {
    size_t row_bytes = n / tensor_formats[type].weights * tensor_formats[type].bytes, products = tokens * count;
    uint8_t *rows = random_rows(type, count * row_bytes);
    float *x = random_floats(tokens * n), *expected = memory(products * sizeof *x),
          *made = memory(products * sizeof *x);
    size_t compared = 0;
    by_rows(&q15_ops_portable, type, rows, row_bytes, count, x, tokens, n, expected);
    for (int isa = KERNEL_ISA_AVX2; isa <= KERNEL_ISA_NEON; isa++) {
        const q15_ops *o = ops_for((kernel_isa)isa).q15;
        if (!o) continue;
        by_rows(o, type, rows, row_bytes, count, x, tokens, n, made);
        compare(expected, made, products, type, n, o->name);
        compared += products;
        if (!o->multiply) continue;
        by_panels(o, type, rows, row_bytes, count, x, tokens, n, made);
        compare(expected, made, products, type, n, o->name);
        compared += products;
    }
    free(rows), free(x), free(expected), free(made);
    return compared;
}

int main(int argc, char **argv) {
    size_t compared = 0;
    if (argc != 2) return 2;
    state = strtoull(argv[1], NULL, 10);
    for (tensor_type type = TENSOR_Q4_0; type < TENSOR_TYPES; type++) {
        for (size_t i = 0; i < COUNT(lengths); i++) {
            if (lengths[i] % tensor_formats[type].weights != 0) continue;
            for (size_t k = 0; k < COUNT(row_counts); k++) {
                compared += try_size(type, lengths[i], row_counts[k], token_counts[(i + k) % COUNT(token_counts)]);
            }
        }
    }
    printf("%zu\n", compared);
    return 0;
}
