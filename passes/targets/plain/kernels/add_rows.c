/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "s8.c"

/* Adds to the sums of rows a and b what a column gives. Where its halfword is
   256 * a + b, a lost 1 to a negative b: `borrow` is all ones. Where it is two
   bytes, `borrow` is 0. */
static inline void dln_add_rows(int32_t *sums, uint32_t halfword,
                                uint32_t borrow, int32_t x)
{
    const int32_t b = dln_s8(halfword);
    sums[0] += dln_s8((halfword - ((uint32_t)b & borrow)) >> 8) * x;
    sums[1] += b * x;
}
