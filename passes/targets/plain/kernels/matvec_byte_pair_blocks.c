/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "matvec_blocks.c"

/* In the order of straight kernels; a halfword is two bytes. */
static void dln_matvec_byte_pair_blocks(const uint32_t *weights,
                                        const uint8_t *blocks,
                                        const int16_t *x, int32_t *y,
                                        uint32_t row_blocks)
{
    dln_matvec_blocks(weights, blocks, x, y, row_blocks, 0u);
}
