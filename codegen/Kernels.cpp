// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why these forms: SMMLAR is a whole requantization; dual-row products need
// one extraction for two multiplications; four rows a block keep every
// accumulator in a register and read each input once a block. A sparse product
// has so little work a row that what a compiler adds to it would be half:
// hence whole loops in assembler.
#include "codegen/Kernels.h"

#include "codegen/UnrolledKernels.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace dlnet::codegen;

namespace {

constexpr const char *kPreamble = R"c(
#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define DLN_DSP 1
#else
#define DLN_DSP 0
#endif
)c";

constexpr const char *kKernel = R"c(
#if DLN_DSP
/* One function for all callers, so that a product costs what is stated. */
#if (__GNUC__ >= 8) && !defined(__clang__)
#define DLN_KERNEL static __attribute__((noipa))
#else
#define DLN_KERNEL static __attribute__((noinline))
#endif
#else
#define DLN_KERNEL static
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

constexpr const char *kLowBytes = R"c(
/* Bytes 0 and 2, each extended to 16 bits with its sign. */
DLN_INLINE uint32_t dln_low_bytes(uint32_t word)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
}
)c";

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

constexpr const char *kDualRowSparse = R"c(
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
#if DLN_DSP
    uint32_t count, w0, w1, x0, x1;
    int32_t h, l;
    __asm__ volatile(
        "1:  ldrb   %[count], [%[blocks]], #1\n"
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
        "    strd   %[h], %[l], [%[y]], #8\n"
        "    subs   %[row_pairs], %[row_pairs], #1\n"
        "    bne    1b\n"
        : [weights] "+r"(weights), [blocks] "+r"(blocks), [y] "+r"(y),
          [row_pairs] "+r"(row_pairs), [count] "=&r"(count), [w0] "=&r"(w0),
          [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1), [h] "=&r"(h),
          [l] "=&r"(l)
        : [x] "r"(x)
        : "cc", "memory");
#else
    do {
        uint32_t count, half;
        y[0] = y[1] = 0;
        for (count = *blocks++; count != 0u; --count) {
            const int16_t *const pair = &x[2u * *blocks++];
            for (half = 0; half < 2u; ++half) {
                const uint32_t word = *weights >> (16u * half);
                const int32_t b = dln_s8(word);
                /* The sum borrowed from row a when b was negative. */
                y[0] += dln_s8((word - (uint32_t)b) >> 8) * pair[half];
                y[1] += b * pair[half];
            }
            ++weights;
        }
        y += 2;
    } while (--row_pairs != 0u);
#endif
}
)c";

constexpr const char *kSxtb16Sparse = R"c(
/* y = W x, of which only the 2x2 blocks are kept that are not all zero. For
   every two rows `blocks` says how many, then the pair of columns of each;
   `weights` has a word a block, two bytes a halfword. The blocks go
   by pairs, a pair being 26 halfwords of code, four pairs a round. The first
   round starts where count modulo 8 wants it; a single block stands before. */
DLN_KERNEL void dln_matvec_sxtb16_sparse(const uint32_t *weights,
                                         const uint8_t *blocks,
                                         const int16_t *x, int32_t *y,
                                         uint32_t row_pairs)
{
#if DLN_DSP
    uint32_t count, w0, w1, x0, x1;
    int32_t a, b;
    __asm__ volatile(
        "1:  ldrb   %[count], [%[blocks]], #1\n"
        "    movs   %[a], #0\n"
        "    movs   %[b], #0\n"
        "    and    %[w1], %[count], #7\n"
        "    tbb    [pc, %[w1]]\n"
        "2:  .byte  (6f-2b)/2, (3f-2b)/2, (6f-2b)/2-26, (3f-2b)/2\n"
        "    .byte  (6f-2b)/2-52, (3f-2b)/2, (6f-2b)/2-78, (3f-2b)/2\n"
        "3:  ldrb   %[x0], [%[blocks]], #1\n"
        "    ldr    %[w0], [%[weights]], #4\n"
        "    ldr    %[x0], [%[x], %[x0], lsl #2]\n"
        "    sxtb16 %[x1], %[w0], ror #8\n"
        "    smlad  %[a], %[x1], %[x0], %[a]\n"
        "    sxtb16 %[w0], %[w0]\n"
        "    smlad  %[b], %[w0], %[x0], %[b]\n"
        "    tbb    [pc, %[w1]]\n"
        "4:  .byte  0, (6f-4b)/2, 0, (6f-4b)/2-26\n"
        "    .byte  0, (6f-4b)/2-52, 0, (6f-4b)/2-78\n"
        "5:  .rept  4\n"
        "    ldrb   %[x0], [%[blocks]], #1\n"
        "    ldrd   %[w0], %[w1], [%[weights]], #8\n"
        "    ldr    %[x0], [%[x], %[x0], lsl #2]\n"
        "    sxtb16 %[x1], %[w0], ror #8\n"
        "    smlad  %[a], %[x1], %[x0], %[a]\n"
        "    sxtb16 %[w0], %[w0]\n"
        "    smlad  %[b], %[w0], %[x0], %[b]\n"
        "    ldrb   %[x1], [%[blocks]], #1\n"
        "    ldr    %[x1], [%[x], %[x1], lsl #2]\n"
        "    sxtb16 %[w0], %[w1], ror #8\n"
        "    smlad  %[a], %[w0], %[x1], %[a]\n"
        "    sxtb16 %[w1], %[w1]\n"
        "    smlad  %[b], %[w1], %[x1], %[b]\n"
        "    .endr\n"
        "6:  subs   %[count], %[count], #8\n"
        "    bhs    5b\n"
        "    strd   %[a], %[b], [%[y]], #8\n"
        "    subs   %[row_pairs], %[row_pairs], #1\n"
        "    bne    1b\n"
        : [weights] "+r"(weights), [blocks] "+r"(blocks), [y] "+r"(y),
          [row_pairs] "+r"(row_pairs), [count] "=&r"(count), [w0] "=&r"(w0),
          [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1), [a] "=&r"(a),
          [b] "=&r"(b)
        : [x] "r"(x)
        : "cc", "memory");
#else
    do {
        uint32_t count, half;
        y[0] = y[1] = 0;
        for (count = *blocks++; count != 0u; --count) {
            const int16_t *const pair = &x[2u * *blocks++];
            for (half = 0; half < 2u; ++half) {
                const uint32_t word = *weights >> (16u * half);
                y[0] += dln_s8(word >> 8) * pair[half];
                y[1] += dln_s8(word) * pair[half];
            }
            ++weights;
        }
        y += 2;
    } while (--row_pairs != 0u);
#endif
}
)c";

