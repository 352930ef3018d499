// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-verify-target: the last gate before C. The emitter and the cost model
// rely on what is checked here and say nothing themselves.
#include "passes/BuildPlan.h"
#include "passes/CheckResults.h"
#include "passes/OutputPorts.h"
#include "passes/Passes.h"
#include "passes/TargetOption.h"

#include "llvm/Support/Regex.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_VERIFYTARGET
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// An error where a port's name is one that the C needs itself.
LogicalResult checkPortNames(ModelOp model) {
  static const llvm::Regex taken(
      "^(state|tag|steps|vector|wrong|found|golden|size|count|value|low|high|"
      "best|knot|i|j|row[0-9_]*|out[0-9_]*|t[0-9]+|v[0-9]+|d[0-9]+|"
      "s(16|32)_[0-9]+)$");
  if (!hasOwnPorts(model))
    return success();
  SmallVector<PortAttr> ports = model.getInputPorts();
  llvm::append_range(ports, model.getOutputPorts());
  for (PortAttr port : ports)
    if (taken.match(port.getName()))
      return model.emitError("has a port named '")
             << port.getName() << "', which the emitted C needs itself";
  return success();
}

/// Whether a vector is a row, in the middle of a sequence, of an odd width.
bool isOddRow(Value value) {
  auto row = dyn_cast<BlockArgument>(value);
  auto scan = row ? dyn_cast<ScanOp>(row.getOwner()->getParentOp()) : ScanOp();
  return scan && llvm::is_contained(scan.getRows(), row) &&
         sizeOf(value) % 2 != 0 && !ShapedType::isDynamic(scan.getTripCount());
}

LogicalResult check(Operation *op, ModelOp model, const cost::Target &target) {
  if (!isa<IntegerOpInterface, YieldOp, ReturnOp>(op))
    return op->emitError("cannot be done on the target; it is left over from "
                         "the real level");
  for (Type type : op->getResultTypes()) {
    auto shaped = cast<RankedTensorType>(type);
    if (failed(checkSize(op, shaped)))
      return failure();
    if (!shaped.getElementType().isSignlessInteger())
      return op->emitError("is left over from the real level: ") << type;
  }
  if (op->hasTrait<ElementwiseInteger>() && !isa<FusedOp>(op->getParentOp()))
    return op->emitError("must be in a group; run lnn-fuse-elementwise");
  if (auto fused = dyn_cast<FusedOp>(op))
    for (Value value : fused.getBody().front().getTerminator()->getOperands())
      if (value.getParentBlock() != &fused.getBody().front())
        return op->emitError("must yield what it computes itself");
  if (auto scan = dyn_cast<ScanOp>(op); scan && !orderOfMoves(scan))
    return op->emitError("has states that change places, for which there is "
                         "no memory");
  if (isNewestElement(op))
    for (Operation *user : op->getUsers())
      if (!isa<StackOp, ScanOp, ConcatOp, ReturnOp>(user) &&
          !isa<FusedOp>(user->getParentOp()))
        return user->emitError("reads a newest element, which has no memory of "
                               "its own; it must be stacked or computed with "
                               "first");
  if (auto product = dyn_cast<MatvecS8Op>(op)) {
    if (isOddRow(product.getInput()))
      return op->emitError("reads a row of ")
             << sizeOf(product.getInput())
             << " columns of a sequence; products read pairs";
    if (!product.getPacking())
      return op->emitError("has no packing; run lnn-prove-ranges");
    auto form = static_cast<cost::ProductForm>(*product.getPacking());
    if (!target.has(form) || (product.getUnroll() && !target.unrolls())) {
      reportForeignPacking(product, target);
      return failure();
    }
    if (product.getInput() == model.getAge() && !hasOwnPorts(model))
      return op->emitError("reads the age itself; products read pairs, so it "
                           "must be stacked or computed with first");
  }
  if (op->getNumResults() != 0 && !isa<FusedOp>(op->getParentOp()) &&
      !op->hasAttr(kBuffersAttr))
    return op->emitError("has no buffer; run lnn-plan-memory");
  return success();
}

int64_t arenaBytes(ModelOp model) {
  int64_t bytes = 0;
  for (auto buffer :
       model->getAttrOfType<ArrayAttr>(kArenaAttr).getAsRange<DictionaryAttr>())
    bytes += buffer.getAs<IntegerAttr>("elements").getInt() *
             buffer.getAs<IntegerAttr>("width").getInt() / 8;
  return bytes;
}

struct VerifyTarget : lnn::impl::VerifyTargetBase<VerifyTarget> {
  using VerifyTargetBase::VerifyTargetBase;

  void runOnOperation() override {
    ModelOp model = getOperation();
    const cost::Target *core = targetNamed(target, model);
    if (!core || failed(checkTarget(model, *core)))
      return signalPassFailure();
    if (int64_t bytes = arenaBytes(model); bytes > maxArenaBytes) {
      model.emitError("needs an arena of ")
          << bytes << " bytes; the target has " << maxArenaBytes.getValue();
      signalPassFailure();
    }
  }
};

} // namespace

LogicalResult dlnet::lnn::checkTarget(ModelOp model,
                                      const cost::Target &target) {
  if (failed(checkPortNames(model)))
    return failure();
  WalkResult result = model.getBody().walk(
      [&](Operation *op) { return WalkResult(check(op, model, target)); });
  if (result.wasInterrupted())
    return failure();
  if (!model->hasAttr(kArenaAttr))
    return model.emitError("has no arena; run lnn-plan-memory");
  return success();
}
