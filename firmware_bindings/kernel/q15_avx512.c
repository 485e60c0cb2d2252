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

#include "q15_avx512_rows.h"
#include "q15_x86_quantise.h"

const q15_ops q15_ops_avx512 = Q15_OPS("avx512");
#else
typedef int not_on_this_machine;
#endif
