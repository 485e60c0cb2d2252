// The C face of the Verilated payload controller: a clock, the far end of its serial line, and nothing else.

#include "chip.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "Vpayload_ctrl.h"
#include "Vpayload_ctrl___024root.h"
#include "adc128s102.h"
#include "verilated.h"
#include "verilated_save.h"
#if VM_COVERAGE
#include "Vpayload_ctrl__Syms.h"
#include "coverage.h"
#endif

namespace {

constexpr uint64_t kTickPhase = CHIP_CLOCKS_PER_MS - CHIP_SETTLE_CLOCKS;
constexpr int kClocksPerBit = 10;
constexpr int kFrameTimeoutTicks = 21;
constexpr uint32_t kBusMv = 8000;
constexpr int32_t kTemperatureOffset = -5000;
constexpr int32_t kLsb[3][8] = {{1, 2, 2, 4, 4, 4, 4, 4}, {2, 2, 2, 4, 4, 4, 4, 4}, {8, 8, 8, 8, 8, 8, 8, 8}};
constexpr uint32_t kChannels = 24;

// Everything about a chip that is not in the Verilated model or in a queue.
struct State {
    uint64_t cycle = 0;
    uint32_t sending = 0;       // bits still to be sent, the next one lowest, a 1 above the last
    int32_t send_clock = 0;     // of the current bit
    int32_t receive_clock = -1; // since the start bit; -1 between octets
    uint32_t receiving = 0;
    uint32_t bus_mv = kBusMv;
    Adc128s102 adcs[3]; // voltages, currents, temperatures
};

thread_local std::string *failure_of_running = nullptr;

class MemorySave final : public VerilatedSerialize {
  public:
    MemorySave() { m_isOpen = true; }
    std::vector<uint8_t> take() {
        flush();
        return std::move(data_);
    }
    void flush() override {
        data_.insert(data_.end(), m_bufp, m_cp);
        m_cp = m_bufp;
    }

  private:
    std::vector<uint8_t> data_;
};

class MemoryRestore final : public VerilatedDeserialize {
  public:
    MemoryRestore(const uint8_t *data, size_t len) : data_(data), left_(len) {
        m_isOpen = true;
        m_cp = m_endp = m_bufp;
    }
    void fill() override {
        const size_t kept = static_cast<size_t>(m_endp - m_cp);
        std::memmove(m_bufp, m_cp, kept);
        const size_t more = std::min(left_, bufferSize() - kept);
        std::memcpy(m_bufp + kept, data_, more);
        data_ += more;
        left_ -= more;
        m_cp = m_bufp;
        m_endp = m_bufp + kept + more;
    }

  private:
    const uint8_t *data_;
    size_t left_;
};

} // namespace

struct chip {
    VerilatedContext context;
    Vpayload_ctrl top{&context, "payload_ctrl"};
    State state;
    uint32_t events = 0; // CHIP_STOP_… that happened since run or tick was called
    std::vector<uint8_t> to_chip;
    std::vector<uint8_t> from_chip;
    std::string failure;

    chip() {
        top.clk_i = 1;
        top.uart_rx_i = 1;
        reset();
    }

    void reset() {
        restart();
        to_chip.clear();
        from_chip.clear();
        failure.clear();
        top.por_ni = top.rst_ni = 0;
        for (int i = 0; i < 4; i++) clock();
        top.por_ni = top.rst_ni = 1;
        for (int i = 0; i < 4; i++) clock();
        restart();
    }

    // Back to clock 0; what stands at the analogue inputs stays.
    void restart() {
        State fresh;
        fresh.bus_mv = state.bus_mv;
        for (int part = 0; part < 3; part++)
            std::copy(std::begin(state.adcs[part].codes), std::end(state.adcs[part].codes), fresh.adcs[part].codes);
        state = fresh;
        compare_bus();
    }

    void compare_bus() { top.bus_good_i = state.bus_mv >= top.bus_threshold_mv_o; }

    bool is_line_idle() const { return to_chip.empty() && state.sending == 0 && state.receive_clock < 0; }
    bool is_quiescent() const { return top.quiescent_o && is_line_idle(); }

