/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "../../plain/kernels/product.c"
#include "store2.c"

/* y = W x, of which only the 2x2 blocks are kept that are not all zero. For
   every two rows `blocks` says how many, then the pair of columns of each;
   `weights` has a word a block, as for dln_matvec_dual_row. The blocks go
   by pairs, a pair being 22 halfwords of code, four pairs a round. The first
   round starts where count modulo 8 wants it; a single block stands before. */
DLN_KERNEL void dln_matvec_dual_row_sparse(const uint32_t *weights,
                                           const uint8_t *blocks,
                                           const int16_t *x, int32_t *y,
                                           uint32_t row_pairs)
{
    do {
        uint32_t count, w0, w1, x0, x1;
        int32_t h, l;
        __asm__ volatile(
            "    ldrb   %[count], [%[blocks]], #1\n"
            "    movs   %[h], #0\n"
            "    movs   %[l], #0\n"
            "    and    %[w1], %[count], #7\n"
            "    tbb    [pc, %[w1]]\n"
            "2:  .byte  (6f-2b)/2, (3f-2b)/2, (6f-2b)/2-22, (3f-2b)/2\n"
            "    .byte  (6f-2b)/2-44, (3f-2b)/2, (6f-2b)/2-66, (3f-2b)/2\n"
            "3:  ldrb   %[x0], [%[blocks]], #1\n"
            "    ldr    %[w0], [%[weights]], #4\n"
            "    ldr    %[x0], [%[x], %[x0], lsl #2]\n"
            "    smlad  %[h], %[w0], %[x0], %[h]\n"
            "    sxtb16 %[w0], %[w0]\n"
            "    smlad  %[l], %[w0], %[x0], %[l]\n"
            "    tbb    [pc, %[w1]]\n"
            "4:  .byte  0, (6f-4b)/2, 0, (6f-4b)/2-22\n"
            "    .byte  0, (6f-4b)/2-44, 0, (6f-4b)/2-66\n"
            "5:  .rept  4\n"
            "    ldrd   %[w0], %[w1], [%[weights]], #8\n"
            "    ldrb   %[x0], [%[blocks]], #1\n"
            "    ldrb   %[x1], [%[blocks]], #1\n"
            "    ldr    %[x0], [%[x], %[x0], lsl #2]\n"
            "    ldr    %[x1], [%[x], %[x1], lsl #2]\n"
            "    smlad  %[h], %[w0], %[x0], %[h]\n"
            "    sxtb16 %[w0], %[w0]\n"
            "    smlad  %[l], %[w0], %[x0], %[l]\n"
            "    smlad  %[h], %[w1], %[x1], %[h]\n"
            "    sxtb16 %[w1], %[w1]\n"
            "    smlad  %[l], %[w1], %[x1], %[l]\n"
            "    .endr\n"
            "6:  subs   %[count], %[count], #8\n"
            "    bhs    5b\n"
            "    subs   %[h], %[h], %[l]\n"
            "    asrs   %[h], %[h], #8\n"
            : [weights] "+r"(weights), [blocks] "+r"(blocks), [count] "=&r"(count),
              [w0] "=&r"(w0), [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1),
              [h] "=&r"(h), [l] "=&r"(l)
            : [x] "r"(x)
            : "cc", "memory");
        y = dln_store2(y, h, l);
    } while (--row_pairs != 0u);
}
