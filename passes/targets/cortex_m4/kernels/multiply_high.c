/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* sum + floor(value * multiplier / 2^32 + 1/2) */
static inline int32_t dln_multiply_high(int32_t value, int32_t multiplier,
                                        int32_t sum)
{
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3"
            : "=r"(result)
            : "r"(value), "r"(multiplier), "r"(sum));
    return result;
}