    // The next level of the chip's serial input.
    bool send() {
        if (state.sending == 0 && !to_chip.empty()) {
            state.sending = 0x600u | static_cast<uint32_t>(to_chip.front()) << 1; // start bit 0, octet, stop bit 1, end
            state.send_clock = 0;
            to_chip.erase(to_chip.begin());
        }
        if (state.sending == 0) return true;
        const bool level = state.sending & 1;
        if (++state.send_clock == kClocksPerBit) {
            state.send_clock = 0;
            state.sending >>= 1;
            if (state.sending == 1) state.sending = 0;
        }
        return level;
    }

    // Take in the level of the chip's serial output, each bit in its middle.
    void receive(bool level) {
        if (state.receive_clock < 0) {
            if (level) return;
            state.receiving = 0;
        }
        state.receive_clock++;
        const int bit = state.receive_clock / kClocksPerBit;
        if (state.receive_clock % kClocksPerBit != kClocksPerBit / 2) return;
        if (bit >= 1 && bit <= 8) state.receiving |= static_cast<uint32_t>(level) << (bit - 1);
        if (bit == 9) {
            state.receive_clock = -1;
            if (level) {
                from_chip.push_back(static_cast<uint8_t>(state.receiving));
                events |= CHIP_STOP_BYTE;
            }
        }
    }

    void clock() {
        const uint32_t rails = top.rails_o;
        const bool irq = top.irq_o;
        top.uart_rx_i = send();
        top.tick_1ms_i = state.cycle % CHIP_CLOCKS_PER_MS == kTickPhase;
        top.clk_i = 0;
        top.eval();
        top.clk_i = 1;
        top.eval();
        if (top.tick_1ms_i) { // low again at once, so that a chip left alone after it looks like any other
            top.tick_1ms_i = 0;
            top.eval();
        }
        state.cycle++;
        compare_bus();
        if (!top.adc_cs_no || state.adcs[0].is_selected) {
            uint32_t dout = 0;
            for (int part = 0; part < 3; part++) {
                state.adcs[part].see(top.adc_cs_no, top.adc_sclk_o, top.adc_din_o);
                dout |= static_cast<uint32_t>(state.adcs[part].dout) << part;
            }
            top.adc_dout_i = static_cast<uint8_t>(dout);
        }
        receive(top.uart_tx_o);
        if (top.rails_o != rails) events |= CHIP_STOP_RAILS;
        if (top.irq_o && !irq) events |= CHIP_STOP_IRQ;
    }
};

// Called by the Verilated model when an assertion fails.
void vl_stop(const char *filename, int line, const char *) {
    if (failure_of_running && failure_of_running->empty())
        *failure_of_running = std::string(filename) + ":" + std::to_string(line);
}

