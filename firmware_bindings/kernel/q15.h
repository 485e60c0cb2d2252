/* What the instruction sets' files of 15-bit arithmetic share: how activations become codes. */
#ifndef SUNLIT_KERNEL_Q15_H
#define SUNLIT_KERNEL_Q15_H

#include <math.h>

#include "ops.h"

#define LARGEST_CODE 16256.0f /* 127 · 128, so that a code is also two octets: 128 · high + low, both signed */
#define SMALLEST_SCALED 0x1p-100f
#define ROUND 0x1.8p+23f /* adding and subtracting it rounds to an integer, ties to even */

/* An initialiser with one function per quantised type. */
#define QUANTISED_TYPES(f)                                                                                             \
    {[TENSOR_Q4_0] = f##_q4_0, [TENSOR_Q4_1] = f##_q4_1, [TENSOR_Q5_0] = f##_q5_0, [TENSOR_Q5_1] = f##_q5_1,           \
     [TENSOR_Q8_0] = f##_q8_0, [TENSOR_Q4_K] = f##_q4_k, [TENSOR_Q5_K] = f##_q5_k, [TENSOR_Q6_K] = f##_q6_k}

typedef struct {
    float scale, inverse; /* inverse 0: every code is 0 */
} block_scale;

/* The octets of |x|: as integers they are ordered as the numbers are, and NaN is the largest. */
static inline uint32_t magnitude_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7FFFFFFF;
}

/* From the largest magnitude of a block. What is not finite makes the scale NaN, so that no logit hides it. */
static inline block_scale block_scale_of(uint32_t largest) {
    float most;
    memcpy(&most, &largest, sizeof most);
    if (!(most >= SMALLEST_SCALED)) return (block_scale){most == most ? 0.0f : NAN, 0.0f};
    if (most > 0x1.FFFFFEp+127f) return (block_scale){NAN, 0.0f};
    return (block_scale){most / LARGEST_CODE, LARGEST_CODE / most};
}

/* The sum of the eight chains; destroys them. */
static inline float fold_chains(float *chain /* (8,) */) {
    for (size_t half = GROUP / 2; half; half /= 2) {
        for (size_t j = 0; j < half; j++) chain[j] += chain[j + half];
    }
    return chain[0];
}

void quantise_portable(const float *x, size_t n, const activations *out, size_t token, size_t block);

#endif
