// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why these are assembler: compilers read the vector ahead, run out of
// registers, and spill it. Why a product that leaves out blocks has no loop at
// all: to find the next block takes as long as to multiply by it. Where the
// blocks are known, their places cost nothing, and four rows share what is read
// of the vector.
#include "codegen/UnrolledKernels.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dlnet::codegen;
using llvm::formatv;
using llvm::StringRef;

namespace {

/// Two columns of four rows, which are in halfword pair `x` of the vector; the
/// first ones of a row need no sum to add to.
std::string unrolledStep(bool dual, StringRef x, bool isFirst) {
  std::string text = "ldrd   %[w0], %[w1], [%[weights]], #8\n";
  auto multiply = [&](StringRef sum, StringRef factor) {
    text += isFirst ? formatv("smuad  %[{0}], %[{1}], %[{2}]\n", sum, factor, x)
                    : formatv("smlad  %[{0}], %[{1}], %[{2}], %[{0}]\n", sum,
                              factor, x);
  };
  for (char row : {'0', '1'}) {
    std::string word = {'w', row}, high = {'h', row}, low = {'l', row};
    if (dual)
      multiply(high, word);
    else
      text += formatv("sxtb16 %[t], %[{0}], ror #8\n", word);
    text += formatv("sxtb16 %[{0}], %[{0}]\n", word);
    if (!dual)
      multiply(high, "t");
    multiply(low, word);
  }
  return text;
}

/// The instructions of a product of so many pairs of columns.
std::string unrolledInstructions(bool dual, int64_t pairs) {
  const std::string load2 = "ldrd   %[x0], %[x1], [%[x]], #8\n";
  std::string load = pairs % 2 != 0 ? "ldr    %[x0], [%[x]], #4\n" : load2;
  std::string text = unrolledStep(dual, "x0", true);
  if (pairs % 2 == 0)
    text += unrolledStep(dual, "x1", false);
  // What is read whole stays in registers for all rows.
  text = pairs <= 2 ? load + "1:  " + text : "1:  " + load + text;
  if (pairs > 2)
    text += formatv(".rept  {0}\n", (pairs - 1) / 2).str() + load2 +
            unrolledStep(dual, "x0", false) + unrolledStep(dual, "x1", false) +
            ".endr\n" + formatv("subs   %[x], %[x], #{0}\n", 4 * pairs).str();
  if (dual)
    text += "subs   %[h0], %[h0], %[l0]\n"
            "subs   %[h1], %[h1], %[l1]\n"
            "asrs   %[h0], %[h0], #8\n"
            "asrs   %[h1], %[h1], #8\n";
  text += "strd   %[h0], %[l0], [%[y]], #8\n"
          "strd   %[h1], %[l1], [%[y]], #8\n"
          "subs   %[row_blocks], %[row_blocks], #1\n"
          "bne    1b\n";
  return text;
}

/// Lines of assembler as string literals of C.
std::string quoted(StringRef lines) {
  std::string text;
  for (StringRef line : llvm::split(lines.rtrim(), '\n')) {
    text += line.starts_with("1:") ? "\n        \"" : "\n        \"    ";
    for (char c : line)
      text += c == '\\' ? std::string("\\\\") : std::string(1, c);
    text += "\\n\"";
  }
  return text;
}

constexpr const char *kUnrolled = R"c(
/* dln_matvec_{0} for column_pairs = {1}. */
DLN_KERNEL void dln_matvec_{0}_{1}(const uint32_t *weights, const int16_t *x,
                                   int32_t *y, uint32_t row_blocks)
{{
#if DLN_DSP
    uint32_t w0, w1, x0, x1{2};
    int32_t h0, h1, l0, l1;
    __asm__ volatile({4}
        : [weights] "+r"(weights), [x] "+r"(x), [y] "+r"(y),
          [row_blocks] "+r"(row_blocks), [w0] "=&r"(w0), [w1] "=&r"(w1),
          [x0] "=&r"(x0), [x1] "=&r"(x1), [h0] "=&r"(h0), [h1] "=&r"(h1),
          [l0] "=&r"(l0), [l1] "=&r"(l1){3}
        :
        : "cc", "memory");
#else
    dln_matvec_{0}(weights, x, y, row_blocks, {1}u);
#endif
}
)c";

constexpr const char *kStraight = R"c(
/* y = W x for one matrix, of which only the 2x2 blocks are kept that are not
   all zero; `weights` has a word a block, as for dln_matvec_{0}, in the order
   in which they are used here. */
DLN_KERNEL void dln_matvec_{0}_sparse_{1}(const uint32_t *weights,
                                         const int16_t *x, int32_t *y)
{{
#if DLN_DSP
    uint32_t w0, w1, x0, x1{2};
    int32_t h0, h1, l0, l1;
    __asm__ volatile({4}
        : [weights] "+r"(weights), [y] "+r"(y), [w0] "=&r"(w0),
          [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1), [h0] "=&l"(h0),
          [h1] "=&l"(h1), [l0] "=&l"(l0), [l1] "=&l"(l1){3}
        : [x] "r"(x)
        : "cc", "memory");
#else
    static const uint8_t blocks[{5}] = {{{6}
    };
    dln_matvec_{0}_blocks(weights, blocks, x, y, {7}u);
#endif
}
)c";

constexpr const char *kDualRowMacros = R"(.macro first h, l, w, v
smuad  \h, \w, \v
sxtb16 \w, \w
smuad  \l, \w, \v
.endm
.macro more h, l, w, v
smlad  \h, \w, \v, \h
sxtb16 \w, \w
smlad  \l, \w, \v, \l
.endm
.macro store h, l
subs   \h, \h, \l
asrs   \h, \h, #8
strd   \h, \l, [%[y]], #8
.endm
)";

constexpr const char *kSxtb16Macros = R"(.macro first h, l, w, v
sxtb16 %[t], \w, ror #8
smuad  \h, %[t], \v
sxtb16 \w, \w
smuad  \l, \w, \v
.endm
.macro more h, l, w, v
sxtb16 %[t], \w, ror #8
smlad  \h, %[t], \v, \h
sxtb16 \w, \w
smlad  \l, \w, \v, \l
.endm
.macro store h, l
strd   \h, \l, [%[y]], #8
.endm
)";

