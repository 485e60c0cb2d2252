/* 15-bit arithmetic with AVX-512 (F, BW, VL, VNNI). */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")

#include <immintrin.h>

enum { LANES = 16 };
typedef __m512i ivec;
typedef __m512 fvec;

/* The intrinsic has gcc copy the sum before and after. */
static inline __attribute__((always_inline)) ivec v_dot(ivec sum, ivec a, ivec b) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
}

#define v_zero_int _mm512_setzero_si512
#define v_load_int(at) _mm512_loadu_si512((const void *)(at))
#define v_all_pairs(at) _mm512_castps_si512(_mm512_set1_ps(*(const float *)(const void *)(at)))
#define v_float _mm512_cvtepi32_ps
#define v_zero _mm512_setzero_ps
#define v_all _mm512_set1_ps
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_add _mm512_add_ps
#define v_mul _mm512_mul_ps
#define v_fma _mm512_fmadd_ps
#define dot_pairs _mm256_dpwssd_epi32

#include "q15_x86_rows.h"

INLINE void store_alone(const activations *out, size_t token, size_t b, __m256i first, __m256i second);

#include "q15_x86_quantise.h"

/* As the rows' codes come. */
INLINE void store_alone(const activations *out, size_t token, size_t b, __m256i first, __m256i second) {
    int16_t *at = out->codes + token * out->width + b * BLOCK;
    codes32 codes = split_codes(first, second);
    _mm256_storeu_si256((void *)at, codes.half[0]);
    _mm256_storeu_si256((void *)(at + 16), codes.half[1]);
}

const q15_ops q15_ops_avx512 = Q15_OPS("avx512");
#else
typedef int not_on_this_machine;
#endif
