// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transfer functions of the real level. Products of weights with anything
// that itself depends on the state are taken as independent of it: a superset.
#include "passes/RealRanges.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename Fn>
RealVectorRange combine(const RealVectorRange &a, const RealVectorRange &b,
                        Fn fn) {
  RealVectorRange result;
  for (size_t i = 0, e = std::max(a.size(), b.size()); i < e; ++i)
    result.push_back(fn(elementOf(a, i), elementOf(b, i)));
  return result;
}

Ranged<double> constant(double value) {
  return Ranged<double>::independent(Interval<double>::point(value));
}

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
  const RealVectorRange &range = get(value);
  Interval<double> result = range.front().all;
  for (const Ranged<double> &element : range)
    result = hull(result, element.all);
  return result;
}

void RealRanges::analyze(ModelOp model) {
  double unit = std::ldexp(1.0, -static_cast<int>(model.getFractionBits()));
  set(model.getWindow(),
      {Ranged<double>::independent({0.0, INT16_MAX * unit})});
  evaluate(model.getBody().front());
}

void RealRanges::evaluate(Block &block) {
  for (Operation &op : block.without_terminator())
    visit(op);
}

RealVectorRange RealRanges::affine(AffineOp op) const {
  RealVectorRange result;
  for (double bias : realElements(op.getBias()))
    result.push_back(constant(bias));
  for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights())) {
    auto weights = realElements(cast<ElementsAttr>(attr));
    const RealVectorRange &range = get(input);
    size_t columns = weights.size() / result.size();
    for (size_t row = 0; row < result.size(); ++row) {
      Interval<double> sum{0.0, 0.0};
      for (size_t column = 0; column < columns; ++column)
        sum =
            sum + elementOf(range, column).all *
                      Interval<double>::point(weights[row * columns + column]);
      result[row] = result[row] + Ranged<double>::independent(sum);
    }
  }
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
        if (!op.getValue().getElementType().isF32())
          return;
        RealVectorRange result;
        for (double value : realElements(op.getValue()))
          result.push_back(constant(value));
        set(op.getResult(), result);
      })
      .Case<LastOp, BlockMeanOp>([&](auto op) {
        set(op.getResult(),
            {Ranged<double>::independent(hullOf(op.getInput()))});
      })
      .Case([&](DifferenceOp op) {
        Interval<double> input = hullOf(op.getInput());
        set(op.getResult(),
            {Ranged<double>::independent(hull(input - input, {0.0, 0.0}))});
      })
      .Case([&](StackOp op) {
        RealVectorRange result;
        for (Value column : op.getColumns())
          result.push_back(Ranged<double>::independent(hullOf(column)));
        result.resize(op.getResult().getType().getDimSize(1), constant(0.0));
        set(op.getResult(), result);
      })
      .Case([&](ClampOp op) {
        double low = op.getMin().convertToDouble();
        double high = op.getMax().convertToDouble();
        RealVectorRange result;
        for (const Ranged<double> &element : get(op.getInput()))
          result.push_back(
              element.mapped([&](double v) { return std::clamp(v, low, high); },
                             [](Interval<double> slope) {
                               return hull(slope, {0.0, 0.0});
                             }));
        set(op.getResult(), result);
      })
      .Case([&](NormalizeOp op) {
        RealVectorRange offsets, scales;
        for (double value : op.getOffset())
          offsets.push_back(constant(value));
        for (double value : op.getScale())
          scales.push_back(constant(value));
        set(op.getResult(),
            combine(combine(get(op.getInput()), offsets,
                            [](auto a, auto b) { return a - b; }),
                    scales, [](auto a, auto b) { return a * b; }));
      })
      .Case([&](AddOp op) {
        set(op.getResult(), combine(get(op.getLhs()), get(op.getRhs()),
                                    [](auto a, auto b) { return a + b; }));
      })
      .Case([&](SubOp op) {
        set(op.getResult(), combine(get(op.getLhs()), get(op.getRhs()),
                                    [](auto a, auto b) { return a - b; }));
      })
      .Case([&](MulOp op) {
        set(op.getResult(), combine(get(op.getLhs()), get(op.getRhs()),
                                    [](auto a, auto b) { return a * b; }));
      })
      .Case([&](AffineOp op) { set(op.getResult(), affine(op)); })
      .Case([&](ActivateOp op) {
        double low = op.getFunction() == Function::Sigmoid ? 0.0 : -1.0;
        set(op.getResult(), {Ranged<double>::independent({low, 1.0})});
      })
      .Case<EulerStepOp, FusedStepOp>([&](auto op) {
        if (auto box =
                op->template getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr))
          set(op.getResult(), {Ranged<double>::independent({box[0], box[1]})});
      })
      .Case([&](ScanOp scan) { visitScan(scan); });
}
