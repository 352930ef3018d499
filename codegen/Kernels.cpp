// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which kernels a file needs, in which order, and when their instructions are
// there. Files of several models may be compiled as one: what they share is
// guarded, and must come from the same dlnetc.
#include "codegen/Kernels.h"

#include "codegen/UnrolledKernels.h"
#include "frontend/support/EmbeddedFiles.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"

#include <map>

namespace dlnet::embedded {
const EmbeddedFiles &kernelFiles(); ///< <core>/kernels/<name>.c
} // namespace dlnet::embedded

using namespace dlnet;
using namespace dlnet::codegen;
using llvm::StringRef;

namespace {

constexpr const char *kRevision = R"c(
/* Models that are compiled as one file share what is called dln_. */
#if defined(DLN_KERNELS) && DLN_KERNELS != 0x{0}u
#error "Two models of different versions of dlnetc, or for different targets, are compiled as one file: generate both anew, or compile them apart"
#endif
#define DLN_KERNELS 0x{0}u
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

/// A kernel's file: what it includes, and the text after that, from an empty
/// line on.
struct KernelFile {
  std::vector<std::string> needs; ///< Stems of other files.
  std::string text;
};

KernelFile readKernel(StringRef file) {
  constexpr StringRef include = "#include ";
  KernelFile kernel;
  for (size_t at; (at = file.find(include)) != StringRef::npos;) {
    auto [name, rest] = file.drop_front(at + include.size()).split('\n');
    if (name.consume_front("\"") && name.consume_back(".c\""))
      kernel.needs.push_back(name.substr(name.rfind('/') + 1).str());
    file = rest;
  }
  kernel.text = file.str();
  return kernel;
}

/// The kernels in plain C, or those for DSP instructions, by their names.
std::map<std::string, KernelFile> readKernels(StringRef core) {
  std::map<std::string, KernelFile> kernels;
  for (const auto &[path, text] : embedded::kernelFiles()) {
    StringRef name = path;
    if (name.consume_front(core) && name.consume_front("/kernels/") &&
        name.consume_back(".c"))
      kernels.emplace(name.str(), readKernel(text));
  }
  return kernels;
}

/// A text that is compiled once.
std::string once(StringRef name, StringRef text) {
  return llvm::formatv("#ifndef DLN_HAS_{0}\n#define DLN_HAS_{0}{1}#endif\n",
                       name.upper(), text);
}

const char *nameOf(Kernel kernel) {
  switch (kernel) {
  case Kernel::MultiplyHigh:
    return "multiply_high";
  case Kernel::Saturate:
    return "saturate16";
  case Kernel::Positive:
    return "positive16";
  case Kernel::Clamp:
    return "clamp";
  case Kernel::Lookup:
    return "lookup";
  case Kernel::SignedByte:
    return "s8";
  case Kernel::BlockSum:
    return "block_sum";
  case Kernel::UnitNorm:
    return "unit_norm";
  case Kernel::DualRow:
    return "matvec_dual_row";
  case Kernel::BytePair:
    return "matvec_byte_pair";
  case Kernel::DualRowSparse:
    return "matvec_dual_row_sparse";
  case Kernel::BytePairSparse:
    return "matvec_byte_pair_sparse";
  case Kernel::FourRows:
    return "matvec_four_rows";
  }
  llvm_unreachable("every kernel has a name");
}

/// Kernel files with what they need, each in the forms that are used: the
/// target's own, plain C, or both.
class Selection {
public:
  enum Form { Plain, Own };

  explicit Selection(const cost::Target &target)
      : target(target), plain(readKernels("plain")),
        own(readKernels(target.kernels)),
        macro("DLN_" + StringRef(target.feature).upper()) {}

  void need(const std::string &name) {
    need(name, Plain);
    need(name, Own);
  }

  void need(const std::string &name, Form form) {
    if ((form == Own && !hasOwn()) || !used[form].insert(name).second)
      return;
    for (const std::string &other : file(name, form).needs)
      need(other, form);
  }

