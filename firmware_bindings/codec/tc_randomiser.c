#include "codec.h"

/* The generator h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1 gives one bit from those before it. Over GF(2),
 * h(x)^8 = h(x^8), so the same recurrence holds between octets: eight bits a step. */
void tc_randomise(uint8_t *data, size_t len) {
    uint8_t next[8] = {0xFF, 0x39, 0x9E, 0x5A, 0x68, 0xE9, 0x06, 0xF5};
    for (size_t i = 0; i < len; i++) {
        uint8_t *const at = &next[i % 8];
        data[i] ^= *at;
        *at = (uint8_t)(next[i % 8] ^ next[(i + 1) % 8] ^ next[(i + 2) % 8] ^ next[(i + 3) % 8] ^ next[(i + 4) % 8] ^
                        next[(i + 6) % 8]);
    }
}
