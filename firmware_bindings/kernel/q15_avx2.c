/* 15-bit arithmetic with AVX2. */
#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c")

#include <immintrin.h>

enum { LANES = 8 };
typedef __m256i ivec;
typedef __m256 fvec;

#define v_zero_int _mm256_setzero_si256
#define v_load_int(at) _mm256_loadu_si256((const void *)(at))
#define v_all_pairs(at) _mm256_castps_si256(_mm256_broadcast_ss((const void *)(at)))
#define v_dot(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#define v_float _mm256_cvtepi32_ps
#define v_zero _mm256_setzero_ps
#define v_all _mm256_set1_ps
#define v_load _mm256_loadu_ps
#define v_store _mm256_storeu_ps
#define v_add _mm256_add_ps
#define v_mul _mm256_mul_ps
#define v_fma _mm256_fmadd_ps

#include "q15_avx2_rows.h"
#include "q15_x86_quantise.h"

const q15_ops q15_ops_avx2 = Q15_OPS("avx2");
#else
typedef int not_on_this_machine;
#endif
