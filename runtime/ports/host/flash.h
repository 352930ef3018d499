/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The device's flash on a host, with the rules of the nRF52840's: a write only
 * clears bits, a word is written at most twice between two erases, an erase
 * sets a page. Power may go in the middle of either. What that leaves the chip
 * does not define. Here it came any way: each bit that was to change has
 * changed, has not, or reads differently every time until it is erased or
 * cleared again.
 */
#ifndef DLN_HOST_FLASH_H
#define DLN_HOST_FLASH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOST_FLASH_PAGES 8u
#define HOST_FLASH_PAGE_WORDS 1024u

/** All of a flash; may be copied to be restored. */
struct host_flash {
  uint32_t words[HOST_FLASH_PAGES][HOST_FLASH_PAGE_WORDS];
  uint32_t unstable[HOST_FLASH_PAGES][HOST_FLASH_PAGE_WORDS]; /* such bits */
  uint8_t writes[HOST_FLASH_PAGES][HOST_FLASH_PAGE_WORDS];    /* since erased */
  uint32_t erases[HOST_FLASH_PAGES];                          /* in its life */
  uint32_t violations; /* accesses against the rules or outside */
  uint32_t random;     /* what unstable bits read from */
};

/** The flash that the device_flash functions work on. */
extern struct host_flash host_flash;

/** A write (`erase` is 0) or an erase. */
struct host_flash_operation {
  int erase;
  uint32_t page, word, value;
};

/** Called before each operation, when it is not null, and may change
 *  `host_flash`; the operation is done after it returns. */
extern void (*host_flash_hook)(const struct host_flash_operation *operation);

/** A flash as it leaves the factory, erased. */
void host_flash_new(uint32_t seed);

/** What remains of `operation` when power goes while it is done. */
void host_flash_tear(const struct host_flash_operation *operation);

#ifdef __cplusplus
}
#endif

#endif /* DLN_HOST_FLASH_H */
