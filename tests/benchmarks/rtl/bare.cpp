// The Verilated controller and nothing else: reads how many milliseconds to run, runs every clock of them, prints the
// nanoseconds that took; again, until there is nothing to read.

#include <chrono>
#include <cinttypes>
#include <cstdio>

#include "Vpayload_ctrl.h"
#include "verilated.h"

constexpr int kClocksPerMs = 1152;

void vl_stop(const char *, int, const char *) { std::exit(1); }

static void clock(Vpayload_ctrl &top, bool tick) {
    top.tick_1ms_i = tick;
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
}

int main() {
    VerilatedContext context;
    Vpayload_ctrl top{&context};
    top.uart_rx_i = 1;
    top.por_ni = top.rst_ni = 0;
    for (int i = 0; i < 4; i++) clock(top, false);
    top.por_ni = top.rst_ni = 1;
    for (uint64_t ms; std::scanf("%" SCNu64, &ms) == 1;) {
        const auto start = std::chrono::steady_clock::now();
        for (uint64_t i = 0; i < ms; i++)
            for (int at = 0; at < kClocksPerMs; at++) clock(top, at == kClocksPerMs - 16);
        const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
        std::printf("%" PRId64 "\n", static_cast<int64_t>(took.count()));
        std::fflush(stdout);
    }
}
