// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-verify-target: the last gate before C. The emitter and the cost model
// rely on what is checked here and say nothing themselves.
#include "passes/BuildPlan.h"
#include "passes/Passes.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_VERIFYTARGET
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

LogicalResult check(Operation *op, ModelOp model) {
  if (!isa<IntegerOpInterface, YieldOp, ReturnOp>(op))
    return op->emitError("cannot be done on the target; it is left over from "
                         "the real level");
  for (Type type : op->getResultTypes()) {
    auto shaped = cast<ShapedType>(type);
    if (!shaped.hasStaticShape())
      return op->emitError("has an unknown size: ") << type;
    if (!shaped.getElementType().isSignlessInteger())
      return op->emitError("is left over from the real level: ") << type;
  }
  if (op->hasTrait<ElementwiseInteger>() && !isa<FusedOp>(op->getParentOp()))
    return op->emitError("must be in a group; run lnn-fuse-elementwise");
  if (auto ret = dyn_cast<ReturnOp>(op);
      ret && !ret.getForecast().getDefiningOp<FusedOp>())
    return op->emitError("must return the result of a group; the forecast's "
                         "memory belongs to the caller");
  if (auto fused = dyn_cast<FusedOp>(op))
    for (Value value : fused.getBody().front().getTerminator()->getOperands())
      if (value.getParentBlock() != &fused.getBody().front())
        return op->emitError("must yield what it computes itself");
  if (auto scan = dyn_cast<ScanOp>(op); scan && !scan.isPlain())
    return op->emitError("has several states, sequences or outputs, for which "
                         "no C is emitted");
  if (auto last = dyn_cast<LastOp>(op))
    for (Operation *user : last->getUsers())
      if (!isa<StackOp, ScanOp>(user) && !isa<FusedOp>(user->getParentOp()))
        return user->emitError("reads a newest element, which has no memory of "
                               "its own; it must be stacked or computed with "
                               "first");
  if (auto product = dyn_cast<MatvecS8Op>(op)) {
    if (!product.getPacking())
      return op->emitError("has no packing; run lnn-prove-ranges");
    if (product.getInput() == model.getAge())
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
    if (failed(checkTarget(model)))
      return signalPassFailure();
    if (int64_t bytes = arenaBytes(model); bytes > maxArenaBytes) {
      model.emitError("needs an arena of ")
          << bytes << " bytes; the target has " << maxArenaBytes.getValue();
      signalPassFailure();
    }
  }
};

} // namespace

LogicalResult dlnet::lnn::checkTarget(ModelOp model) {
  if (model.getInputsAttr() || model.getOutputsAttr())
    return model.emitError("has ports of its own, for which no C is emitted");
  WalkResult result = model.getBody().walk(
      [&](Operation *op) { return WalkResult(check(op, model)); });
  if (result.wasInterrupted())
    return failure();
  if (!model->hasAttr(kArenaAttr))
    return model.emitError("has no arena; run lnn-plan-memory");
  return success();
}
