/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * All that soh_monitor asks of a board: a serial line, time, a watchdog and a
 * little flash. A port implements these functions; everything above them is
 * portable, and the same source runs on a board, on a simulated one and on a
 * host. Nothing here is called from an interrupt, and nothing blocks for longer
 * than its comment says.
 */
#ifndef DLN_DEVICE_H
#define DLN_DEVICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Starts clocks, serial line, time and watchdog. The first call of all. */
void device_start(void);

/** What `device_receive` returns when it has no byte. */
enum {
  DEVICE_NO_BYTE = -1, /* nothing has arrived */
  DEVICE_LOST = -2     /* bytes before the next one were lost or damaged */
};

/** The next byte from the serial line, 0 to 255, or one of the above. */
int32_t device_receive(void);

/** The longest text that `device_send` takes, in bytes. */
#define DEVICE_SEND_MAX 192u

/** Sends `size` bytes, at most DEVICE_SEND_MAX. Waits until what was sent
 *  before has left, and returns while this is leaving; `text` is free again. */
void device_send(const char *text, uint32_t size);

/** A free-running counter of processor cycles, modulo 2^32. */
uint32_t device_cycles(void);

/** The whole microseconds that `cycles` of `device_cycles` take. */
uint32_t device_microseconds(uint32_t cycles);

/** Seconds since `device_start`. To be called at least once in ten days. */
uint32_t device_seconds(void);

/** Tells the watchdog that the program runs. Without it for DEVICE_PATIENCE
 *  seconds the board is reset. */
void device_kick(void);

#define DEVICE_PATIENCE 8u

/** Called when there is nothing to do but to wait for a byte. */
void device_idle(void);

/** Why the board started. */
enum device_reset {
  DEVICE_RESET_POWER,    /* power came, or returned */
  DEVICE_RESET_PIN,      /* the button */
  DEVICE_RESET_WATCHDOG, /* the program hung */
  DEVICE_RESET_SOFT,     /* asked for by a program or a debugger */
  DEVICE_RESET_LOCKUP,   /* a fault while a fault was handled */
  DEVICE_RESET_FAULT     /* a fault: `device_fault_address` says where */
};

/** Why the board started; the same answer until it starts again. */
enum device_reset device_reset_reason(void);

/** The instruction that faulted when the reason is DEVICE_RESET_FAULT, or 0. */
uint32_t device_fault_address(void);

/** What the journal needs at least. Pages: the slot that stands, the one before
 *  it, and two that starts may leave torn, one after the other. Words of a
 * page: the snapshot, the record that says that it stands, one more, and that
 * of its end. */
#define DEVICE_FLASH_PAGES_MIN 4u
#define DEVICE_FLASH_PAGE_WORDS_MIN 74u

/** The flash that the program may use for itself: `pages` pages of `page_words`
 *  words of 32 bits, numbered from 0; pages are erased one by one, and written
 *  word by word. */
struct device_flash {
  uint32_t pages;
  uint32_t page_words;
};

extern const struct device_flash device_flash;

/** Reads one word. */
uint32_t device_flash_read(uint32_t page, uint32_t word);

/** Clears those bits of a word that are 0 in `value`. A word that was not
 *  erased since it was written last must not be written. Does not check that it
 *  took; 41 us on the nRF52840. */
void device_flash_write(uint32_t page, uint32_t word, uint32_t value);

/** Sets all bits of a page; 85 ms on the nRF52840. */
void device_flash_erase(uint32_t page);

#ifdef __cplusplus
}
#endif

#endif /* DLN_DEVICE_H */
