/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "multiply_high.c"

/* A table of 2^bits + 1 entries over all int16, linear in between. */
static inline int32_t dln_lookup(const int16_t *table, uint32_t bits,
                                 int32_t input)
{
    const uint32_t rest = 16u - bits;
    const uint32_t position = (uint32_t)input + 32768u;
    const int16_t *const entry = &table[position >> rest];
    const int32_t base = entry[0];
    const uint32_t fraction = position & ((UINT32_C(1) << rest) - 1u);
    const uint32_t per_rest = UINT32_C(1) << (32u - rest);
    return dln_multiply_high((entry[1] - base) * (int32_t)fraction,
                             (int32_t)per_rest, base);
}
