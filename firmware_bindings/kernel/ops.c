#include "ops.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1 << 20) /* Linux's word for FEAT_DotProd */
#endif
#endif

#if defined(__x86_64__)
static ops best_for(kernel_isa isa) {
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    if (avx512 && (isa == KERNEL_ISA_BEST || isa == KERNEL_ISA_AVX512))
        return (ops){&float_ops_avx512, &q15_ops_avx512};
    if (avx2 && (isa == KERNEL_ISA_BEST || isa == KERNEL_ISA_AVX2)) return (ops){&float_ops_avx2, &q15_ops_avx2};
    return (ops){NULL, NULL};
}
#elif defined(__aarch64__)
static ops best_for(kernel_isa isa) {
    if (isa != KERNEL_ISA_BEST && isa != KERNEL_ISA_NEON) return (ops){NULL, NULL};
    return (ops){&float_ops_portable, getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? &q15_ops_dotprod : &q15_ops_neon};
}
#else
static ops best_for(kernel_isa isa) {
    (void)isa;
    return (ops){NULL, NULL};
}
#endif

ops ops_for(kernel_isa isa) {
    ops best = best_for(isa);
    if (!best.q15 && (isa == KERNEL_ISA_BEST || isa == KERNEL_ISA_PORTABLE)) {
        return (ops){&float_ops_portable, &q15_ops_portable};
    }
    return best;
}
