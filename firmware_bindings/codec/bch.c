#include "codec.h"

#include <string.h>

enum { GENERATOR = 0x45, PARITY_BITS = 7, DATA_BITS = 56, CODEWORD_BITS = 63 };

/* Multiply a remainder by x, modulo the generator. */
static unsigned times_x(unsigned remainder) { return ((remainder << 1) & 0x7F) ^ (((remainder >> 6) & 1) * GENERATOR); }

/* The 7 parity bits of data[7], not inverted: data times x^7, modulo the generator. */
static unsigned parity_of(const uint8_t *data) {
    unsigned remainder = 0;
    for (unsigned i = 0; i < DATA_BITS; i++) {
        const unsigned bit = ((unsigned)data[i / 8] >> (7 - i % 8)) & 1;
        remainder = times_x(remainder ^ (bit << (PARITY_BITS - 1)));
    }
    return remainder;
}

void bch_encode(const uint8_t *data, size_t blocks, uint8_t *out) {
    for (; blocks > 0; blocks--, data += BCH_DATA_OCTETS, out += BCH_CODEBLOCK_OCTETS) {
        memcpy(out, data, BCH_DATA_OCTETS);
        out[BCH_DATA_OCTETS] = (uint8_t)((~parity_of(data) & 0x7F) << 1);
    }
}

/* Repair data[7] of a codeword with a single wrong bit, given its syndrome. False if no single bit explains it. */
static bool repair(uint8_t *data, unsigned syndrome) {
    unsigned power = 1; /* x^degree, the syndrome of a wrong bit there */
    for (unsigned degree = 0; degree < CODEWORD_BITS; degree++, power = times_x(power)) {
        if (power != syndrome) {
            continue;
        }
        if (degree >= PARITY_BITS) {
            const unsigned bit = CODEWORD_BITS - 1 - degree;
            data[bit / 8] = (uint8_t)(data[bit / 8] ^ (0x80u >> (bit % 8)));
        }
        return true;
    }
    return false;
}

size_t bch_decode(const uint8_t *in, size_t blocks, bool correct, uint8_t *out, size_t *corrected) {
    for (size_t done = 0; done < blocks; done++, in += BCH_CODEBLOCK_OCTETS, out += BCH_DATA_OCTETS) {
        const unsigned sent = ~((unsigned)in[BCH_DATA_OCTETS] >> 1) & 0x7F;
        const unsigned syndrome = parity_of(in) ^ sent;
        memcpy(out, in, BCH_DATA_OCTETS);
        if (syndrome != 0) {
            if (!correct || !repair(out, syndrome)) {
                return done;
            }
            (*corrected)++;
        }
    }
    return blocks;
}
