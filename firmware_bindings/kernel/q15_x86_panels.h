/* Panels for x86: 32 rows, unpacked once, times all tokens of a batch. Included by a file that has defined:
 *
 *   ivec, fvec              vectors of LANES 32-bit integers and floats
 *   v_dot(sum, a, b)        sum + a.low · b.low + a.high · b.high in each 32-bit lane
 *   v_…                     the few other operations on them
 *
 * Everything lies in the order in which a tile of 2 · LANES rows and TILE tokens wants it: block by block, those of a
 * chain together. So a chain stays in registers from its first block to its last, and all memory is read in ascending
 * order. A tile of activations is (blocks, TILE, 16 pairs, 2), its scales and sums (blocks, TILE).
 */
#ifndef SUNLIT_KERNEL_Q15_X86_PANELS_H
#define SUNLIT_KERNEL_Q15_X86_PANELS_H

#include "q15_x86_codes.h"

/* Blocks of a chain in a panel, at most: chain j begins after j times so many. */
INLINE size_t groups_of(size_t n) { return (n / BLOCK + GROUP - 1) / GROUP; }

/* Where the scales of block b of a tile's tokens lie; its codes lie at BLOCK times that. */
INLINE size_t tiled_place_of(const activations *x, size_t tile, size_t b) {
    return ((b % GROUP * (x->tokens / TILE) + tile) * (x->width / (BLOCK * GROUP)) + b / GROUP) * TILE;
}

