/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "inline.c"

/* Writes two words and steps over them. */
DLN_INLINE int32_t *dln_store2(int32_t *to, int32_t a, int32_t b)
{
    __asm__ volatile("strd %1, %2, [%0], #8"
                     : "+r"(to)
                     : "r"(a), "r"(b)
                     : "memory");
    return to;
}
