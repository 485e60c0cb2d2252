/* 15-bit arithmetic with AVX2. */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c")

#include <immintrin.h>

enum { LANES = 8, TILE = 4 };
typedef __m256i ivec;
typedef __m256 fvec;

#define v_zero_int _mm256_setzero_si256
#define v_load_int(at) _mm256_loadu_si256((const void *)(at))
#define v_all_int _mm256_set1_epi32
#define v_dot(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#define v_float _mm256_cvtepi32_ps
#define v_zero _mm256_setzero_ps
#define v_all _mm256_set1_ps
#define v_load _mm256_loadu_ps
#define v_store _mm256_storeu_ps
#define v_add _mm256_add_ps
#define v_mul _mm256_mul_ps
#define v_fma _mm256_fmadd_ps
#define dot_pairs v_dot

#include "q15_x86.h"

const q15_ops q15_ops_avx2 = Q15_OPS("avx2");
#else
typedef int not_on_this_machine;
#endif
