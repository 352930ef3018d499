/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Four bits at a time: a table of 16 entries instead of 256 costs time that
 * nobody waits for.
 */
#include "runtime/monitor/checksum.h"

uint16_t checksum_line(const char *text, uint32_t size) {
  uint32_t checksum = 0xffffu;
  for (uint32_t i = 0; i < size; ++i) {
    checksum ^= (uint32_t)(uint8_t)text[i] << 8;
    for (uint32_t bit = 0; bit < 8u; ++bit)
      checksum = checksum << 1 ^ ((checksum & 0x8000u) != 0u ? 0x1021u : 0u);
  }
  return (uint16_t)checksum;
}

#define POLYNOMIAL 0xedb88320u

uint32_t checksum_word(uint32_t checksum, uint32_t word) {
  static const uint32_t table[16] = {
      0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
      0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
      0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  checksum ^= word;
  for (uint32_t nibble = 0; nibble < 8u; ++nibble)
    checksum = checksum >> 4 ^ table[checksum & 15u];
  return checksum;
}

/* Flipping a bit of a word changes the checksum by that bit, shifted through
 * all that follows; so the difference is shifted back, word by word, until it
 * is a single bit. */
bool checksum_locate(uint32_t words, uint32_t *difference, uint32_t *word) {
  *word = words;
  while ((*difference & (*difference - 1u)) != 0u) {
    if (*word == 0u)
      return false;
    --*word;
    for (uint32_t bit = 0; bit < 32u; ++bit) {
      const bool carried = (*difference & 0x80000000u) != 0u;
      *difference =
          carried ? (*difference ^ POLYNOMIAL) << 1 | 1u : *difference << 1;
    }
  }
  return true;
}
