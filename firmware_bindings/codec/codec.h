/* The channel coding of CCSDS links, and the CRC of PUS packets: the same C on the ground, on the boards, under Python.
 *
 * No state but what the caller passes in, no allocation, no I/O. Multi-octet fields are big-endian.
 */
#ifndef SUNLIT_CODEC_H
#define SUNLIT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CODEC_API __attribute__((visibility("default")))
#else
#define CODEC_API
#endif

/* cffi: begin */

/* --- CRC-16 of frames (FECF) and packets ---------------------------------------------------------------------------
 *
 * Polynomial 0x1021, initial value 0xFFFF, no reflection, no final inversion; the CRC of data followed by its CRC is 0.
 * Detects every error burst of up to 16 bits; misses 1 in 65,536 of longer ones.
 */
#define CRC16_INIT 0xFFFF

/* Continue `crc` over `data`[`len`]; start with CRC16_INIT. `data` may be NULL when `len` is 0. */
CODEC_API uint16_t crc16_update(uint16_t crc, const uint8_t *data /* (len,) */, size_t len);

/* --- BCH(63,56), the code of telecommand codeblocks ----------------------------------------------------------------
 *
 * A codeblock is 7 octets of data, then one of parity: 7 bits, inverted, and a filler bit that is sent as 0 and never
 * read. Generator x^7 + x^6 + x^2 + 1, minimum distance 4: as a detector it sees up to 3 wrong bits in a codeblock; as
 * a corrector it repairs 1 and sees 2, but takes half of all noise for a codeblock, so the frame's own CRC must decide.
 * Ref: CCSDS 231.0-B-4.
 */
#define BCH_DATA_OCTETS 7
#define BCH_CODEBLOCK_OCTETS 8

/* Encode `data` into `out`; they may not overlap. */
CODEC_API void bch_encode(const uint8_t *data /* (blocks, 7) */, size_t blocks, uint8_t *out /* (blocks, 8) */);

/* Decode codeblocks into `out` up to the first that can't be: one with any wrong bit, or, where `correct`, with an even
 * number of them. Returns how many were decoded; adds to `*corrected` the repaired ones among them. `in` and `out` may
 * not overlap. */
CODEC_API size_t bch_decode(const uint8_t *in /* (blocks, 8) */, size_t blocks, bool correct,
                            uint8_t *out /* (blocks, 7) */, size_t *corrected);

/* --- Telecommand randomiser ----------------------------------------------------------------------------------------
 *
 * XOR `data` with the 255-bit sequence FF 39 9E 5A 68 …, from its start: applied twice, it is undone. Applied to frames
 * before BCH encoding, and after BCH decoding.
 */
CODEC_API void tc_randomise(uint8_t *data /* (len,) */, size_t len);

/* --- Fill of only-idle telemetry frames ----------------------------------------------------------------------------
 *
 * The 32-cell shift register with taps at cells 31, 21, 1 and 0, shifting left, read at cell 31, that starts
 * FF FF FF FF 6D B6 D8 61 45 1F …. It is started once and never reset, so that no two idle frames are alike.
 * Ref: CCSDS 132.0-B-3.
 */
#define IDLE_FILL_OCTETS 32

typedef struct {
    uint8_t next[IDLE_FILL_OCTETS]; /* the octets that come next */
} idle_fill;

CODEC_API void idle_fill_start(idle_fill *fill);

/* The next `len` octets of the sequence into `out`. */
CODEC_API void idle_fill_take(idle_fill *fill, uint8_t *out /* (len,) */, size_t len);

/* cffi: end */

#endif
