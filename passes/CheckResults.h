// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes may be run by hand in any order; each says what it cannot take.
#ifndef DLNET_PASSES_CHECKRESULTS_H
#define DLNET_PASSES_CHECKRESULTS_H

#include "dialect/Lnn.h"
#include "mlir/IR/BuiltinTypes.h"

namespace dlnet::lnn {

/// Fails unless every result of `op` is a tensor of known size with elements
/// that `accepts` takes. `takes` begins the message: "<pass> takes <what>".
inline mlir::LogicalResult
checkResults(mlir::Operation *op, llvm::StringRef takes,
             llvm::function_ref<bool(mlir::Type)> accepts) {
  auto model = op->getParentOfType<ModelOp>();
  bool streams = model && model.isStream();
  for (mlir::Type type : op->getResultTypes()) {
    auto shaped = llvm::dyn_cast<mlir::RankedTensorType>(type);
    if (!shaped || !accepts(shaped.getElementType()))
      return op->emitError()
             << takes << "; found " << op->getName() << " of " << type;
    if (!shaped.hasStaticShape() && !(streams && isStreamed(type)))
      return op->emitError("has an unknown size: ") << type;
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
