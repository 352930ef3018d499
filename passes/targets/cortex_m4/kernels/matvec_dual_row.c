/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "../../plain/kernels/product.c"
#include "matvec_dense.c"

/* A halfword holds 256 * a + b for two rows, so one SMLAD gives
   256 * sum(a) + sum(b), and one on the low bytes sum(b) alone: exact because the
   compiler proved sum|a * x| < 2^23 for every row. */
DLN_KERNEL void dln_matvec_dual_row(const uint32_t *weights, const int16_t *x,
                                    int32_t *y, uint32_t row_blocks,
                                    uint32_t column_pairs)
{
    dln_matvec_dense(weights, x, y, row_blocks, column_pairs, 1);
}
