/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "product.c"

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
