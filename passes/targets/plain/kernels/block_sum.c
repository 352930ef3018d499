/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>

/* sums[b] = sum of the b-th run of `size` values */
static void dln_block_sum(const int16_t *values, int32_t *sums, uint32_t blocks,
                          uint32_t size)
{
    uint32_t b;
    for (b = 0; b < blocks; ++b) {
        int32_t sum = 0;
        uint32_t i;
        for (i = 0; i < size; ++i) {
            sum += *values++;
        }
        sums[b] = sum;
    }
}