/// The instructions of a straight product.
class StraightProduct {
public:
  explicit StraightProduct(const StraightKernel &kernel) : kernel(kernel) {}

  std::string instructions() {
    text =
        kernel.kernel == Kernel::DualRowSparse ? kDualRowMacros : kSxtb16Macros;
    blocksLeft = kernel.blocks.size() - (kernel.rowPairs + 1) / 2;
    size_t at = 0;
    for (int64_t row = 0; row < kernel.rowPairs; row += 2) {
      size_t count = kernel.blocks[at++];
      addRows(row, llvm::ArrayRef(kernel.blocks).slice(at, count));
      at += count;
    }
    text += ".purgem first\n.purgem more\n.purgem store\n";
    return std::move(text);
  }

private:
  template <typename... Args> void add(const char *format, Args &&...args) {
    text += formatv(format, std::forward<Args>(args)...).str() + "\n";
  }

  /// Four rows, or the last two, from a pair of rows on; `places` are those of
  /// their blocks.
  void addRows(int64_t row, llvm::ArrayRef<uint8_t> places) {
    int64_t pairs = std::min<int64_t>(2, kernel.rowPairs - row);
    add("@ rows {0} to {1}", 2 * row, 2 * (row + pairs) - 1);
    bool isBegun[2] = {false, false};
    for (size_t i = 0; i < places.size(); ++i) {
      if (i == 0 || places[i] / 4 != places[i - 1] / 4)
        loadVector(places.drop_front(i));
      const char *word = nextWord();
      int half = places[i] % 2;
      add("{0,-6} %[h{1}], %[l{1}], %[{2}], %[x{3}]",
          isBegun[half] ? "more" : "first", half, word, places[i] / 2 % 2);
      isBegun[half] = true;
    }
    for (int64_t half = 0; half < pairs; ++half) {
      if (isBegun[half]) {
        add("store  %[h{0}], %[l{0}]", half);
        continue;
      }
      add("movs   %[l{0}], #0", half);
      add("strd   %[l{0}], %[l{0}], [%[y]], #8", half);
    }
  }

