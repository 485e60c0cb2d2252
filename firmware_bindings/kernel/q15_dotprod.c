/* Arm's dot products of octets (FEAT_DotProd), where the processor has them: one token's codes of 15 bits are split into
 * two octets, 128 · high + low, the highs of a block before its lows. Panels are those of q15_neon_panels.c. */
#if defined(__aarch64__)
#pragma GCC target("arch=armv8.2-a+dotprod")

#include "q15_neon.h"

static void quantise(const float *x, size_t n, const activations *out, size_t token, size_t block) {
    quantise_portable(x, n, out, token, block);
    if (out->tiled) return;
    for (size_t b = block; b < block + n / BLOCK; b++) {
        int16_t *at = out->codes + token * out->width + b * BLOCK;
        int8_t split[2 * BLOCK];
        for (size_t i = 0; i < BLOCK; i++) {
            int high = (at[i] + 64) >> 7;
            split[i] = (int8_t)high;
            split[BLOCK + i] = (int8_t)(at[i] - 128 * high);
        }
        memcpy(at, split, sizeof split);
    }
}

static inline int32x4_t dot8(codes8 w, const codes8 *x) {
    return vdotq_s32(vdotq_s32(vdupq_n_s32(0), w.v[0], x->v[0]), w.v[1], x->v[1]);
}

static inline int32_t block_sum(tensor_type type, const uint8_t *row, size_t b, const int16_t *codes, float *scale,
                                float *minimum) {
    const uint8_t *octets = (const uint8_t *)codes;
    codes8 high = load_octets(octets), low = load_octets(octets + BLOCK), narrow;
    if (load_simple(type, row, b, &narrow, scale, minimum)) {
        return vaddvq_s32(vaddq_s32(vshlq_n_s32(dot8(narrow, &high), 7), dot8(narrow, &low)));
    }
    block stored;
    int16x8_t w[4], x[4], x_low[4];
    load_block(type, row, b, &stored);
    load_wide(stored.codes, w);
    widen(high, x);
    widen(low, x_low);
    for (int k = 0; k < 4; k++) x[k] = vaddq_s16(vshlq_n_s16(x[k], 7), x_low[k]);
    *scale = stored.scale;
    *minimum = stored.minimum;
    return vaddvq_s32(dot16(w, x));
}

#include "q15_rows.h"

UNPACK_ALL

const q15_ops q15_ops_dotprod = {
    .name = "neon",
    .quantise = quantise,
    .rows_dot = QUANTISED_TYPES(rows_dot),
    .unpack = QUANTISED_TYPES(unpack),
    .multiply = multiply_neon,
};
#else
typedef int not_on_this_machine;
#endif
