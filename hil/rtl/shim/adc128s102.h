// An ADC128S102 at its pins: eight channels, 12 bits, one conversion in every 16 clocks of SCLK.
//
// While CS is low each falling edge of SCLK shifts out one bit: 4 zeros, then the conversion, most significant bit first.
// The channel is held with the 4th falling edge. DIN is taken with the rising edges; the 3rd to the 5th bit of a frame are
// the address of the next channel to be converted. The first conversion is of channel 0.
// Ref: data sheets SNAS825A, 7.3.1 (transfer function), and SNAS333D, serial interface.

#ifndef SUNLIT_ADC128S102_H
#define SUNLIT_ADC128S102_H

#include <cstdint>

struct Adc128s102 {
    static constexpr uint32_t kMaxCode = 4095;

    uint16_t codes[8] = {}; // what stands at the inputs
    uint16_t held = 0;
    uint8_t bit = 0; // of the frame: falling edges so far
    uint8_t address = 0;
    uint8_t next_address = 0;
    bool sclk = true;
    bool is_selected = false;
    bool dout = false;

    // The nearest code for `value` above the zero of the scale, `lsb` to the code.
    static uint16_t convert(int32_t value, int32_t lsb) {
        if (value <= 0) return 0;
        const uint32_t code = (2 * static_cast<uint32_t>(value) + lsb) / (2 * static_cast<uint32_t>(lsb));
        return static_cast<uint16_t>(code < kMaxCode ? code : kMaxCode);
    }

    // The levels after a clock of the master.
    void see(bool cs_n, bool sclk_now, bool din) {
        const bool falls = sclk && !sclk_now, rises = !sclk && sclk_now;
        if (cs_n) {
            is_selected = false;
        } else {
            if (!is_selected) bit = 0;
            is_selected = true;
            if (falls) fall();
            if (rises && bit >= 3 && bit <= 5) next_address = static_cast<uint8_t>((next_address << 1 | din) & 7);
        }
        sclk = sclk_now;
    }

  private:
    void fall() {
        if (bit == 16) {
            bit = 0;
            address = next_address;
        }
        bit++;
        if (bit == 4) held = codes[address];
        dout = bit > 4 && (held >> (16 - bit) & 1);
    }
};

#endif
