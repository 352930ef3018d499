/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Arm semihosting: the emulator, or a debugger, does a program's input and
 * output. Numbers and argument blocks are those of Arm's "Semihosting for
 * AArch32 and AArch64".
 */
#ifndef DLN_SEMIHOST_H
#define DLN_SEMIHOST_H

#include <stdint.h>

enum {
  SEMIHOST_OPEN = 0x01,
  SEMIHOST_CLOSE = 0x02,
  SEMIHOST_WRITE0 = 0x04,
  SEMIHOST_WRITE = 0x05,
  SEMIHOST_READ = 0x06,
  SEMIHOST_GET_CMDLINE = 0x15,
  SEMIHOST_EXIT_EXTENDED = 0x20
};

/* SYS_OPEN's numbers of the C library's modes "rb" and "wb". */
enum { SEMIHOST_MODE_RB = 1, SEMIHOST_MODE_WB = 5 };

/** Asks the host for `operation`; `argument` is a block of words, or text. */
int32_t semihost_call(uint32_t operation, const void *argument);

/** Ends the emulator with `status`. */
_Noreturn void semihost_exit(uint32_t status);

#endif /* DLN_SEMIHOST_H */
