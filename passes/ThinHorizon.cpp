// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-thin-horizon: a smooth forecast needs few products. passes/fixed/Knots.h
// fits and bounds; here is where the rows stand in IR, and what follows them.
#include "passes/CheckResults.h"
#include "passes/FixedFormat.h"
#include "passes/Passes.h"
#include "passes/RealRanges.h"
#include "passes/fixed/Knots.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLExtras.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_THINHORIZON
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// The forecast as `affine`, then `rest`, which treats all elements alike and
/// so may come before interpolation. A change of the affine's result by one
/// changes the forecast by `gain`.
struct Readout {
  AffineOp affine;
  SmallVector<Operation *> rest;
  double gain = 1.0;
};

/// The operand of a sum that is as long as the result, when the other one is a
/// single element.
template <typename Op> Value wholeOperand(Op op) {
  if (sizeOf(op.getLhs()) == 1)
    return op.getRhs();
  return sizeOf(op.getRhs()) == 1 ? op.getLhs() : Value();
}

/// What an operation treats alike, element by element, if it does.
Value alikeOperand(Operation *op) {
  if (auto normalize = dyn_cast<NormalizeOp>(op))
    return normalize.getOffset().size() == 1 && normalize.getScale().size() == 1
               ? normalize.getInput()
               : Value();
  if (auto add = dyn_cast<AddOp>(op))
    return wholeOperand(add);
  auto sub = dyn_cast<SubOp>(op);
  return sub ? wholeOperand(sub) : Value();
}

std::optional<Readout> findReadout(ModelOp model) {
  Readout readout;
  Value value = model.getForecast();
  while (value && value.hasOneUse()) {
    Operation *op = value.getDefiningOp();
    if (!op)
      break;
    if ((readout.affine = dyn_cast<AffineOp>(op)))
      return readout.affine.getInputs().size() == 1 ? std::optional(readout)
                                                    : std::nullopt;
    if (auto normalize = dyn_cast<NormalizeOp>(op))
      readout.gain *= std::abs(normalize.getScale().front());
    readout.rest.push_back(op);
    value = alikeOperand(op);
  }
  return std::nullopt;
}

/// The recorded range of each of `size` elements, or else the proved one.
std::vector<Interval<double>> rangesOf(Value value, size_t size,
                                       ModelOp model) {
  Operation *op = value.getDefiningOp();
  auto recorded = op ? op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr)
                     : DenseF64ArrayAttr();
  std::vector<Interval<double>> ranges;
  if (recorded && (recorded.size() == 2 || size_t(recorded.size()) == 2 * size))
    for (size_t i = 0; i < size; ++i) {
      size_t at = recorded.size() == 2 ? 0 : 2 * i;
      ranges.push_back({recorded[at], recorded[at + 1]});
    }
  else {
    RealRanges proved;
    proved.analyze(model);
    for (size_t i = 0; i < size; ++i)
      ranges.push_back(elementOf(proved.get(value), i).all);
  }
  return ranges;
}

DenseElementsAttr realAttr(ArrayRef<int64_t> shape, ArrayRef<double> values,
                           MLIRContext *context) {
  auto floats = llvm::map_to_vector(
      values, [](double v) { return static_cast<float>(v); });
  return DenseElementsAttr::get(
      RankedTensorType::get(shape, Float32Type::get(context)),
      ArrayRef<float>(floats));
}

struct ThinHorizon : lnn::impl::ThinHorizonBase<ThinHorizon> {
  using ThinHorizonBase::ThinHorizonBase;

  void runOnOperation() override {
    if (!(tolerance >= 0.0) || !std::isfinite(tolerance)) {
      getOperation().emitError("lnn-thin-horizon wants a tolerance of 0 or "
                               "more, not ")
          << tolerance.getValue();
      return signalPassFailure();
    }
    WalkResult checked = getOperation().getBody().walk([](Operation *op) {
      if (failed(checkUnformatted(op, "lnn-thin-horizon")))
        return WalkResult::interrupt();
      return WalkResult(
          checkResults(op, "lnn-thin-horizon takes real-level networks",
                       [](Type type) { return type.isF32(); }));
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    // The tolerance is one of SOH.
    if (getOperation().getOutputsAttr())
      return;
    std::optional<Readout> readout = findReadout(getOperation());
    if (!readout)
      return;
    AffineOp affine = readout->affine;
    fixed::Rows rows{realVector(cast<ElementsAttr>(affine.getWeights()[0])),
                     realVector(affine.getBias())};
    std::optional<fixed::Rows> knots = fixed::thinRows(
        rows, rangesOf(affine.getInputs()[0], rows.columns(), getOperation()),
        tolerance / readout->gain);
    if (!knots)
      return;
    interpolate(*readout, *knots);
    numRows += rows.bias.size() - knots->bias.size();
  }

private:
  /// Makes the readout again at the knots, and the forecast from it.
  void interpolate(const Readout &readout, const fixed::Rows &knots) {
    AffineOp affine = readout.affine;
    OpBuilder builder(affine);
    int64_t count = knots.bias.size(), columns = knots.columns();
    auto type = RankedTensorType::get({count}, builder.getF32Type());
    Attribute weights =
        realAttr({count, columns}, knots.weights, &getContext());
    Value value =
        builder.create<AffineOp>(affine.getLoc(), type, affine.getInputs(),
                                 builder.getArrayAttr(weights),
                                 realAttr(count, knots.bias, &getContext()));
    Value replaced = affine.getResult();
    for (Operation *op : llvm::reverse(readout.rest)) {
      builder.setInsertionPoint(op);
      IRMapping mapping;
      mapping.map(replaced, value);
      replaced = op->getResult(0);
      value = builder.clone(*op, mapping)->getResult(0);
      value.setType(type);
    }
    Value forecast = builder.create<InterpolateOp>(replaced.getLoc(),
                                                   replaced.getType(), value);
    replaced.replaceAllUsesWith(forecast);
    for (Operation *op : readout.rest)
      op->erase();
    affine.erase();
  }
};

} // namespace
