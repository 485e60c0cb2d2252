/* The codec as a board's firmware uses it: linked in, run once under the sanitizers. Exits with the line that failed. */
#include "codec.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) return __LINE__ & 0x7F;                                                                      \
    } while (0)

enum { BLOCKS = 147 };

int main(void) {
    /* On the heap, exactly as long as said, so that one octet too far is seen. */
    uint8_t *const data = malloc(BLOCKS * BCH_DATA_OCTETS);
    uint8_t *const back = malloc(BLOCKS * BCH_DATA_OCTETS);
    uint8_t *const coded = malloc(BLOCKS * BCH_CODEBLOCK_OCTETS);
    CHECK(data && back && coded);

    idle_fill fill;
    idle_fill_start(&fill);
    for (size_t len = 0; len < 2 * IDLE_FILL_OCTETS; len++) idle_fill_take(&fill, data, len);
    idle_fill_take(&fill, data, BLOCKS * BCH_DATA_OCTETS);

    bch_encode(data, BLOCKS, coded);
    size_t corrected = 0;
    CHECK(bch_decode(coded, BLOCKS, false, back, &corrected) == BLOCKS);
    CHECK(corrected == 0 && memcmp(data, back, BLOCKS * BCH_DATA_OCTETS) == 0);
    for (unsigned bit = 0; bit < 64 * BLOCKS; bit += 65) coded[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    CHECK(bch_decode(coded, BLOCKS, true, back, &corrected) == BLOCKS);
    CHECK(memcmp(data, back, BLOCKS * BCH_DATA_OCTETS) == 0);

    tc_randomise(back, BLOCKS * BCH_DATA_OCTETS);
    CHECK(memcmp(data, back, BLOCKS * BCH_DATA_OCTETS) != 0);
    tc_randomise(back, BLOCKS * BCH_DATA_OCTETS);
    CHECK(memcmp(data, back, BLOCKS * BCH_DATA_OCTETS) == 0);

    CHECK(crc16_update(CRC16_INIT, NULL, 0) == CRC16_INIT);
    CHECK(crc16_update(CRC16_INIT, (const uint8_t[]){0, 0}, 2) == 0x1D0F);
    CHECK(crc16_update(crc16_update(CRC16_INIT, data, 5), data + 5, 7) == crc16_update(CRC16_INIT, data, 12));

    free(data);
    free(back);
    free(coded);
    return 0;
}