/* Eight rows of eight words → eight columns, `stride` words apart. */
INLINE void transpose(const __m256i *row, void *out, size_t stride) {
    __m256i a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_epi32(row[2 * i], row[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_epi32(row[2 * i], row[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++) {
            b[4 * i + 2 * k] = _mm256_unpacklo_epi64(a[4 * i + k], a[4 * i + k + 2]);
            b[4 * i + 2 * k + 1] = _mm256_unpackhi_epi64(a[4 * i + k], a[4 * i + k + 2]);
        }
    }
    for (size_t k = 0; k < 4; k++) {
        float *first = (float *)out + k * stride, *second = first + 4 * stride;
        _mm256_storeu_si256((void *)first, _mm256_permute2x128_si256(b[k], b[k + 4], 0x20));
        _mm256_storeu_si256((void *)second, _mm256_permute2x128_si256(b[k], b[k + 4], 0x31));
    }
}

/* Rows that are not there are the first one's twins. */
#define UNPACK(type, group_bytes, has_minima)                                                                          \
    static void unpack_##type(const uint8_t *rows, size_t row_bytes, size_t count, size_t n, panel *out) {             \
        size_t groups = groups_of(n);                                                                                  \
        for (size_t g = 0; g < groups; g++) {                                                                          \
            int blocks = n / BLOCK - g * GROUP < GROUP ? (int)(n / BLOCK - g * GROUP) : GROUP;                         \
            for (size_t r = 0; r < PANEL_ROWS; r += 8) {                                                               \
                const uint8_t *group[8];                                                                               \
                __m256i first[8], second[8];                                                                           \
                for (size_t i = 0; i < 8; i++) {                                                                       \
                    group[i] = rows + (r + i < count ? r + i : 0) * row_bytes + g * group_bytes;                       \
                    scales8 scales = scales_##type(group[i], blocks);                                                  \
                    first[i] = _mm256_castps_si256(scales.scale), second[i] = _mm256_castps_si256(scales.minimum);     \
                }                                                                                                      \
                transpose(first, out->scales + g * PANEL_ROWS + r, groups * PANEL_ROWS);                               \
                if (has_minima) transpose(second, out->minima + g * PANEL_ROWS + r, groups * PANEL_ROWS);              \
                for (int j = 0; j < blocks; j++) {                                                                     \
                    int16_t *at = out->codes + ((size_t)j * groups + g) * BLOCK * PANEL_ROWS + 2 * r;                  \
                    for (size_t i = 0; i < 8; i++) {                                                                   \
                        codes32 codes = codes_##type(group[i], j);                                                     \
                        first[i] = codes.half[0], second[i] = codes.half[1];                                           \
                    }                                                                                                  \
                    transpose(first, at, PANEL_ROWS);                                                                  \
                    transpose(second, at + 8 * 2 * PANEL_ROWS, PANEL_ROWS);                                            \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

UNPACK(q4_0, 144, 0)
UNPACK(q4_1, 160, 1)
UNPACK(q5_0, 176, 0)
UNPACK(q5_1, 192, 1)
UNPACK(q8_0, 272, 0)
UNPACK(q4_k, 144, 1)
UNPACK(q5_k, 176, 1)
UNPACK(q6_k, 210, 0)

/* Chain j of 2 · LANES rows from `row` and `tokens` of a tile, which is a constant where this is inlined. */
INLINE void tile_chain(const panel *p, int minima, const activations *x, size_t row, size_t tile, size_t tokens,
                       size_t j, size_t n, fvec chain[TILE][2]) {
    size_t from = j * groups_of(n), to = tiled_place_of(x, tile, j);
    const int16_t *w = p->codes + from * BLOCK * PANEL_ROWS + 2 * row, *codes = x->codes + to * BLOCK;
    const float *scales = p->scales + from * PANEL_ROWS + row, *lows = p->minima + from * PANEL_ROWS + row;
    const float *x_scales = x->scales + to, *x_sums = x->sums + to;
    for (size_t t = 0; t < tokens; t++) chain[t][0] = chain[t][1] = v_zero();
    for (size_t b = j; b < n / BLOCK; b += GROUP) {
        ivec sum[TILE][2];
        for (size_t t = 0; t < tokens; t++) sum[t][0] = sum[t][1] = v_zero_int();
        for (size_t k = 0; k < BLOCK / 2; k++) {
            ivec first = v_load_int(w + 2 * k * PANEL_ROWS), second = v_load_int(w + 2 * k * PANEL_ROWS + 2 * LANES);
            for (size_t t = 0; t < tokens; t++) {
                ivec pair = v_all_pairs(codes + t * BLOCK + 2 * k);
                sum[t][0] = v_dot(sum[t][0], first, pair);
                sum[t][1] = v_dot(sum[t][1], second, pair);
            }
        }
        for (size_t v = 0; v < 2; v++) {
            fvec scale = v_load(scales + v * LANES), low = v_load(lows + v * LANES);
            for (size_t t = 0; t < tokens; t++) {
                chain[t][v] = v_fma(v_float(sum[t][v]), v_mul(scale, v_all(x_scales[t])), chain[t][v]);
                if (minima) chain[t][v] = v_fma(low, v_all(x_sums[t]), chain[t][v]);
            }
        }
        w += BLOCK * PANEL_ROWS, codes += BLOCK * TILE;
        scales += PANEL_ROWS, lows += PANEL_ROWS, x_scales += TILE, x_sums += TILE;
    }
}

/* The chains come in the order 0 4 2 6 1 5 3 7, so that the tree of their sum is a binary counter: the sum of two is
 * taken as soon as both are there, and three places hold what waits. */
static const uint8_t chain_order[GROUP] = {0, 4, 2, 6, 1, 5, 3, 7};

INLINE void tile_step(const panel *p, int minima, const activations *x, size_t tile, size_t tokens, size_t step,
                      size_t n, float *out, size_t out_stride) {
    for (size_t row = 0; row < PANEL_ROWS; row += 2 * LANES) {
        fvec chain[TILE][2];
        tile_chain(p, minima, x, row, tile, tokens, chain_order[step], n, chain);
        float *to = p->sums + tile * TILE * WAITING * PANEL_ROWS + row;
        size_t stride = WAITING * PANEL_ROWS, level = 0;
        for (; step >> level & 1; level++, to += PANEL_ROWS) {
            _Pragma("GCC unroll 4") for (size_t t = 0; t < tokens; t++) {
                chain[t][0] = v_add(v_load(to + t * stride), chain[t][0]);
                chain[t][1] = v_add(v_load(to + t * stride + LANES), chain[t][1]);
            }
        }
        if (level == WAITING) to = out + tile * TILE * out_stride + row, stride = out_stride;
        _Pragma("GCC unroll 4") for (size_t t = 0; t < tokens; t++) {
            v_store(to + t * stride, chain[t][0]);
            v_store(to + t * stride + LANES, chain[t][1]);
        }
    }
}

/* Each is a function of its own: the compiler plans the registers of one at a time. */
#define TILE_STEP(minima, tokens)                                                                                      \
    static void tile_step_##minima##_##tokens(const panel *p, const activations *x, size_t tile, size_t step,          \
                                              size_t n, float *out, size_t out_stride) {                               \
        tile_step(p, minima, x, tile, tokens, step, n, out, out_stride);                                               \
    }

TILE_STEP(0, 1)
TILE_STEP(0, 2)
TILE_STEP(0, 3)
TILE_STEP(0, 4)
TILE_STEP(1, 1)
TILE_STEP(1, 2)
TILE_STEP(1, 3)
TILE_STEP(1, 4)

static void multiply(const panel *p, int minima, const activations *x, size_t tokens, size_t n, size_t count,
                     float *out, size_t out_stride) {
    typedef void tile_function(const panel *, const activations *, size_t, size_t, size_t, float *, size_t);
    static tile_function *const functions[2][TILE] = {
        {tile_step_0_1, tile_step_0_2, tile_step_0_3, tile_step_0_4},
        {tile_step_1_1, tile_step_1_2, tile_step_1_3, tile_step_1_4},
    };
    int whole = count == PANEL_ROWS; /* else its rows go by way of the first waiting place, which is free by then */
    float *to = whole ? out : p->sums;
    size_t stride = whole ? out_stride : WAITING * PANEL_ROWS;
    size_t share = p->next_bytes / (GROUP * ((tokens + TILE - 1) / TILE)) + 1, fetched = 0;
    for (size_t step = 0; step < GROUP; step++) {
        for (size_t tile = 0; tile * TILE < tokens; tile++) {
            size_t left = tokens - tile * TILE < TILE ? tokens - tile * TILE : TILE;
            functions[minima][left - 1](p, x, tile, step, n, to, stride);
            for (size_t most = fetched + share; fetched < most && fetched < p->next_bytes; fetched += 64) {
                __builtin_prefetch(p->next + fetched, 0, 2);
            }
        }
    }
    for (size_t t = 0; !whole && t < tokens; t++) memcpy(out + t * out_stride, to + t * stride, count * sizeof *out);
}

#endif
