/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The two checksums of the firmware: one that a host's script computes in one
 * line for the serial line, and one that is long enough for years in flash.
 */
#ifndef DLN_CHECKSUM_H
#define DLN_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** CRC-16/IBM-3740 ("CCITT-FALSE": polynomial 0x1021, start 0xffff) of `size`
 *  bytes; 0x29b1 of "123456789". Python: binascii.crc_hqx(data, 0xffff). */
uint16_t checksum_line(const char *text, uint32_t size);

/** What `checksum_word` starts from. */
#define CHECKSUM_START 0xffffffffu

/** CRC-32/JAMCRC (polynomial 0x04c11db7 reflected, not inverted at the end),
 *  continued by the four bytes of `word`, the lowest first. */
uint32_t checksum_word(uint32_t checksum, uint32_t word);

/** Finds the one wrong bit of `words` words and the checksum behind them.
 *  `difference`, not 0, is the checksum that is stated xor that of the words;
 *  it becomes the bit, and `word` the number of the word that has it, `words`
 *  for the checksum itself. False, and nonsense in both, when no single bit
 *  explains the difference. In up to 53 words, two or three wrong bits are
 * never taken for one. */
bool checksum_locate(uint32_t words, uint32_t *difference, uint32_t *word);

#ifdef __cplusplus
}
#endif

#endif /* DLN_CHECKSUM_H */
