// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes may be run by hand in any order; each says what it cannot take.
#ifndef DLNET_PASSES_CHECKRESULTS_H
#define DLNET_PASSES_CHECKRESULTS_H

#include "dialect/Lnn.h"
#include "mlir/IR/BuiltinTypes.h"

namespace dlnet::lnn {

/// Fails where a result's type has an unknown size that is not the length of a
/// stream.
inline mlir::LogicalResult checkSize(mlir::Operation *op,
                                     mlir::RankedTensorType type) {
  auto model = op->getParentOfType<ModelOp>();
  if (type.hasStaticShape() || (isStreamed(type) && model && model.isStream()))
    return mlir::success();
  return op->emitError("has an unknown size: ") << type;
}

/// Fails unless every result of `op` is a tensor of known size with elements
/// that `accepts` takes. `takes` begins the message: "<pass> takes <what>".
inline mlir::LogicalResult
checkResults(mlir::Operation *op, llvm::StringRef takes,
             llvm::function_ref<bool(mlir::Type)> accepts) {
  for (mlir::Type type : op->getResultTypes()) {
    auto shaped = llvm::dyn_cast<mlir::RankedTensorType>(type);
    if (!shaped || !accepts(shaped.getElementType()))
      return op->emitError()
             << takes << "; found " << op->getName() << " of " << type;
    if (failed(checkSize(op, shaped)))
      return mlir::failure();
  }
  return mlir::success();
}

/// Fails where formats have been chosen: they were, for what `pass` would
/// change.
inline mlir::LogicalResult checkUnformatted(mlir::Operation *op,
                                            llvm::StringRef pass) {
  if (op->hasAttr(kFormatAttr) || op->hasAttr(kFormatsAttr))
    return op->emitError("has a format already; ")
           << pass << " comes before lnn-quantize";
  return mlir::success();
}

} // namespace dlnet::lnn

#endif // DLNET_PASSES_CHECKRESULTS_H