  /// What others rest on comes before them.
  std::string text() const {
    std::string text;
    std::set<std::string> printed = {"assembler"};
    if (hasOwn())
      printed.insert(target.feature);
    for (const std::string &name : printed)
      text += "\n" + once(name, file(name, Own).text);
    for (Form form : {Plain, Own})
      for (const std::string &name : used[form])
        print(name, printed, text);
    return text;
  }

private:
  bool hasOwn() const { return !target.feature.empty(); }

  const KernelFile &file(const std::string &name, Form form) const {
    auto it = own.find(name);
    return form == Own && it != own.end() ? it->second
                                          : plain.find(name)->second;
  }

  void print(const std::string &name, std::set<std::string> &printed,
             std::string &text) const {
    if (!printed.insert(name).second)
      return;
    for (Form form : {Plain, Own})
      if (used[form].count(name))
        for (const std::string &other : file(name, form).needs)
          print(other, printed, text);
    text += "\n" + guarded(name);
  }

  std::string guarded(const std::string &name) const {
    bool isPlain = used[Plain].count(name), isOwn = used[Own].count(name);
    const std::string &plainText = file(name, isPlain ? Plain : Own).text,
                      &ownText = file(name, isOwn ? Own : Plain).text;
    if (isPlain != isOwn && hasOwn())
      return llvm::formatv("#if {0}{1}\n{2}#endif\n", isOwn ? "" : "!", macro,
                           once(name, ownText));
    if (&plainText == &ownText)
      return once(name, plainText);
    return once(name, llvm::formatv("\n#if {0}{1}#else{2}#endif\n", macro,
                                    ownText, plainText)
                          .str());
  }

  const cost::Target &target;
  std::map<std::string, KernelFile> plain, own;
  std::string macro; ///< 1 where the target's own kernels can be compiled.
  std::set<std::string> used[2];
};

/// What models may share.
std::string sharedText(const UsedKernels &used, const cost::Target &target) {
  Selection kernels(target);
  if (used.keepsLoops)
    kernels.need("keep_loop");
  for (Kernel kernel : used.common)
    kernels.need(nameOf(kernel));
  // What is unrolled with the DSP instructions has its loop without them.
  for (const auto &[loop, pairs] : used.unrolled) {
    kernels.need("product");
    kernels.need("store2", Selection::Own);
    kernels.need(nameOf(loop), Selection::Plain);
  }
  for (const StraightKernel &straight : used.straight) {
    kernels.need("product");
    bool dual = straight.kernel == Kernel::DualRowSparse;
    kernels.need(dual ? "matvec_dual_row_blocks" : "matvec_byte_pair_blocks",
                 Selection::Plain);
  }
  std::string text = kernels.text();
  for (const UnrolledKernel &kernel : used.unrolled)
    text +=
        "\n" +
        once(
            llvm::formatv("{0}_{1}", nameOf(kernel.first), kernel.second).str(),
            unrolledKernelText(kernel));
  return text;
}

/// Eight hexadecimal digits that change with any text that is shared.
std::string revision(const cost::Target &target) {
  UsedKernels all;
  for (int kernel = 0; kernel <= static_cast<int>(Kernel::FourRows); ++kernel)
    all.common.insert(static_cast<Kernel>(kernel));
  UsedKernels loopless;
  if (target.unrolls()) {
    for (Kernel kernel : {Kernel::DualRow, Kernel::BytePair})
      for (int64_t columnPairs : {1, 2, 3, 4})
        loopless.unrolled.insert({kernel, columnPairs});
    for (Kernel kernel : {Kernel::DualRowSparse, Kernel::BytePairSparse})
      loopless.straight.push_back({kernel, 0, {}});
  }
  llvm::SHA256 hash;
  hash.update(sharedText(all, target));
  hash.update(sharedText(loopless, target));
  auto digest = hash.final();
  return llvm::toHex(llvm::ArrayRef(digest).take_front(4), /*LowerCase=*/true);
}

} // namespace

std::string dlnet::codegen::kernelText(const UsedKernels &used,
                                       const std::string &prefix,
                                       const cost::Target &target) {
  std::string text = llvm::formatv(kRevision, revision(target)).str() +
                     sharedText(used, target);
  if (used.straight.empty())
    return text;
  text += kLongAssembler;
  for (auto [number, kernel] : llvm::enumerate(used.straight))
    text += straightKernelText(kernel, number, prefix);
  return text + kLongAssemblerEnd;
}
