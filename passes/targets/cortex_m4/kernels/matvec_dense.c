/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "inline.c"

/* Two neighbouring int16, or four packed weights, in one word. */
typedef uint32_t __attribute__((may_alias)) dln_word;

/* sum + low(a) * low(b) + high(a) * high(b), on signed halves. */
DLN_INLINE int32_t dln_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

/* Reads two words and steps over them. */
DLN_INLINE const dln_word *dln_load2(const dln_word *from, uint32_t *a,
                                     uint32_t *b)
{
    __asm__("ldrd %0, %1, [%2], #8"
            : "=&r"(*a), "=&r"(*b), "+r"(from)
            : "m"(from[0]), "m"(from[1]));
    return from;
}

/* Bytes 0 and 2, each extended to 16 bits with its sign. */
DLN_INLINE uint32_t dln_low_bytes(uint32_t word)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
}

/* Bytes 1 and 3, each extended to 16 bits with its sign. */
DLN_INLINE uint32_t dln_high_bytes(uint32_t word)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
}

/* Two columns of four rows, whose sums are of high and low bytes in turn; with
   dual rows the high ones are of whole halfwords. */
DLN_INLINE const dln_word *dln_dense_step(const dln_word *weights, uint32_t x,
                                          int32_t sum[4], int dual)
{
    uint32_t w0, w1;
    weights = dln_load2(weights, &w0, &w1);
    sum[0] = dln_smlad(dual ? w0 : dln_high_bytes(w0), x, sum[0]);
    sum[1] = dln_smlad(dln_low_bytes(w0), x, sum[1]);
    sum[2] = dln_smlad(dual ? w1 : dln_high_bytes(w1), x, sum[2]);
    sum[3] = dln_smlad(dln_low_bytes(w1), x, sum[3]);
    return weights;
}

/* (h - l) / 256: the sum of the row in the high bytes. C leaves shifts of
   negative numbers open; compilers see an exact division, and shift. */
DLN_INLINE int32_t dln_high_row(int32_t h, int32_t l)
{
    const uint32_t sum = ((uint32_t)h - (uint32_t)l) & ~UINT32_C(0xFF);
    return (int32_t)sum / 256;
}

/* y = W x for int8 weights; four rows a round keep every sum in a register, and
   read each x once for them. */
DLN_INLINE void dln_matvec_dense(const uint32_t *weights, const int16_t *x,
                                 int32_t *y, uint32_t row_blocks,
                                 uint32_t column_pairs, int dual)
{
    const dln_word *w = (const dln_word *)weights;
    do {
        const dln_word *in = (const dln_word *)(const void *)x;
        const dln_word *const end = in + (column_pairs & ~UINT32_C(1));
        int32_t sum[4] = {0, 0, 0, 0};
        while (in != end) {
            uint32_t x0, x1;
            in = dln_load2(in, &x0, &x1);
            w = dln_dense_step(w, x0, sum, dual);
            w = dln_dense_step(w, x1, sum, dual);
        }
        if ((column_pairs & 1u) != 0u) {
            w = dln_dense_step(w, *in, sum, dual);
        }
        y[0] = dual ? dln_high_row(sum[0], sum[1]) : sum[0];
        y[1] = sum[1];
        y[2] = dual ? dln_high_row(sum[2], sum[3]) : sum[2];
        y[3] = sum[3];
        y += 4;
    } while (--row_blocks != 0u);
}
