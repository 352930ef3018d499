/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "add_rows.c"

/* y = W x in the order of straight kernels: for every four rows `blocks` says how
   many 2x2 blocks of them are kept, then for each the first of its columns, plus
   1 for the lower two rows. */
static inline void dln_matvec_blocks(const uint32_t *weights,
                                     const uint8_t *blocks, const int16_t *x,
                                     int32_t *y, uint32_t row_blocks,
                                     uint32_t borrow)
{
    do {
        uint32_t count, half;
        y[0] = y[1] = y[2] = y[3] = 0;
        for (count = *blocks++; count != 0u; --count) {
            const uint32_t place = *blocks++;
            const int16_t *const pair = &x[place & ~UINT32_C(1)];
            int32_t *const sums = &y[2u * (place & 1u)];
            for (half = 0; half < 2u; ++half) {
                dln_add_rows(sums, *weights >> (16u * half), borrow, pair[half]);
            }
            ++weights;
        }
        y += 4;
    } while (--row_blocks != 0u);
}
