/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The one instruction that semihosting is on a Cortex-M: a breakpoint with a
 * number that the host knows.
 */
#include "semihost.h"

int32_t semihost_call(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (int32_t)r0;
}

_Noreturn void semihost_exit(uint32_t status) {
  /* ADP_Stopped_ApplicationExit: the only reason that carries a status. */
  const uint32_t block[2] = {0x20026u, status};
  for (;;)
    (void)semihost_call(SEMIHOST_EXIT_EXTENDED, block);
}
