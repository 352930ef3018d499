/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "dense_parts.c"

/* Two columns of four rows. */
DLN_INLINE const dln_word *dln_dual_row_step(const dln_word *weights, uint32_t x,
                                             int32_t h[2], int32_t l[2])
{
    uint32_t w0, w1;
    weights = dln_load2(weights, &w0, &w1);
    h[0] = dln_smlad(w0, x, h[0]);
    l[0] = dln_smlad(dln_low_bytes(w0), x, l[0]);
    h[1] = dln_smlad(w1, x, h[1]);
    l[1] = dln_smlad(dln_low_bytes(w1), x, l[1]);
    return weights;
}

/* (h - l) / 256: the sum of the row in the high bytes. C leaves shifts of
   negative numbers open; compilers see an exact division, and shift. */
DLN_INLINE int32_t dln_high_row(int32_t h, int32_t l)
{
    const uint32_t sum = ((uint32_t)h - (uint32_t)l) & ~UINT32_C(0xFF);
    return (int32_t)sum / 256;
}

/* y = W x for int8 weights. A halfword holds 256 * a + b for two rows, so one
   SMLAD gives 256 * sum(a) + sum(b), and one on the low bytes sum(b) alone:
   exact because the compiler proved sum|a * x| < 2^23 for every row. */
DLN_KERNEL void dln_matvec_dual_row(const uint32_t *weights, const int16_t *x,
                                    int32_t *y, uint32_t row_blocks,
                                    uint32_t column_pairs)
{
    const dln_word *w = (const dln_word *)weights;
    do {
        const dln_word *in = (const dln_word *)(const void *)x;
        const dln_word *const end = in + (column_pairs & ~UINT32_C(1));
        int32_t h[2] = {0, 0}, l[2] = {0, 0};
        while (in != end) {
            uint32_t x0, x1;
            in = dln_load2(in, &x0, &x1);
            w = dln_dual_row_step(w, x0, h, l);
            w = dln_dual_row_step(w, x1, h, l);
        }
        if ((column_pairs & 1u) != 0u) {
            w = dln_dual_row_step(w, *in, h, l);
        }
        y[0] = dln_high_row(h[0], l[0]);
        y[1] = l[0];
        y[2] = dln_high_row(h[1], l[1]);
        y[3] = l[1];
        y += 4;
    } while (--row_blocks != 0u);
}
