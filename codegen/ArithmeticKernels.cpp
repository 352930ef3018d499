// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is done to one number at a time, and the sums of windows. SMMLAR is a
// whole requantization.
#include "codegen/KernelTexts.h"

#include "llvm/Support/ErrorHandling.h"

using namespace dlnet::codegen;

namespace {

constexpr const char *kSignedByte = R"c(
/* The low byte with its sign. */
static inline int32_t dln_s8(uint32_t word)
{
    const uint32_t raised = (word & 0xFFu) ^ 0x80u;
    return (int32_t)raised - 128;
}
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
#elif defined(__thumb__) && !defined(__thumb2__)
    /* A Cortex-M0 has no product of 64 bits, and would call a library. */
    const uint32_t a = (uint32_t)value, b = (uint32_t)multiplier;
    const uint32_t a0 = a & 0xFFFFu, a1 = a >> 16, b0 = b & 0xFFFFu, b1 = b >> 16;
    const uint32_t low = ((a0 * b0) >> 16) + a1 * b0;
    const uint32_t middle = (low & 0xFFFFu) + a0 * b1;
    const uint32_t high = a1 * b1 + (low >> 16) + (middle >> 16) + ((middle >> 15) & 1u);
    const uint32_t signs = (value < 0 ? b : 0u) + (multiplier < 0 ? a : 0u);
    const uint32_t rounded = high - signs;
    return sum + (int32_t)rounded;
#else
    const int64_t product = (int64_t)value * multiplier;
    const uint64_t rounded = (uint64_t)product + 0x80000000u;
    const uint32_t high = (uint32_t)(rounded >> 32);
    return sum + (int32_t)high;
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

constexpr const char *kPositive = R"c(
/* min(max(value, 0), 32767) */
static inline int32_t dln_positive16(int32_t value)
{
#if DLN_DSP
    int32_t result;
    __asm__("usat %0, #15, %1" : "=r"(result) : "r"(value));
    return result;
#else
    return value < 0 ? 0 : (value > INT16_MAX ? INT16_MAX : value);
#endif
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
    const uint32_t position = (uint32_t)input + 32768u;
    const int16_t *const entry = &table[position >> rest];
    const int32_t base = entry[0];
    const uint32_t fraction = position & ((UINT32_C(1) << rest) - 1u);
    const uint32_t per_rest = UINT32_C(1) << (32u - rest);
    return dln_multiply_high((entry[1] - base) * (int32_t)fraction,
                             (int32_t)per_rest, base);
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

} // namespace

const char *dlnet::codegen::arithmeticKernelText(Kernel kernel) {
  switch (kernel) {
  case Kernel::MultiplyHigh:
    return kMultiplyHigh;
  case Kernel::Saturate:
    return kSaturate;
  case Kernel::Positive:
    return kPositive;
  case Kernel::Clamp:
    return kClamp;
  case Kernel::Lookup:
    return kLookup;
  case Kernel::SignedByte:
    return kSignedByte;
  case Kernel::BlockSum:
    return kBlockSum;
  default:
    llvm_unreachable("products have texts of their own");
  }
}
