/* The Verilated payload controller as a C object: what Python sees of it.
 *
 * Time is counted in clocks of 1.152 MHz, CHIP_CLOCKS_PER_MS to the millisecond. tick_1ms_i is high in one clock of each,
 * CHIP_SETTLE_CLOCKS before its end, so that what a tick caused has happened when the millisecond is over. At the serial
 * line the shim is the other end: octets go in and out at 115,200 baud.
 *
 * A chip belongs to one thread at a time. When an assertion in the RTL fails, the chip stops for good: run and tick
 * return early and chip_failure says where; nothing else reports it.
 */
#ifndef SUNLIT_CHIP_H
#define SUNLIT_CHIP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* cffi: begin */
#define CHIP_CLOCKS_PER_MS 1152
#define CHIP_SETTLE_CLOCKS 16

/* What run and tick can stop at. */
#define CHIP_STOP_BYTE 1      /* the chip has sent an octet */
#define CHIP_STOP_RAILS 2     /* a load switch has moved */
#define CHIP_STOP_IRQ 4       /* the interrupt has risen */
#define CHIP_STOP_QUIESCENT 8 /* nothing changes before the next tick or input */

typedef struct chip chip;

/* A chip out of reset at clock 0; NULL without memory. */
chip *chip_new(void);
void chip_free(chip *chip);

/* Back to clock 0 and out of reset; the octets on and before the serial line are gone, the inputs stay. */
void chip_reset(chip *chip);

/* The reset pin low for some clocks: what does not survive it begins anew. */
void chip_external_reset(chip *chip);

/* Run at most `max_cycles` clocks, fewer if something in `stop_mask` happens. Returns the clocks done. */
uint64_t chip_run(chip *chip, uint64_t max_cycles, uint32_t stop_mask);

/* Let at most `n` ms pass, leaving out the clocks in which a quiescent chip does nothing. Returns the ms done, fewer than
 * `n` if something in `stop_mask` happened in the last of them. */
uint32_t chip_tick(chip *chip, uint32_t n, uint32_t stop_mask);

/* Clocks since reset, those left out included. */
uint64_t chip_cycles(const chip *chip);

/* Ticks to the next one that does more than count; 0 if there is none before an input changes. */
uint32_t chip_due_ms(const chip *chip);

/* Nothing changes before the next tick or the next input. */
int chip_quiescent(const chip *chip);

/* Octets for the serial line, sent one after the other. */
void chip_uart_write(chip *chip, const uint8_t *data /* (len,) */, size_t len);

/* At most `capacity` octets that the chip has sent. Returns how many. */
size_t chip_uart_read(chip *chip, uint8_t *data /* (capacity,) */, size_t capacity);

/* Analogue input `channel` 0 to 23: 3r the voltage of rail r in mV, 3r + 1 its current in mA, 3r + 2 its temperature in
 * hundredths of a degree Celsius; each is 0 until it is set. What lies beyond the converters' range is converted to its
 * end. */
void chip_set_adc(chip *chip, uint32_t channel, int32_t value);

/* Power-good inputs, bit r for rail r. */
void chip_set_power_good(chip *chip, uint32_t mask);

/* Comparators that see too much current, bit r for rail r. */
void chip_set_overcurrent(chip *chip, uint32_t mask);

/* The bus that feeds the rails, in mV; 8,000 until it is set. */
void chip_set_bus_mv(chip *chip, uint32_t bus_mv);

/* Load switches driven on, bit r for rail r. */
uint32_t chip_rails(const chip *chip);

/* Look at a signal by name. Returns 1, or 0 for a name that the shim doesn't know. */
int chip_peek(const chip *chip, const char *name, uint64_t *value);

/* The whole state into `data`, if it fits. Returns its size in octets, which is the same for every call until octets on the
 * serial line differ. */
size_t chip_save(chip *chip, uint8_t *data /* (capacity,) */, size_t capacity);

/* Back to a state that chip_save of the same build wrote. Returns 1, or 0 if it is none. */
int chip_restore(chip *chip, const uint8_t *data /* (len,) */, size_t len);

/* Which assertion failed, as file:line; NULL if none did. */
const char *chip_failure(const chip *chip);
/* cffi: end */

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
