// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes in whatever order someone runs them. Each takes what verifies, and
// gives something that verifies or an error: a crash is a defect, whatever the
// order.
#ifndef DLNET_TEST_TOOLS_PASSORDERS_H
#define DLNET_TEST_TOOLS_PASSORDERS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace dlnet::test {

/// Every pass, every pipeline and the emitter of C, each as a step; passes that
/// are nothing without options have some.
class PassOrders {
public:
  PassOrders();

  size_t steps() const { return texts.size(); }
  /// The pipeline's text.
  const std::string &name(size_t step) const { return texts[step]; }

  /// IR that parses and verifies, or null. Text that the builtin parser of LLVM
  /// 19 itself crashes on (isBeyondParser) counts as none.
  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text);

  enum class Outcome {
    Refused, ///< With an error, as it should.
    Done,
    Broken ///< Claims success, and what it left does not verify.
  };
  /// Runs a step in place.
  Outcome run(size_t step, mlir::ModuleOp module);

  /// Whether text is of the kinds that LLVM's own parser is known to crash on:
  /// malformed `sparse<...>` literals.
  static bool isBeyondParser(llvm::StringRef text);

private:
  mlir::MLIRContext context;
  std::vector<std::string> texts;
};

} // namespace dlnet::test

#endif // DLNET_TEST_TOOLS_PASSORDERS_H
