/* The processor's floating-point state: round to nearest, keep subnormals, no traps, whatever the host program chose. */
#ifndef SUNLIT_KERNEL_FLOAT_ENV_H
#define SUNLIT_KERNEL_FLOAT_ENV_H

#include <stdint.h>

/* Set the canonical state and return the one before, for float_env_leave. */
static inline uint64_t float_env_enter(void) {
#if defined(__x86_64__)
    uint32_t before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(0x1F80); /* all exceptions masked, FTZ and DAZ off, nearest */
    return before;
#elif defined(__aarch64__)
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before) : : "memory");
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0) : "memory");
    return before;
#else
    return 0;
#endif
}

static inline void float_env_leave(uint64_t before) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr((uint32_t)before);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(before) : "memory");
#else
    (void)before;
#endif
}

#endif
