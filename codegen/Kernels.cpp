// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which kernels a file needs, in which order, and when their instructions are
// there. Files of several models may be compiled as one: what they share is
// guarded, and must come from the same dlnetc.
#include "codegen/Kernels.h"

#include "codegen/KernelTexts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"

using namespace dlnet::codegen;

namespace {

constexpr const char *kRevision = R"c(
/* Models that are compiled as one file share what is called dln_. */
#if defined(DLN_KERNELS) && DLN_KERNELS != 0x{0}u
#error "Two models of different versions of dlnetc are compiled as one file: generate both anew, or compile them apart"
#endif
#define DLN_KERNELS 0x{0}u
)c";

constexpr const char *kPreamble = R"c(
/* Defining DLN_NO_ASSEMBLER leaves plain C alone, which gives the same bits. */
#if defined(__GNUC__) && !defined(__CC_ARM) && !defined(DLN_NO_ASSEMBLER)
#define DLN_ASSEMBLER 1
#else
#define DLN_ASSEMBLER 0
#endif

/* The DSP instructions, as a Cortex-M4 has them. */
#if DLN_ASSEMBLER && defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && \
    !defined(__ARM_BIG_ENDIAN) && !defined(__ARMEB__)
#define DLN_DSP 1
#else
#define DLN_DSP 0
#endif
)c";

constexpr const char *kKeepLoop = R"c(
/* Stands in loops for which compilers would call memset or memmove, which a
   program may not have. It is no instruction. */
#if DLN_ASSEMBLER
static inline __attribute__((always_inline)) void dln_keep_loop(void)
{
    __asm__ volatile("" : : : "memory");
}
#else
static inline void dln_keep_loop(void) {}
#endif
)c";

constexpr const char *kPlainKernel = R"c(
#if !DLN_DSP
#define DLN_KERNEL static
#endif
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

/// A text that is compiled once, and with DSP instructions only or without.
std::string once(llvm::StringRef name, llvm::StringRef text,
                 llvm::StringRef condition = "") {
  std::string guarded = llvm::formatv(
      "#ifndef DLN_HAS_{0}\n#define DLN_HAS_{0}{1}#endif\n", name, text);
  return condition.empty()
             ? "\n" + guarded
             : llvm::formatv("\n#if {0}\n{1}#endif\n", condition, guarded)
                   .str();
}

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

const char *nameOf(Kernel kernel) {
  switch (kernel) {
  case Kernel::MultiplyHigh:
    return "MULTIPLY_HIGH";
  case Kernel::Saturate:
    return "SATURATE16";
  case Kernel::Positive:
    return "POSITIVE16";
  case Kernel::Clamp:
    return "CLAMP";
  case Kernel::Lookup:
    return "LOOKUP";
  case Kernel::SignedByte:
    return "S8";
  case Kernel::BlockSum:
    return "BLOCK_SUM";
  case Kernel::DualRow:
    return "MATVEC_DUAL_ROW";
  case Kernel::Sxtb16:
    return "MATVEC_SXTB16";
  case Kernel::DualRowSparse:
    return "MATVEC_DUAL_ROW_SPARSE";
  case Kernel::Sxtb16Sparse:
    return "MATVEC_SXTB16_SPARSE";
  }
  llvm_unreachable("every kernel has a name");
}

/// What models may share.
std::string sharedText(const UsedKernels &used) {
  auto has = [&](Kernel kernel) { return used.common.count(kernel) != 0; };
  std::string text = kPreamble + once("KEEP_LOOP", kKeepLoop);
  for (Kernel kernel :
       {Kernel::MultiplyHigh, Kernel::Saturate, Kernel::Positive, Kernel::Clamp,
        Kernel::Lookup, Kernel::BlockSum})
    if (has(kernel))
      text += once(nameOf(kernel), arithmeticKernelText(kernel));
  bool dense = has(Kernel::DualRow) || has(Kernel::Sxtb16);
  bool sparse = has(Kernel::DualRowSparse) || has(Kernel::Sxtb16Sparse);
  bool products =
      dense || sparse || !used.unrolled.empty() || !used.straight.empty();
  if (products)
    text += kPlainKernel + once("PRODUCT", productText(), "DLN_DSP");
  if (sparse || !used.unrolled.empty())
    text += once("STORE2", storeText(), "DLN_DSP");
  if (dense)
    text += once("DENSE_PARTS", densePartsText(), "DLN_DSP");
  if (has(Kernel::SignedByte) || products)
    text += once(nameOf(Kernel::SignedByte),
                 arithmeticKernelText(Kernel::SignedByte),
                 has(Kernel::SignedByte) ? "" : "!DLN_DSP");
  for (Kernel kernel : {Kernel::DualRow, Kernel::Sxtb16}) {
    if (has(kernel))
      text += once(nameOf(kernel), denseKernelText(kernel));
    // What is unrolled with the DSP instructions has its loop without them.
    else if (llvm::any_of(used.unrolled, [&](const UnrolledKernel &other) {
               return other.first == kernel;
             }))
      text += once(nameOf(kernel), "\n" + withoutDsp(denseKernelText(kernel)),
                   "!DLN_DSP");
  }
  for (const UnrolledKernel &kernel : used.unrolled)
    text += once(
        llvm::formatv("{0}_{1}", nameOf(kernel.first), kernel.second).str(),
        unrolledKernelText(kernel));
  for (Kernel kernel : {Kernel::DualRowSparse, Kernel::Sxtb16Sparse}) {
    if (has(kernel))
      text += once(nameOf(kernel), sparseKernelText(kernel));
    if (llvm::any_of(used.straight, [&](const StraightKernel &straight) {
          return straight.kernel == kernel;
        }))
      text += once(nameOf(kernel) + std::string("_BLOCKS"),
                   straightLoopText(kernel), "!DLN_DSP");
  }
  return text;
}

/// Eight hexadecimal digits that change with any text that is shared.
std::string revision() {
  UsedKernels all;
  for (int kernel = 0; kernel <= static_cast<int>(Kernel::Sxtb16Sparse);
       ++kernel)
    all.common.insert(static_cast<Kernel>(kernel));
  UsedKernels loopless;
  for (Kernel kernel : {Kernel::DualRow, Kernel::Sxtb16})
    for (int64_t columnPairs : {1, 2, 3, 4})
      loopless.unrolled.insert({kernel, columnPairs});
  for (Kernel kernel : {Kernel::DualRowSparse, Kernel::Sxtb16Sparse})
    loopless.straight.push_back({kernel, 0, {}});
  llvm::SHA256 hash;
  hash.update(sharedText(all));
  hash.update(sharedText(loopless));
  auto digest = hash.final();
  return llvm::toHex(llvm::ArrayRef(digest).take_front(4), /*LowerCase=*/true);
}

} // namespace

std::string dlnet::codegen::kernelText(const UsedKernels &used,
                                       const std::string &prefix) {
  static const std::string shared = revision();
  std::string text = llvm::formatv(kRevision, shared).str() + sharedText(used);
  if (used.straight.empty())
    return text;
  text += kLongAssembler;
  for (auto [number, kernel] : llvm::enumerate(used.straight))
    text += straightKernelText(kernel, number, prefix);
  return text + kLongAssemblerEnd;
}
