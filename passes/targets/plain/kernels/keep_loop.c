/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "assembler.c"

/* Stands in loops for which compilers would call memset or memmove, which a
   program may not have. It is no instruction. */
#if DLN_ASSEMBLER
static inline __attribute__((always_inline)) void dln_keep_loop(void)
{
    __asm__ volatile("" : : : "memory");
}
#else
static inline void dln_keep_loop(void) {}
#endif
