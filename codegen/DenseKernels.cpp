// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why these forms: dual-row products need one extraction for two
// multiplications; four rows a block keep every accumulator in a register and
// read each input once a block.
#include "codegen/KernelTexts.h"

using namespace dlnet::codegen;

namespace {

constexpr const char *kProduct = R"c(
/* The smallest code and the fastest are the same here, so -Os may not choose. */
#define DLN_INLINE static inline __attribute__((always_inline))
/* One function for all callers, so that a product costs what is stated. */
#if (__GNUC__ >= 8) && !defined(__clang__)
#define DLN_KERNEL static __attribute__((noipa))
#else
#define DLN_KERNEL static __attribute__((noinline))
#endif
)c";

constexpr const char *kDenseParts = R"c(
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
)c";

constexpr const char *kDualRow = R"c(
#if DLN_DSP
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
#endif

/* y = W x for int8 weights. A halfword holds 256 * a + b for two rows, so one
   SMLAD gives 256 * sum(a) + sum(b), and one on the low bytes sum(b) alone:
   exact because the compiler proved sum|a * x| < 2^23 for every row. */
DLN_KERNEL void dln_matvec_dual_row(const uint32_t *weights, const int16_t *x,
                                    int32_t *y, uint32_t row_blocks,
                                    uint32_t column_pairs)
{
#if DLN_DSP
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
#else
    do {
        uint32_t pair, half;
        y[0] = y[1] = y[2] = y[3] = 0;
        for (pair = 0; pair < column_pairs; ++pair) {
            for (half = 0; half < 2u; ++half) {
                const int32_t value = x[2u * pair + half];
                const uint32_t w0 = weights[0] >> (16u * half);
                const uint32_t w1 = weights[1] >> (16u * half);
                const int32_t b0 = dln_s8(w0), b1 = dln_s8(w1);
                /* The sum borrowed from row a when b was negative. */
                y[0] += dln_s8((w0 - (uint32_t)b0) >> 8) * value;
                y[1] += b0 * value;
                y[2] += dln_s8((w1 - (uint32_t)b1) >> 8) * value;
                y[3] += b1 * value;
            }
            weights += 2;
        }
        y += 4;
    } while (--row_blocks != 0u);
#endif
}
)c";

constexpr const char *kSxtb16Kernel = R"c(
#if DLN_DSP
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
#endif

/* y = W x for int8 weights, two bytes a halfword, any 16-bit x. */
DLN_KERNEL void dln_matvec_sxtb16(const uint32_t *weights, const int16_t *x,
                                  int32_t *y, uint32_t row_blocks,
                                  uint32_t column_pairs)
{
#if DLN_DSP
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
#else
    do {
        uint32_t pair, half;
        y[0] = y[1] = y[2] = y[3] = 0;
        for (pair = 0; pair < column_pairs; ++pair) {
            for (half = 0; half < 2u; ++half) {
                const int32_t value = x[2u * pair + half];
                const uint32_t w0 = weights[0] >> (16u * half);
                const uint32_t w1 = weights[1] >> (16u * half);
                y[0] += dln_s8(w0 >> 8) * value;
                y[1] += dln_s8(w0) * value;
                y[2] += dln_s8(w1 >> 8) * value;
                y[3] += dln_s8(w1) * value;
            }
            weights += 2;
        }
        y += 4;
    } while (--row_blocks != 0u);
#endif
}
)c";

} // namespace

const char *dlnet::codegen::productText() { return kProduct; }
const char *dlnet::codegen::densePartsText() { return kDenseParts; }

const char *dlnet::codegen::denseKernelText(Kernel kernel) {
  return kernel == Kernel::DualRow ? kDualRow : kSxtb16Kernel;
}
