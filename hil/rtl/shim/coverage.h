// In a library built with coverage: what its chips have covered goes into one file a process, as Verilator writes it.

#ifndef SUNLIT_COVERAGE_H
#define SUNLIT_COVERAGE_H

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "verilated_cov.h"

// Keep the counts of the first chip, or add those of another to them. Returns whether they are kept, and so may not be
// freed: they are written when the process ends.
template <std::size_t N> bool keeps_coverage(VerilatedContext &context, uint32_t (&counts)[N]) {
    static uint32_t *kept = nullptr;
    static VerilatedContext *writer = nullptr;
    if (!kept) {
        kept = counts;
        writer = &context;
        std::atexit([] {
            const std::string folder = std::getenv("SUNLIT_RTL_COVERAGE");
            writer->coveragep()->write(folder + "/chip-" + std::to_string(getpid()) + ".dat");
        });
        return true;
    }
    for (std::size_t i = 0; i < N; i++)
        kept[i] = static_cast<uint32_t>(std::min<uint64_t>(UINT32_MAX, uint64_t{kept[i]} + counts[i]));
    return false;
}

#endif
