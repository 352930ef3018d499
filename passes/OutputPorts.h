// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which output port a value ends in: formats end in its scale, values within
// its limits.
#ifndef DLNET_PASSES_OUTPUTPORTS_H
#define DLNET_PASSES_OUTPUTPORTS_H

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// Whether a model has ports of its own; otherwise it forecasts from a window
/// of SOH.
inline bool hasOwnPorts(ModelOp model) {
  return model.getInputsAttr() || model.getOutputsAttr();
}

/// Whether an operation names one element of a vector, which has no memory of
/// its own. The newest row of a sequence is a vector, and has.
inline bool isNewestElement(mlir::Operation *op) {
  auto last = llvm::dyn_cast_or_null<LastOp>(op);
  return last &&
         llvm::cast<mlir::ShapedType>(last.getInput().getType()).getRank() == 1;
}

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

/// In which order the next states of a scan may be copied, so that none is
/// overwritten before another one has it; nothing where they change places.
inline std::optional<llvm::SmallVector<unsigned>> orderOfMoves(ScanOp scan) {
  llvm::SmallVector<unsigned> order;
  llvm::SmallVector<bool> done(scan.getInits().size(), false);
  auto mayMove = [&](unsigned index) {
    for (auto [reader, next] : llvm::enumerate(scan.getNextStates()))
      if (!done[reader] && reader != index && next == scan.getStates()[index])
        return false;
    return true;
  };
  while (order.size() < done.size()) {
    size_t before = order.size();
    for (unsigned index = 0; index < done.size(); ++index)
      if (!done[index] && mayMove(index)) {
        done[index] = true;
        order.push_back(index);
      }
    if (order.size() == before)
      return std::nullopt;
  }
  return order;
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
