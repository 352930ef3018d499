/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "../../plain/kernels/product.c"
#include "matvec_dense.c"

/* Two bytes a halfword, any 16-bit x. */
DLN_KERNEL void dln_matvec_byte_pair(const uint32_t *weights, const int16_t *x,
                                     int32_t *y, uint32_t row_blocks,
                                     uint32_t column_pairs)
{
    dln_matvec_dense(weights, x, y, row_blocks, column_pairs, 0);
}