extern "C" {

chip *chip_new(void) {
    try {
        auto *made = new chip;
        for (uint32_t channel = 0; channel < kChannels; channel++) chip_set_adc(made, channel, 0);
        return made;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void chip_free(chip *chip) {
    if (!chip) return;
#if VM_COVERAGE
    if (keeps_coverage(chip->context, chip->top.rootp->vlSymsp->__Vcoverage)) return;
#endif
    Verilated::threadContextp(&chip->context); // where the model's scopes look themselves up; may be a freed chip's
    delete chip;
}

void chip_reset(chip *chip) { chip->reset(); }

void chip_external_reset(chip *chip) {
    failure_of_running = &chip->failure;
    for (const int level : {0, 1}) {
        chip->top.rst_ni = level;
        for (int i = 0; i < 4; i++) chip->clock();
    }
}

uint64_t chip_run(chip *chip, uint64_t max_cycles, uint32_t stop_mask) {
    failure_of_running = &chip->failure;
    chip->events = 0;
    uint64_t done = 0;
    while (done < max_cycles && chip->failure.empty()) {
        chip->clock();
        done++;
        if (chip->events & stop_mask) break;
        if ((stop_mask & CHIP_STOP_QUIESCENT) && chip->is_quiescent()) break;
    }
    return done;
}

uint32_t chip_tick(chip *chip, uint32_t n, uint32_t stop_mask) {
    failure_of_running = &chip->failure;
    chip->events = 0;
    uint32_t done = 0;
    while (done < n && chip->failure.empty()) {
        uint64_t &cycle = chip->state.cycle;
        const uint64_t end = cycle + CHIP_CLOCKS_PER_MS;
        while (cycle < end) {
            const uint64_t until_tick =
                (kTickPhase + CHIP_CLOCKS_PER_MS - cycle % CHIP_CLOCKS_PER_MS) % CHIP_CLOCKS_PER_MS;
            if (chip->is_quiescent() && until_tick != 0) {
                cycle = std::min(end, cycle + until_tick);
            } else {
                chip->clock();
            }
        }
        done++;
        if (chip->events & stop_mask) break;
    }
    return done;
}

uint64_t chip_cycles(const chip *chip) { return chip->state.cycle; }

uint32_t chip_due_ms(const chip *chip) {
    const auto &root = *chip->top.rootp;
    uint32_t due = UINT32_MAX;
    const auto may_be = [&due](uint32_t ms) { due = std::min(due, ms); };
    if (const uint32_t timer = root.payload_ctrl__DOT__u_power__DOT__u_sequencer__DOT__timer_q) may_be(timer);
    if (root.payload_ctrl__DOT__u_watchdog__DOT__armed_q && !root.payload_ctrl__DOT__u_watchdog__DOT__bite_q) {
        const uint32_t age = root.payload_ctrl__DOT__u_watchdog__DOT__age_q;
        const uint32_t close = root.payload_ctrl__DOT__u_watchdog__DOT__close_ms_i;
        may_be(close > age ? close - age : 1);
    }
    if (root.payload_ctrl__DOT__u_link__DOT__u_deframer__DOT__count_q)
        may_be(kFrameTimeoutTicks - uint32_t{root.payload_ctrl__DOT__u_link__DOT__u_deframer__DOT__silence_q});
    if (chip->top.rails_o & root.payload_ctrl__DOT__slow_trip) {
        const uint32_t elapsed = root.payload_ctrl__DOT__u_meter__DOT__elapsed_q;
        const uint32_t period = root.payload_ctrl__DOT__u_meter__DOT__period_ms_i;
        may_be(period > elapsed && chip->top.adc_cs_no ? period - elapsed : 1);
    }
    if (root.payload_ctrl__DOT__u_caps__DOT__is_powered) {
        const uint32_t asked = root.payload_ctrl__DOT__u_caps__DOT__asked;
        const uint8_t phase = root.payload_ctrl__DOT__u_caps__DOT__g_output__BRA__0__KET____DOT__u_output__DOT__phase_q;
        if (asked != root.payload_ctrl__DOT__cap_effective) may_be(static_cast<uint8_t>(-phase) + 1u);
    }
    const uint16_t blanking[] = {
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__0__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__1__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__2__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__3__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__4__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__5__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__6__KET____DOT__u_limiter__DOT__blanking_q,
        root.payload_ctrl__DOT__u_power__DOT__g_limiter__BRA__7__KET____DOT__u_limiter__DOT__blanking_q,
    };
    const uint32_t looked_at = chip->top.rails_o & chip->top.overcurrent_i & root.payload_ctrl__DOT__fast_trip;
    for (int rail = 0; rail < 8; rail++)
        if ((looked_at >> rail & 1) && blanking[rail]) may_be(blanking[rail]);
    return due == UINT32_MAX ? 0 : due;
}

int chip_quiescent(const chip *chip) { return chip->is_quiescent(); }

void chip_uart_write(chip *chip, const uint8_t *data, size_t len) {
    chip->to_chip.insert(chip->to_chip.end(), data, data + len);
}

size_t chip_uart_read(chip *chip, uint8_t *data, size_t capacity) {
    const size_t count = std::min(capacity, chip->from_chip.size());
    std::copy_n(chip->from_chip.begin(), count, data);
    chip->from_chip.erase(chip->from_chip.begin(), chip->from_chip.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

void chip_set_adc(chip *chip, uint32_t channel, int32_t value) {
    const uint32_t rail = channel / 3 % 8, part = channel % 3;
    const int32_t above_zero = part == 2 ? value - kTemperatureOffset : value;
    chip->state.adcs[part].codes[rail] = Adc128s102::convert(above_zero, kLsb[part][rail]);
}

// No clock edge: lets quiescent_o fall.
void chip_set_power_good(chip *chip, uint32_t mask) {
    chip->top.power_good_i = mask & 0xFFu;
    chip->top.eval();
}

void chip_set_overcurrent(chip *chip, uint32_t mask) {
    chip->top.overcurrent_i = mask & 0xFFu;
    chip->top.eval();
}

void chip_set_bus_mv(chip *chip, uint32_t bus_mv) {
    chip->state.bus_mv = bus_mv;
    chip->compare_bus();
    chip->top.eval();
}

uint32_t chip_rails(const chip *chip) { return chip->top.rails_o; }

int chip_peek(const chip *chip, const char *name, uint64_t *value) {
    const auto &root = *chip->top.rootp;
    const struct {
        std::string_view name;
        uint64_t value;
    } signals[] = {
        {"state", root.payload_ctrl__DOT__u_power__DOT__u_sequencer__DOT__state_q},
        {"rails", chip->top.rails_o},
        {"caps_on", chip->top.cap_o},
        {"cap_duty0", root.payload_ctrl__DOT__cap_effective & 0x1FFu},
        {"cap_duty1", root.payload_ctrl__DOT__cap_effective >> 9},
        {"target", root.payload_ctrl__DOT__target},
        {"fault_cause", root.payload_ctrl__DOT__u_power__DOT__u_sequencer__DOT__cause_q},
        {"fault_rail", root.payload_ctrl__DOT__u_power__DOT__u_sequencer__DOT__fault_rail_q},
        {"locked_out", root.payload_ctrl__DOT__u_power__DOT__u_ledger__DOT__locked_out_o},
        {"under_voltage", root.payload_ctrl__DOT__u_power__DOT__u_under_voltage__DOT__locked_out_q},
        {"watchdog_age_ms", root.payload_ctrl__DOT__u_watchdog__DOT__age_q},
        {"watchdog_bitten", root.payload_ctrl__DOT__u_watchdog__DOT__bite_q},
        {"uptime_ms", root.payload_ctrl__DOT__uptime_ms_q},
        {"samples", root.payload_ctrl__DOT__u_meter__DOT__samples_o},
        {"energy_nj", root.payload_ctrl__DOT__u_energy__DOT__total_q},
    };
    for (const auto &signal : signals) {
        if (signal.name == name) {
            *value = signal.value;
            return 1;
        }
    }
    return 0;
}

size_t chip_save(chip *chip, uint8_t *data, size_t capacity) {
    MemorySave stream;
    const uint64_t counts[] = {sizeof(State), chip->to_chip.size(), chip->from_chip.size()};
    stream.write(counts, sizeof counts);
    stream.write(&chip->state, sizeof chip->state);
    stream.write(chip->to_chip.data(), chip->to_chip.size());
    stream.write(chip->from_chip.data(), chip->from_chip.size());
#if !VM_COVERAGE // Verilator can't do both
    stream << chip->top;
#endif
    const std::vector<uint8_t> saved = stream.take();
    if (saved.size() <= capacity) std::copy(saved.begin(), saved.end(), data);
    return saved.size();
}

int chip_restore(chip *chip, const uint8_t *data, size_t len) {
    // The model's own part has a fixed size, so the counts tell whether the whole is one of ours.
    const size_t fixed = chip_save(chip, nullptr, 0) - chip->to_chip.size() - chip->from_chip.size();
    uint64_t counts[3];
    if (len < fixed) return 0;
    std::memcpy(counts, data, sizeof counts);
    const uint64_t queued = len - fixed;
    if (counts[0] != sizeof(State) || counts[1] > queued || counts[2] != queued - counts[1]) return 0;
    MemoryRestore stream(data + sizeof counts, len - sizeof counts);
    stream.read(&chip->state, sizeof chip->state);
    chip->to_chip.resize(counts[1]);
    chip->from_chip.resize(counts[2]);
    stream.read(chip->to_chip.data(), counts[1]);
    stream.read(chip->from_chip.data(), counts[2]);
#if !VM_COVERAGE
    stream >> chip->top;
#endif
    return 1;
}

const char *chip_failure(const chip *chip) { return chip->failure.empty() ? nullptr : chip->failure.c_str(); }
}
