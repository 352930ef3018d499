/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "runtime/ports/host/flash.h"

#include "runtime/device.h"

#include <string.h>

#define MAX_WRITES 2u /* nRF52840 Product Specification, n_WRITE */

_Static_assert(HOST_FLASH_PAGES >= DEVICE_FLASH_PAGES_MIN &&
                   HOST_FLASH_PAGE_WORDS >= DEVICE_FLASH_PAGE_WORDS_MIN,
               "the journal needs more");

const struct device_flash device_flash = {HOST_FLASH_PAGES,
                                          HOST_FLASH_PAGE_WORDS};
struct host_flash host_flash;
void (*host_flash_hook)(const struct host_flash_operation *operation);

static uint32_t next_random(void) { /* xorshift32 */
  uint32_t x = host_flash.random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return host_flash.random = x;
}

static int outside(uint32_t page, uint32_t word) {
  if (page < HOST_FLASH_PAGES && word < HOST_FLASH_PAGE_WORDS)
    return 0;
  ++host_flash.violations;
  return 1;
}

uint32_t device_flash_read(uint32_t page, uint32_t word) {
  if (outside(page, word))
    return 0;
  const uint32_t unstable = host_flash.unstable[page][word];
  if (unstable == 0u)
    return host_flash.words[page][word];
  return (host_flash.words[page][word] & ~unstable) |
         (next_random() & unstable);
}

void device_flash_write(uint32_t page, uint32_t word, uint32_t value) {
  const struct host_flash_operation operation = {0, page, word, value};
  if (outside(page, word))
    return;
  if (host_flash_hook)
    host_flash_hook(&operation);
  if (++host_flash.writes[page][word] > MAX_WRITES ||
      (value & ~host_flash.words[page][word] &
       ~host_flash.unstable[page][word]) != 0u)
    ++host_flash.violations;
  host_flash.words[page][word] &= value;
  host_flash.unstable[page][word] &= value;
}

void device_flash_erase(uint32_t page) {
  const struct host_flash_operation operation = {1, page, 0, 0};
  if (outside(page, 0))
    return;
  if (host_flash_hook)
    host_flash_hook(&operation);
  memset(host_flash.words[page], 0xff, sizeof host_flash.words[page]);
  memset(host_flash.unstable[page], 0, sizeof host_flash.unstable[page]);
  memset(host_flash.writes[page], 0, sizeof host_flash.writes[page]);
  ++host_flash.erases[page];
}

void host_flash_new(uint32_t seed) {
  memset(&host_flash, 0, sizeof host_flash);
  memset(host_flash.words, 0xff, sizeof host_flash.words);
  host_flash.random = seed | 1u;
}

/* How far the operation came: from few bits of some words that have become
 * unsteady to all changed but few. */
struct tear {
  uint32_t half_changed, all_changed; /* masks of all ones, or zero */
  uint32_t many_unsteady;
};

static struct tear choose_tear(void) {
  const uint32_t choice = next_random() >> 8;
  const struct tear tear = {0u - (choice >> 1 & 1u), 0u - (choice >> 2 & 1u),
                            0u - (choice & 1u)};
  return tear;
}

/* Of the bits of `changing`, which were to become those of `bits`. */
static void tear_bits(const struct tear *tear, uint32_t page, uint32_t word,
                      uint32_t changing, uint32_t bits) {
  const uint32_t half = next_random();
  const uint32_t eighth = half & next_random() & next_random();
  const uint32_t changed =
      changing & ((next_random() & tear->half_changed) | tear->all_changed);
  const uint32_t unsteady = changing & ((half & tear->many_unsteady) | eighth);
  host_flash.words[page][word] =
      (host_flash.words[page][word] & ~changed) | (bits & changed);
  host_flash.unstable[page][word] |= unsteady;
}

void host_flash_tear(const struct host_flash_operation *operation) {
  const uint32_t page = operation->page;
  const struct tear tear = choose_tear();
  if (operation->erase) {
    for (uint32_t word = 0; word < HOST_FLASH_PAGE_WORDS; ++word)
      tear_bits(&tear, page, word, ~host_flash.words[page][word], 0xffffffffu);
    ++host_flash.erases[page];
    return;
  }
  const uint32_t word = operation->word;
  ++host_flash.writes[page][word];
  tear_bits(&tear, page, word, host_flash.words[page][word] & ~operation->value,
            0);
}
