/* Arm's vectors, which every 64-bit Arm has: 16-bit codes multiplied in pairs. */
#if defined(__aarch64__)
#include "q15_neon.h"

static inline int32_t block_sum(tensor_type type, const uint8_t *row, size_t b, const int16_t *codes, float *scale,
                                float *minimum) {
    int16x8_t w[4], x[4];
    codes8 narrow;
    block stored;
    if (load_simple(type, row, b, &narrow, scale, minimum)) {
        widen(narrow, w);
    } else {
        load_block(type, row, b, &stored);
        load_wide(stored.codes, w);
        *scale = stored.scale;
        *minimum = stored.minimum;
    }
    load_wide(codes, x);
    return vaddvq_s32(dot16(w, x));
}

#include "q15_rows.h"

UNPACK_ALL

const q15_ops q15_ops_neon = {
    .name = "neon",
    .quantise = quantise_portable,
    .rows_dot = QUANTISED_TYPES(rows_dot),
    .unpack = QUANTISED_TYPES(unpack),
    .multiply = multiply_neon,
};
#else
typedef int not_on_this_machine;
#endif
