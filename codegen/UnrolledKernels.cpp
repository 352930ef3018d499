// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why these are assembler: compilers read the vector ahead, run out of
// registers, and spill it. Why a product that leaves out blocks has no loop at
// all: to find the next block takes as long as to multiply by it. Where the
// blocks are known, their places cost nothing, and four rows share what is read
// of the vector. Where rows have a loop, it is C's: of what lives across rows
// alone, a compiler can move a part to the stack where registers are reserved.
#include "codegen/UnrolledKernels.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dlnet::codegen;
using llvm::formatv;
using llvm::StringRef;

namespace {

/// Vectors of so many pairs of columns are read before the first rows, and stay
/// in registers.
constexpr int64_t kReadOncePairs = 2;

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

/// The instructions of four rows of so many pairs of columns.
std::string unrolledInstructions(bool dual, int64_t pairs) {
  const std::string load2 = "ldrd   %[x0], %[x1], [%[x]], #8\n";
  std::string text = pairs <= kReadOncePairs ? ""
                     : pairs % 2 == 0        ? load2
                                             : "ldr    %[x0], [%[x]], #4\n";
  text += unrolledStep(dual, "x0", true);
  if (pairs % 2 == 0)
    text += unrolledStep(dual, "x1", false);
  if (pairs > kReadOncePairs)
    text += formatv(".rept  {0}\n", (pairs - 1) / 2).str() + load2 +
            unrolledStep(dual, "x0", false) + unrolledStep(dual, "x1", false) +
            ".endr\n" + formatv("subs   %[x], %[x], #{0}\n", 4 * pairs).str();
  if (dual)
    text += "subs   %[h0], %[h0], %[l0]\n"
            "subs   %[h1], %[h1], %[l1]\n"
            "asrs   %[h0], %[h0], #8\n"
            "asrs   %[h1], %[h1], #8\n";
  return text;
}

/// Lines of assembler as string literals of C.
std::string quoted(StringRef lines, StringRef indent) {
  std::string text;
  for (StringRef line : llvm::split(lines.rtrim(), '\n'))
    text += formatv("\n{0}\"{1}\\n\"", indent, line);
  return text;
}

constexpr const char *kUnrolled = R"c(
/* dln_matvec_{0} for column_pairs = {1}. */
DLN_KERNEL void dln_matvec_{0}_{1}(const uint32_t *weights, const int16_t *x,
                                   int32_t *y, uint32_t row_blocks)
{{
#if DLN_DSP{2}
    do {{
        uint32_t w0, w1{3};
        int32_t h0, h1, l0, l1;
        __asm__ volatile({4}
            : [weights] "+r"(weights), [w0] "=&r"(w0), [w1] "=&r"(w1),
              [h0] "=&r"(h0), [h1] "=&r"(h1), [l0] "=&r"(l0), [l1] "=&r"(l1){5}
            : "cc", "memory");
        y = dln_store2(dln_store2(y, h0, l0), h1, l1);
    } while (--row_blocks != 0u);
#else
    dln_matvec_{0}(weights, x, y, row_blocks, {1}u);
#endif
}
)c";

/// What an unrolled kernel does before its first rows.
constexpr const char *kReadOnce1 = R"c(
    uint32_t x0;
    __asm__ volatile("ldr %0, [%1]" : "=r"(x0) : "r"(x) : "memory");)c";
constexpr const char *kReadOnce2 = R"c(
    uint32_t x0, x1;
    __asm__ volatile("ldrd %0, %1, [%2]"
                     : "=&r"(x0), "=&r"(x1)
                     : "r"(x)
                     : "memory");)c";

constexpr const char *kStraight = R"c(
/* y = W x for one matrix, of which only the 2x2 blocks are kept that are not
   all zero; `weights` has a word a block, as for dln_matvec_{0}, in the order
   in which they are used here. */
