/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* min(max(value, 0), 32767) */
static inline int32_t dln_positive16(int32_t value)
{
    int32_t result;
    __asm__("usat %0, #15, %1" : "=r"(result) : "r"(value));
    return result;
}
