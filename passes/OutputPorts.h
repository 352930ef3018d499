// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which output port a value ends in: formats end in its scale, values within
// its limits.
#ifndef DLNET_PASSES_OUTPUTPORTS_H
#define DLNET_PASSES_OUTPUTPORTS_H

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// The output port of a value that the model returns, null for another one. Of
/// what a scan yields it is asked for the sequence that the scan gives.
inline PortAttr outputPortOf(mlir::Value value) {
  for (mlir::OpOperand &use : value.getUses())
    if (auto ret = llvm::dyn_cast<ReturnOp>(use.getOwner()))
      return llvm::cast<ModelOp>(ret->getParentOp())
          .getOutputPorts()[use.getOperandNumber()];
  return {};
}

/// The output port whose memory, the caller's, a value is computed in: it is
/// returned, or the row of a stream that is.
inline PortAttr outputOf(mlir::Value value) {
  // Only loops write to it; what else is returned is copied there.
  if (!value.getDefiningOp<FusedOp>())
    return {};
  if (PortAttr port = outputPortOf(value))
    return port;
  auto scan = llvm::dyn_cast<ScanOp>(value.getParentBlock()->getParentOp());
  auto model = scan ? llvm::dyn_cast<ModelOp>(scan->getParentOp()) : ModelOp();
  if (model && model.isStream())
    for (auto [row, output] :
         llvm::zip(scan.getOutputRows(), scan.getOutputs()))
      if (row == value)
        return outputPortOf(output);
  return {};
}

/// The output port of which a value is a part: it is returned, or a row of what
/// is, or all that is made of it by sums, limits and interpolation is. Null
/// where it has other readers too.
inline PortAttr portOfReaders(mlir::Value value) {
  PortAttr found;
  for (mlir::OpOperand &use : value.getUses()) {
    mlir::Operation *user = use.getOwner();
    PortAttr port;
    if (llvm::isa<ReturnOp>(user))
      port = outputPortOf(value);
    else if (auto scan = llvm::dyn_cast<ScanOp>(user->getParentOp());
             scan && llvm::isa<YieldOp>(user)) {
      if (use.getOperandNumber() >= scan.getInits().size())
        port = outputPortOf(scan->getResult(use.getOperandNumber()));
    } else if (llvm::isa<AddOp, SubOp, ClampOp, NormalizeOp, InterpolateOp>(
                   user)) {
      port = portOfReaders(user->getResult(0));
    }
    if (!port)
      return {};
    found = port;
  }
  return found;
}

} // namespace dlnet::lnn

#endif // DLNET_PASSES_OUTPUTPORTS_H
