/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "product.c"
#include "add_rows.c"

/* y = W x for int8 weights. For every four rows and every two columns there are
   two words, of two rows each; a word has a halfword for each column. */
static inline void dln_matvec_dense(const uint32_t *weights, const int16_t *x,
                                    int32_t *y, uint32_t row_blocks,
                                    uint32_t column_pairs, uint32_t borrow)
{
    do {
        uint32_t pair, half;
        y[0] = y[1] = y[2] = y[3] = 0;
        for (pair = 0; pair < column_pairs; ++pair) {
            for (half = 0; half < 2u; ++half) {
                const int32_t value = x[2u * pair + half];
                dln_add_rows(&y[0], weights[0] >> (16u * half), borrow, value);
                dln_add_rows(&y[2], weights[1] >> (16u * half), borrow, value);
            }
            weights += 2;
        }
        y += 4;
    } while (--row_blocks != 0u);
}
