/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "matvec_sparse.c"

/* Sparse; a halfword is two bytes. */
DLN_KERNEL void dln_matvec_byte_pair_sparse(const uint32_t *weights,
                                            const uint8_t *blocks,
                                            const int16_t *x, int32_t *y,
                                            uint32_t row_pairs)
{
    dln_matvec_sparse(weights, blocks, x, y, row_pairs, 0u);
}
