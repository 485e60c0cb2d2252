#include "codec.h"

#include <string.h>

/* The register's characteristic polynomial p(x) = x^32 + x^31 + x^30 + x^10 + 1 gives one bit from the 32 before it.
 * Over GF(2), p(x)^8 = p(x^8), so the same recurrence holds between octets: eight bits a step, from the 32 octets
 * before them. */

void idle_fill_start(idle_fill *fill) {
    static const uint8_t first[IDLE_FILL_OCTETS] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0x6D, 0xB6, 0xD8, 0x61, 0x45, 0x1F, 0x11, 0xF1, 0x97, 0x16, 0x72, 0x3C,
        0xBE, 0x7E, 0x00, 0xB1, 0xDE, 0x90, 0xB2, 0x62, 0x10, 0x7A, 0xF8, 0x34, 0x94, 0xCE, 0xE3, 0x32,
    };
    memcpy(fill->next, first, sizeof first);
}

void idle_fill_take(idle_fill *fill, uint8_t *out, size_t len) {
    uint8_t *const next = fill->next;
    while (len > 0) {
        const size_t count = len < IDLE_FILL_OCTETS ? len : IDLE_FILL_OCTETS;
        memcpy(out, next, count);
        out += count;
        len -= count;

        uint8_t following[2 * IDLE_FILL_OCTETS];
        memcpy(following, next, IDLE_FILL_OCTETS);
        for (size_t i = 0; i < count; i++) {
            following[i + 32] = (uint8_t)(following[i] ^ following[i + 10] ^ following[i + 30] ^ following[i + 31]);
        }
        memcpy(next, following + count, IDLE_FILL_OCTETS);
    }
}
