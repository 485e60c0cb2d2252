// In a library built with coverage: adds what a chip has covered to one file a process, in Verilator's coverage.dat format.

#ifndef SUNLIT_COVERAGE_H
#define SUNLIT_COVERAGE_H

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "verilated_cov.h"

inline void add_coverage(VerilatedContext &context) {
    static std::map<std::string, uint64_t> counts; // "C '<what>' " -> how often
    const std::string path = std::getenv("SUNLIT_RTL_COVERAGE") + ("/chip-" + std::to_string(getpid()) + ".dat");
    context.coveragep()->write(path);
    std::string line;
    for (std::ifstream written(path); std::getline(written, line);) {
        const size_t space = line.rfind(' ') + 1;
        if (line[0] == 'C') counts[line.substr(0, space)] += std::stoull(line.substr(space));
    }
    std::ofstream whole(path);
    for (const auto &[what, count] : counts) whole << what << count << '\n';
}

#endif
