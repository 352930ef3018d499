// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why these forms: SMMLAR is a whole requantization; dual-row products need
// one extraction for two multiplications; four rows a block keep every
// accumulator in a register and read each input once a block.
#include "codegen/Kernels.h"

using namespace dlnet::codegen;

namespace {

constexpr const char *kPreamble = R"c(
/* Right shifts of negative numbers must round down. */
typedef char dln_requires_arithmetic_shift[((-3) >> 1) == -2 ? 1 : -1];

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define DLN_DSP 1
#else
#define DLN_DSP 0
#endif
)c";

constexpr const char *kPairs = R"c(
#if DLN_DSP
/* The smallest code and the fastest are the same here, so -Os may not choose. */
#define DLN_INLINE static inline __attribute__((always_inline))

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
            : "m"(*(const dln_word (*)[2])from));
    return from;
}
#endif
)c";

constexpr const char *kBytes = R"c(
#if DLN_DSP
/* Bytes 0 and 2, each extended to 16 bits with its sign. */
DLN_INLINE uint32_t dln_low_bytes(uint32_t word)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
}
#else
/* The low byte with its sign. */
static inline int32_t dln_s8(uint32_t word)
{
    return (int32_t)((word & 0xFFu) ^ 0x80u) - 128;
}
#endif
)c";

constexpr const char *kMultiplyHigh = R"c(
/* sum + floor(value * multiplier / 2^32 + 1/2) */
static inline int32_t dln_multiply_high(int32_t value, int32_t multiplier,
                                        int32_t sum)
{
#if DLN_DSP
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3"
            : "=r"(result)
            : "r"(value), "r"(multiplier), "r"(sum));
    return result;
#else
    const int64_t product = (int64_t)value * multiplier;
    return sum + (int32_t)((product + INT64_C(0x80000000)) >> 32);
#endif
}
)c";

constexpr const char *kSaturate = R"c(
static inline int32_t dln_saturate16(int32_t value)
{
#if DLN_DSP
    int32_t result;
    __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(value));
    return result;
#else
    return value < INT16_MIN ? INT16_MIN : (value > INT16_MAX ? INT16_MAX : value);
#endif
}
)c";

constexpr const char *kRoundShift = R"c(
/* floor(value / 2^shift + 1/2), shift > 0 */
static inline int32_t dln_round_shift(int32_t value, uint32_t shift)
{
    return (value + (int32_t)(UINT32_C(1) << (shift - 1u))) >> shift;
}
)c";

constexpr const char *kClamp = R"c(
static inline int32_t dln_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : (value > high ? high : value);
}
)c";

constexpr const char *kLookup = R"c(
/* A table of 2^bits + 1 entries over all int16, linear in between. */
static inline int32_t dln_lookup(const int16_t *table, uint32_t bits,
                                 int32_t input)
{
    const uint32_t rest = 16u - bits;
    const uint32_t position = (uint32_t)(input + 32768);
    const int16_t *const entry = &table[position >> rest];
    const int32_t base = entry[0];
    const int32_t fraction = (int32_t)(position & ((UINT32_C(1) << rest) - 1u));
    const int32_t half = (int32_t)(UINT32_C(1) << (rest - 1u));
    return base + (((entry[1] - base) * fraction + half) >> rest);
}
)c";

constexpr const char *kBlockSum = R"c(
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
#endif

/* y = W x for int8 weights. A halfword holds 256 * a + b for two rows, so one
   SMLAD gives 256 * sum(a) + sum(b), and one on the low bytes sum(b) alone:
   exact because the compiler proved sum|a * x| < 2^23 for every row. */
static void dln_matvec_dual_row(const uint32_t *weights, const int16_t *x,
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
        y[0] = (int32_t)((uint32_t)h[0] - (uint32_t)l[0]) >> 8;
        y[1] = l[0];
        y[2] = (int32_t)((uint32_t)h[1] - (uint32_t)l[1]) >> 8;
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
static void dln_matvec_sxtb16(const uint32_t *weights, const int16_t *x,
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

std::string dlnet::codegen::kernelText(const std::set<Kernel> &used) {
  auto has = [&](Kernel kernel) { return used.count(kernel) != 0; };
  std::string text = kPreamble;
  if (has(Kernel::MultiplyHigh))
    text += kMultiplyHigh;
  if (has(Kernel::Saturate))
    text += kSaturate;
  if (has(Kernel::RoundShift))
    text += kRoundShift;
  if (has(Kernel::Clamp))
    text += kClamp;
  if (has(Kernel::Lookup))
    text += kLookup;
  if (has(Kernel::BlockSum))
    text += kBlockSum;
  if (has(Kernel::DualRow) || has(Kernel::Sxtb16)) {
    text += kPairs;
    text += kBytes;
  }
  if (has(Kernel::DualRow))
    text += kDualRow;
  if (has(Kernel::Sxtb16))
    text += kSxtb16Kernel;
  return text;
}