constexpr const char *kLongAssembler = R"c(
#if DLN_DSP
/* What C99 says of the length of strings is not meant for assembler. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif
)c";

constexpr const char *kLongAssemblerEnd = R"c(
#if DLN_DSP
#pragma GCC diagnostic pop
#endif
)c";

/// A kernel's text as a compiler without the DSP instructions sees it.
std::string withoutDsp(llvm::StringRef text) {
  std::string plain;
  bool conditional = false, keep = true;
  for (llvm::StringRef line : llvm::split(text.drop_back(), '\n')) {
    if (line == "#if DLN_DSP") {
      conditional = true;
      keep = false;
    } else if (conditional && line == "#else") {
      keep = true;
    } else if (conditional && line == "#endif") {
      conditional = false;
      keep = true;
    } else if (keep) {
      plain += line.str() + "\n";
    }
  }
  return llvm::StringRef(plain).ltrim('\n').str();
}

} // namespace

std::string dlnet::codegen::kernelText(const UsedKernels &used) {
  auto has = [&](Kernel kernel) { return used.common.count(kernel) != 0; };
  std::string text = kPreamble;
  if (has(Kernel::MultiplyHigh))
    text += kMultiplyHigh;
  if (has(Kernel::Saturate))
    text += kSaturate;
  if (has(Kernel::Positive))
    text += kPositive;
  if (has(Kernel::Clamp))
    text += kClamp;
  if (has(Kernel::Lookup))
    text += kLookup;
  if (has(Kernel::BlockSum))
    text += kBlockSum;
  // What is unrolled with the DSP instructions has its loop without them alone.
  auto loop = [&](Kernel kernel, const char *kernelText) -> std::string {
    if (has(kernel))
      return kernelText;
    bool plain = llvm::any_of(used.unrolled, [&](const auto &other) {
      return other.first == kernel;
    });
    return plain ? "\n#if !DLN_DSP\n" + withoutDsp(kernelText) + "#endif\n"
                 : "";
  };
  bool dense = has(Kernel::DualRow) || has(Kernel::Sxtb16);
  bool sparse = has(Kernel::DualRowSparse) || has(Kernel::Sxtb16Sparse);
  bool products =
      dense || sparse || !used.unrolled.empty() || !used.straight.empty();
  if (products)
    text += kKernel;
  if (dense)
    text += std::string(kPairs) + "\n#if DLN_DSP" + kLowBytes + "#endif\n";
  if (has(Kernel::SignedByte))
    text += kSignedByte;
  else if (products)
    text += std::string("\n#if !DLN_DSP") + kSignedByte + "#endif\n";
  text += loop(Kernel::DualRow, kDualRow);
  text += loop(Kernel::Sxtb16, kSxtb16Kernel);
  for (const UnrolledKernel &kernel : used.unrolled)
    text += unrolledKernelText(kernel);
  if (has(Kernel::DualRowSparse))
    text += kDualRowSparse;
  if (has(Kernel::Sxtb16Sparse))
    text += kSxtb16Sparse;
  for (Kernel kernel : {Kernel::DualRowSparse, Kernel::Sxtb16Sparse})
    if (llvm::any_of(used.straight, [&](const StraightKernel &straight) {
          return straight.kernel == kernel;
        }))
      text += "\n#if !DLN_DSP" + straightLoopText(kernel) + "#endif\n";
  if (!used.straight.empty())
    text += kLongAssembler;
  for (auto [number, kernel] : llvm::enumerate(used.straight))
    text += straightKernelText(kernel, number);
  if (!used.straight.empty())
    text += kLongAssemblerEnd;
  return text;
}
