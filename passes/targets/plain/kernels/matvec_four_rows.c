/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "product.c"

/* y = W x for int8 weights, any 16-bit x. Of every four rows the weights lie
   together column by column, so that what is read of x serves four. */
DLN_KERNEL void dln_matvec_four_rows(const int8_t *weights, const int16_t *x,
                                     int32_t *y, uint32_t row_blocks,
                                     uint32_t columns)
{
    const int16_t *const end = &x[columns];
    do {
        const int16_t *in = x;
        int32_t a = 0, b = 0, c = 0, d = 0;
        do {
            const int32_t value = *in++;
            a += weights[0] * value;
            b += weights[1] * value;
            c += weights[2] * value;
            d += weights[3] * value;
            weights += 4;
        } while (in != end);
        y[0] = a;
        y[1] = b;
        y[2] = c;
        y[3] = d;
        y += 4;
    } while (--row_blocks != 0u);
}
