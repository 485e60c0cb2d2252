/* 15-bit arithmetic with AVX-512 (F, BW, VL, VNNI). */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")

#include <immintrin.h>

enum { LANES = 16, TILE = 8 };
typedef __m512i ivec;
typedef __m512 fvec;

#define v_zero_int _mm512_setzero_si512
#define v_load_int(at) _mm512_loadu_si512((const void *)(at))
#define v_all_int _mm512_set1_epi32
#define v_dot _mm512_dpwssd_epi32
#define v_float _mm512_cvtepi32_ps
#define v_zero _mm512_setzero_ps
#define v_all _mm512_set1_ps
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_add _mm512_add_ps
#define v_mul _mm512_mul_ps
#define v_fma _mm512_fmadd_ps
#define dot_pairs _mm256_dpwssd_epi32

#include "q15_x86.h"

const q15_ops q15_ops_avx512 = Q15_OPS("avx512");
#else
typedef int not_on_this_machine;
#endif