  /// Of two neighbouring pairs of columns those that the blocks until the next
  /// two use.
  void loadVector(llvm::ArrayRef<uint8_t> places) {
    int64_t group = places[0] / 4;
    bool uses[2] = {false, false};
    for (uint8_t place : places)
      if (place / 4 == group)
        uses[place / 2 % 2] = true;
    if (uses[0] && uses[1])
      add("ldrd   %[x0], %[x1], [%[x], #{0}]", 8 * group);
    else
      add("ldr.w  %[x{0}], [%[x], #{1}]", uses[1] ? 1 : 0,
          8 * group + (uses[1] ? 4 : 0));
  }

  /// The register of the next block's word: two are loaded at a time.
  const char *nextWord() {
    bool isSecond = std::exchange(isOdd, !isOdd);
    if (!isSecond)
      add(blocksLeft > 1 ? "ldrd   %[w0], %[w1], [%[weights]], #8"
                         : "ldr.w  %[w0], [%[weights]]");
    --blocksLeft;
    return isSecond ? "w1" : "w0";
  }

  const StraightKernel &kernel;
  std::string text;
  size_t blocksLeft = 0;
  bool isOdd = false; ///< An odd number of words was used.
};

constexpr const char *kStraightLoop = R"c(
/* For every four rows `blocks` says how many 2x2 blocks of them are kept, then
   for each the first of its columns, plus 1 for the lower two rows. */
static void dln_matvec_{0}_blocks(const uint32_t *weights,
                                  const uint8_t *blocks, const int16_t *x,
                                  int32_t *y, uint32_t row_blocks)
{{
    do {{
        uint32_t count, half;
        y[0] = y[1] = y[2] = y[3] = 0;
        for (count = *blocks++; count != 0u; --count) {{
            const uint32_t place = *blocks++;
            const int16_t *const pair = &x[place & ~UINT32_C(1)];
            int32_t *const sums = &y[2u * (place & 1u)];
            for (half = 0; half < 2u; ++half) {{
                const uint32_t word = *weights >> (16u * half);
{1}
            }
            ++weights;
        }
        y += 4;
    } while (--row_blocks != 0u);
}
)c";

constexpr const char *kDualRowSums =
    R"c(                const int32_t b = dln_s8(word);
                /* The sum borrowed from row a when b was negative. */
                sums[0] += dln_s8((word - (uint32_t)b) >> 8) * pair[half];
                sums[1] += b * pair[half];)c";

constexpr const char *kSxtb16Sums =
    R"c(                sums[0] += dln_s8(word >> 8) * pair[half];
                sums[1] += dln_s8(word) * pair[half];)c";

bool isDual(Kernel kernel) {
  return kernel == Kernel::DualRow || kernel == Kernel::DualRowSparse;
}
const char *nameOf(bool dual) { return dual ? "dual_row" : "sxtb16"; }

} // namespace

std::string dlnet::codegen::unrolledKernelText(const UnrolledKernel &kernel) {
  bool dual = isDual(kernel.first);
  int64_t pairs = kernel.second;
  return formatv(kUnrolled, nameOf(dual), pairs, dual ? "" : ", t",
                 dual ? "" : ", [t] \"=&r\"(t)",
                 quoted(unrolledInstructions(dual, pairs)));
}

std::string dlnet::codegen::straightKernelText(const StraightKernel &kernel,
                                               size_t number) {
  bool dual = isDual(kernel.kernel);
  std::string blocks;
  for (auto [i, byte] : llvm::enumerate(kernel.blocks))
    blocks += formatv("{0}{1},", i % 8 == 0 ? "\n        " : " ", int(byte));
  return formatv(kStraight, nameOf(dual), number, dual ? "" : ", t",
                 dual ? "" : ", [t] \"=&r\"(t)",
                 quoted(StraightProduct(kernel).instructions()),
                 kernel.blocks.size(), blocks, (kernel.rowPairs + 1) / 2);
}

std::string dlnet::codegen::straightLoopText(Kernel kernel) {
  bool dual = isDual(kernel);
  return formatv(kStraightLoop, nameOf(dual),
                 dual ? kDualRowSums : kSxtb16Sums);
}
