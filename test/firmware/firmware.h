/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the firmware programs share: lines of `name value` on the console, which
 * scripts read back, without the size of a C library's printf.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "runtime/board.h"

#include <stdint.h>

static inline void print_value(const char *name, int32_t value) {
  char text[12]; /* "-2147483648" and the end */
  char *at = text + sizeof text - 1;
  uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
  *at = '\0';
  do {
    *--at = (char)('0' + rest % 10u);
    rest /= 10u;
  } while (rest != 0u);
  if (value < 0)
    *--at = '-';
  board_print(name);
  board_print(" ");
  board_print(at);
  board_print("\n");
}

/** Says what went wrong and returns the status that main returns. */
static inline int fail(const char *reason) {
  board_print("error: ");
  board_print(reason);
  board_print("\n");
  return 1;
}

#endif /* FIRMWARE_H */
