#include "codec.h"

uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        /* Eight steps of the register at once: x is the octet that falls out, folded back through the polynomial. */
        uint32_t x = (uint32_t)(crc >> 8) ^ data[i];
        x ^= x >> 4;
        crc = (uint16_t)(((uint32_t)crc << 8) ^ (x << 12) ^ (x << 5) ^ x);
    }
    return crc;
}
