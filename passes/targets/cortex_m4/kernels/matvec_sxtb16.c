/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "dense_parts.c"

/* Bytes 1 and 3, each extended to 16 bits with its sign. */
DLN_INLINE uint32_t dln_high_bytes(uint32_t word)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
}

/* Two columns of four rows. */
DLN_INLINE const dln_word *dln_sxtb16_step(const dln_word *weights, uint32_t x,
                                           int32_t sum[4])
{
    uint32_t w0, w1;
    weights = dln_load2(weights, &w0, &w1);
    sum[0] = dln_smlad(dln_high_bytes(w0), x, sum[0]);
    sum[1] = dln_smlad(dln_low_bytes(w0), x, sum[1]);
    sum[2] = dln_smlad(dln_high_bytes(w1), x, sum[2]);
    sum[3] = dln_smlad(dln_low_bytes(w1), x, sum[3]);
    return weights;
}

/* y = W x for int8 weights, two bytes a halfword, any 16-bit x. */
DLN_KERNEL void dln_matvec_sxtb16(const uint32_t *weights, const int16_t *x,
                                  int32_t *y, uint32_t row_blocks,
                                  uint32_t column_pairs)
{
    const dln_word *w = (const dln_word *)weights;
    do {
        const dln_word *in = (const dln_word *)(const void *)x;
        const dln_word *const end = in + (column_pairs & ~UINT32_C(1));
        int32_t sum[4] = {0, 0, 0, 0};
        while (in != end) {
            uint32_t x0, x1;
            in = dln_load2(in, &x0, &x1);
            w = dln_sxtb16_step(w, x0, sum);
            w = dln_sxtb16_step(w, x1, sum);
        }
        if ((column_pairs & 1u) != 0u) {
            w = dln_sxtb16_step(w, *in, sum);
        }
        y[0] = sum[0];
        y[1] = sum[1];
        y[2] = sum[2];
        y[3] = sum[3];
        y += 4;
    } while (--row_blocks != 0u);
}
