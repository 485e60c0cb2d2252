#include "ops.h"

const ops *ops_for(kernel_isa isa) {
#if defined(__x86_64__)
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    if (avx2 && (isa == KERNEL_ISA_BEST || isa == KERNEL_ISA_AVX2)) return &ops_avx2;
#endif
    return isa == KERNEL_ISA_BEST || isa == KERNEL_ISA_PORTABLE ? &ops_portable : NULL;
}