DLN_KERNEL void {1}_matvec_{0}_sparse_{2}(const uint32_t *weights,
                                         const int16_t *x, int32_t *y)
{{
#if DLN_DSP
    uint32_t w0, w1, x0, x1{3};
    int32_t h0, h1, l0, l1;
    __asm__ volatile({5}
        : [weights] "+r"(weights), [y] "+r"(y), [w0] "=&r"(w0),
          [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1), [h0] "=&l"(h0),
          [h1] "=&l"(h1), [l0] "=&l"(l0), [l1] "=&l"(l1){4}
        : [x] "r"(x)
        : "cc", "memory");
#else
    static const uint8_t blocks[{6}] = {{{7}
    };
    dln_matvec_{0}_blocks(weights, blocks, x, y, {8}u);
#endif
}
)c";

/// The instructions of a straight product.
class StraightProduct {
public:
  explicit StraightProduct(const StraightKernel &kernel)
      : kernel(kernel), dual(kernel.kernel == Kernel::DualRowSparse) {}

  std::string instructions() {
    blocksLeft = kernel.blocks.size() - (kernel.rowPairs + 1) / 2;
    size_t at = 0;
    for (int64_t row = 0; row < kernel.rowPairs; row += 2) {
      size_t count = kernel.blocks[at++];
      addRows(row, llvm::ArrayRef(kernel.blocks).slice(at, count));
      at += count;
    }
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
      multiply(half, word, places[i] / 2 % 2, !isBegun[half]);
      isBegun[half] = true;
    }
    for (int64_t half = 0; half < pairs; ++half)
      store(half, isBegun[half]);
  }

  /// Of two rows, with a block's word and a pair of the vector's elements.
  void multiply(int half, StringRef word, int x, bool isFirst) {
    auto accumulate = [&](StringRef sum, StringRef factor) {
      if (isFirst)
        add("smuad  %[{0}{1}], %[{2}], %[x{3}]", sum, half, factor, x);
      else
        add("smlad  %[{0}{1}], %[{2}], %[x{3}], %[{0}{1}]", sum, half, factor,
            x);
    };
    if (!dual)
      add("sxtb16 %[t], %[{0}], ror #8", word);
    accumulate("h", dual ? word : "t");
    add("sxtb16 %[{0}], %[{0}]", word);
    accumulate("l", word);
  }

  void store(int64_t half, bool isBegun) {
    if (!isBegun) {
      add("movs   %[l{0}], #0", half);
      add("strd   %[l{0}], %[l{0}], [%[y]], #8", half);
      return;
    }
    if (dual) {
      add("subs   %[h{0}], %[h{0}], %[l{0}]", half);
      add("asrs   %[h{0}], %[h{0}], #8", half);
    }
    add("strd   %[h{0}], %[l{0}], [%[y]], #8", half);
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
  bool dual;
  std::string text;
  size_t blocksLeft = 0;
  bool isOdd = false; ///< An odd number of words was used.
};

bool isDual(Kernel kernel) {
  return kernel == Kernel::DualRow || kernel == Kernel::DualRowSparse;
}
const char *nameOf(bool dual) { return dual ? "dual_row" : "byte_pair"; }

} // namespace

std::string dlnet::codegen::unrolledKernelText(const UnrolledKernel &kernel) {
  bool dual = isDual(kernel.first);
  int64_t pairs = kernel.second;
  std::string readOnce, scratch, operands;
  if (pairs > kReadOncePairs) {
    scratch = ", x0, x1";
    operands = ",\n              [x] \"+r\"(x), [x0] \"=&r\"(x0), [x1] "
               "\"=&r\"(x1)";
  } else {
    readOnce = pairs == 2 ? kReadOnce2 : kReadOnce1;
  }
  if (!dual) {
    scratch += ", t";
    operands += ", [t] \"=&r\"(t)";
  }
  operands += "\n            :";
  if (!readOnce.empty())
    operands +=
        pairs == 2 ? " [x0] \"r\"(x0), [x1] \"r\"(x1)" : " [x0] \"r\"(x0)";
  return formatv(kUnrolled, nameOf(dual), pairs, readOnce, scratch,
                 quoted(unrolledInstructions(dual, pairs), "            "),
                 operands);
}

std::string dlnet::codegen::straightKernelText(const StraightKernel &kernel,
                                               size_t number,
                                               const std::string &prefix) {
  bool dual = isDual(kernel.kernel);
  std::string blocks;
  for (auto [i, byte] : llvm::enumerate(kernel.blocks))
    blocks += formatv("{0}{1},", i % 8 == 0 ? "\n        " : " ", int(byte));
  return formatv(kStraight, nameOf(dual), prefix, number, dual ? "" : ", t",
                 dual ? "" : ", [t] \"=&r\"(t)",
                 quoted(StraightProduct(kernel).instructions(), "        "),
                 kernel.blocks.size(), blocks, (kernel.rowPairs + 1) / 2);
}
