/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The last eight pages of the nRF52840's flash, by its NVMC. The CPU runs from
 * the same flash, so it stands still meanwhile; DMA into RAM goes on.
 */
#include "nrf52840.h"
#include "runtime/device.h"

#define PAGES 8u
#define PAGE_WORDS 1024u

_Static_assert(PAGES >= DEVICE_FLASH_PAGES_MIN &&
                   PAGE_WORDS >= DEVICE_FLASH_PAGE_WORDS_MIN,
               "the journal needs more");

extern volatile uint32_t dln_journal[]; /* nano33ble.ld */

const struct device_flash device_flash = {PAGES, PAGE_WORDS};

static void set_mode(uint32_t mode) {
  while ((NVMC_READY & 1u) == 0u) {
  }
  NVMC_CONFIG = mode;
  __asm__ volatile("dsb\n isb" ::: "memory");
}

uint32_t device_flash_read(uint32_t page, uint32_t word) {
  return dln_journal[page * PAGE_WORDS + word];
}

void device_flash_write(uint32_t page, uint32_t word, uint32_t value) {
  set_mode(NVMC_CONFIG_WRITE);
  dln_journal[page * PAGE_WORDS + word] = value;
  set_mode(NVMC_CONFIG_READ);
}

void device_flash_erase(uint32_t page) {
  set_mode(NVMC_CONFIG_ERASE);
  NVMC_ERASEPAGE = (uint32_t)&dln_journal[page * PAGE_WORDS];
  set_mode(NVMC_CONFIG_READ);
}
