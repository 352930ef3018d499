// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which range goes where; passes/fixed/VectorRange.h says how operations move
// them.
#include "passes/RealRanges.h"

#include "passes/FixedFormat.h"
#include "passes/fixed/Choose.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The invariant box of the step that a scan's body yields, if it has one.
DenseF64ArrayAttr invariantOf(ScanOp scan) {
  Operation *producer = scan.getNextState().getDefiningOp();
  if (!producer)
    return {};
  if (auto inner = dyn_cast<ScanOp>(producer))
    return invariantOf(inner);
  return producer->getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr);
}

} // namespace

void RealRanges::set(Value value, RealVectorRange range) {
  ranges[value] = std::move(range);
}

const RealVectorRange &RealRanges::get(Value value) const {
  static const RealVectorRange unknown = {
      Ranged<double>::independent({-kInfinity, kInfinity})};
  auto it = ranges.find(value);
  return it == ranges.end() ? unknown : it->second;
}

Interval<double> RealRanges::hullOf(Value value) const {
  return fixed::hullOf(get(value));
}

void RealRanges::analyze(ModelOp model) {
  double unit = std::ldexp(1.0, -static_cast<int>(model.getFractionBits()));
  set(model.getWindow(),
      {Ranged<double>::independent({0.0, INT16_MAX * unit})});
  if (Value age = model.getAge())
    set(age, fixed::within(fixed::possibleAges()));
  evaluate(model.getBody().front());
}

void RealRanges::evaluate(Block &block) {
  for (Operation &op : block.without_terminator())
    visit(op);
}

RealVectorRange RealRanges::affine(AffineOp op) const {
  RealVectorRange result = fixed::constants(realVector(op.getBias()));
  for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights()))
    result = fixed::addProduct(result, realVector(cast<ElementsAttr>(attr)),
                               get(input));
  return result;
}

void RealRanges::visitScan(ScanOp scan) {
  if (auto row = scan.getRow())
    set(*row, get(scan.getSequence()));
  DenseF64ArrayAttr box = invariantOf(scan);
  Interval<double> state{-kInfinity, kInfinity};
  if (box)
    state = hull({box[0], box[1]}, hullOf(scan.getInit()));
  set(scan.getState(), {Ranged<double>::state(state)});
  evaluate(scan.getBody().front());
  if (!box) {
    // The cell forgets its state but through bounded functions, or not at all.
    state = hull(hullOf(scan.getNextState()), hullOf(scan.getInit()));
    set(scan.getState(), {Ranged<double>::state(state)});
    evaluate(scan.getBody().front());
  }
  set(scan.getResult(), {Ranged<double>::independent(state)});
}

void RealRanges::visit(Operation &operation) {
  llvm::TypeSwitch<Operation *>(&operation)
      .Case([&](ConstantOp op) {
        if (op.getValue().getElementType().isF32())
          set(op.getResult(), fixed::constants(realVector(op.getValue())));
      })
      .Case<LastOp, BlockMeanOp>([&](auto op) {
        set(op.getResult(), fixed::within(hullOf(op.getInput())));
      })
      .Case([&](DifferenceOp op) {
        set(op.getResult(), fixed::neighbourDifference(get(op.getInput())));
      })
      .Case([&](InterpolateOp op) {
        set(op.getResult(), fixed::within(hullOf(op.getKnots())));
      })
      .Case([&](StackOp op) {
        RealVectorRange result;
        for (Value column : op.getColumns())
          result.push_back(Ranged<double>::independent(hullOf(column)));
        result.resize(op.getResult().getType().getDimSize(1),
                      Ranged<double>::independent({0.0, 0.0}));
        set(op.getResult(), result);
      })
      .Case([&](ClampOp op) {
        set(op.getResult(),
            fixed::clampRange(get(op.getInput()), op.getMin().convertToDouble(),
                              op.getMax().convertToDouble()));
      })
      .Case([&](NormalizeOp op) {
        RealVectorRange centred = fixed::difference(
            get(op.getInput()), fixed::constants(op.getOffset().vec()));
        set(op.getResult(),
            fixed::product(centred, fixed::constants(op.getScale().vec())));
      })
      .Case([&](AddOp op) {
        set(op.getResult(), fixed::sum(get(op.getLhs()), get(op.getRhs())));
      })
      .Case([&](SubOp op) {
        set(op.getResult(),
            fixed::difference(get(op.getLhs()), get(op.getRhs())));
      })
      .Case([&](MulOp op) {
        set(op.getResult(), fixed::product(get(op.getLhs()), get(op.getRhs())));
      })
      .Case([&](AffineOp op) { set(op.getResult(), affine(op)); })
      .Case([&](ActivateOp op) {
        set(op.getResult(),
            fixed::activationRange(activationOf(op.getFunction())));
      })
      .Case<EulerStepOp, FusedStepOp>([&](auto op) {
        if (auto box =
                op->template getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr))
          set(op.getResult(), fixed::within({box[0], box[1]}));
      })
      .Case([&](ScanOp scan) { visitScan(scan); });
}
