/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdint.h>
#include "multiply_high.c"
#include "saturate16.c"

/* units[i] = values[i] / sqrt(epsilon + sum of all squares) in Q15; that sum is
   below 2^31 */
static void dln_unit_norm(const int16_t *values, int16_t *units, uint32_t size,
                          uint32_t epsilon)
{
    uint32_t squares = epsilon, root = 0, rest = UINT32_C(1) << 30;
    uint32_t bit, i;
    int32_t scale = 16384, reciprocal = 0;
    for (i = 0; i < size; ++i) {
        squares += (uint32_t)((int32_t)values[i] * values[i]);
    }
    for (; squares < (UINT32_C(1) << 28); squares *= 4u) {
        scale *= 2;
    }
    for (bit = UINT32_C(1) << 15; bit != 0; bit >>= 1) {
        if ((root + bit) * (root + bit) <= squares) {
            root += bit;
        }
    }
    /* 8 * floor(2^30 / root), without a division */
    for (bit = UINT32_C(1) << 16; bit != 0; bit >>= 1) {
        if (root * bit <= rest) {
            rest -= root * bit;
            reciprocal += (int32_t)(8u * bit);
        }
    }
    for (i = 0; i < size; ++i) {
        units[i] = (int16_t)dln_saturate16(
            dln_multiply_high(values[i] * scale, reciprocal, 0));
    }
}
