/* The channel coding of CCSDS links, and the CRC of PUS packets: the same C on the ground, on the boards, under Python.
 *
 * No state but what the caller passes in, no allocation, no I/O. Multi-octet fields are big-endian.
 */
#ifndef SUNLIT_CODEC_H
#define SUNLIT_CODEC_H

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

/* cffi: end */

#endif
