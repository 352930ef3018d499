/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* sum + floor(value * multiplier / 2^32 + 1/2) */
static inline int32_t dln_multiply_high(int32_t value, int32_t multiplier,
                                        int32_t sum)
{
#if defined(__thumb__) && !defined(__thumb2__)
    /* A Cortex-M0 has no product of 64 bits, and would call a library. */
    const uint32_t a = (uint32_t)value, b = (uint32_t)multiplier;
    const uint32_t a0 = a & 0xFFFFu, a1 = a >> 16, b0 = b & 0xFFFFu, b1 = b >> 16;
    const uint32_t low = ((a0 * b0) >> 16) + a1 * b0;
    const uint32_t middle = (low & 0xFFFFu) + a0 * b1;
    const uint32_t high = a1 * b1 + (low >> 16) + (middle >> 16) + ((middle >> 15) & 1u);
    const uint32_t signs = (value < 0 ? b : 0u) + (multiplier < 0 ? a : 0u);
    const uint32_t rounded = high - signs;
    return sum + (int32_t)rounded;
#else
    const int64_t product = (int64_t)value * multiplier;
    const uint64_t rounded = (uint64_t)product + 0x80000000u;
    const uint32_t high = (uint32_t)(rounded >> 32);
    return sum + (int32_t)high;
#endif
}
