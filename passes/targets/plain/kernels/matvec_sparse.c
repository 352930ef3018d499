/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "product.c"
#include "add_rows.c"

/* y = W x, of which only the 2x2 blocks are kept that are not all zero. For
   every two rows `blocks` says how many, then the pair of columns of each;
   `weights` has a word a block. */
static inline void dln_matvec_sparse(const uint32_t *weights,
                                     const uint8_t *blocks, const int16_t *x,
                                     int32_t *y, uint32_t row_pairs,
                                     uint32_t borrow)
{
    do {
        uint32_t count, half;
        y[0] = y[1] = 0;
        for (count = *blocks++; count != 0u; --count) {
            const int16_t *const pair = &x[2u * *blocks++];
            for (half = 0; half < 2u; ++half) {
                dln_add_rows(y, *weights >> (16u * half), borrow, pair[half]);
            }
            ++weights;
        }
        y += 2;
    } while (--row_pairs != 0u);
}
