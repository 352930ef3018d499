// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of solvers.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

template <typename Op> double dtOf(Op op) {
  return op.getDt().convertToDouble();
}

/// What a step of a solver does not leave, if lnn-discretize found a box.
void rangeOfStep(Operation *op, RealRanges &ranges) {
  if (auto box = op->getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr))
    ranges.set(op->getResult(0), fixed::within({box[0], box[1]}));
}

struct EulerStepModel : RealModel<EulerStepModel, EulerStepOp> {
  static void ranges(EulerStepOp op, RealRanges &ranges) {
    rangeOfStep(op, ranges);
  }

  static LogicalResult slopes(EulerStepOp op, Slopes &slopes) {
    return slopes.combine(op, [&](unsigned operand, size_t) {
      return Interval<double>::point(operand == 0 ? 1.0 : dtOf(op));
    });
  }

  static LogicalResult gains(EulerStepOp op, const Gains &, GainMap &map) {
    map.pass(op.getResult(), op.getState());
    map.pass(op.getResult(), op.getDerivative(), {dtOf(op)});
    return success();
  }

  static LogicalResult format(EulerStepOp op, FormatChoice &choice) {
    if (choice.formatOf(op.getState()).width != 16)
      return op.emitError("steps a 32-bit state; the target steps 16 bits");
    if (failed(choice.checkPlain(op, op.getState())) ||
        failed(choice.checkPlain(op, op.getDerivative())))
      return failure();
    return choice.assign(op, choice.formatOf(op.getState()));
  }

  static FloatStep execute(EulerStepOp op, FloatProgram &program) {
    float dt = dtOf(op);
    return program.elementwise(
        op.getState(), op.getDerivative(), op.getResult(),
        [=](float x, float dx, Eigen::Index) { return x + dt * dx; });
  }

  static double rounding(EulerStepOp op, const RealRanges &ranges, size_t i) {
    return roundingOf(std::max(1.0, dtOf(op)) * termsOf(op, ranges, i));
  }

  template <typename Lowering>
  static LogicalResult emit(EulerStepOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(
        op,
        lowering.rule.eulerStep({lowering.get(op.getState()).value, format},
                                lowering.get(op.getDerivative()), dtOf(op)),
        format);
  }
};

struct FusedStepModel : RealModel<FusedStepModel, FusedStepOp> {
  static void ranges(FusedStepOp op, RealRanges &ranges) {
    rangeOfStep(op, ranges);
  }

  // y = (x + dt s) / (1 + dt k): dy = (dx + dt ds - dt y dk) / (1 + dt k).
  static LogicalResult slopes(FusedStepOp op, Slopes &slopes) {
    double dt = dtOf(op);
    return slopes.combine(op, [&](unsigned operand, size_t i) {
      Interval<double> decay = slopes.rangeOf(op.getDecay(), i);
      Interval<double> share = {1.0 / (1.0 + dt * decay.high),
                                1.0 / (1.0 + dt * decay.low)};
      if (operand == 0)
        return share;
      auto step = Interval<double>::point(operand == 1 ? dt : -dt);
      return operand == 1 ? step * share
                          : step * share * slopes.rangeOf(op.getResult(), i);
    });
  }

  static LogicalResult gains(FusedStepOp op, const Gains &gains, GainMap &map) {
    std::vector<double> state = gains.magnitudesOf(op.getState());
    for (double &magnitude : state)
      magnitude *= dtOf(op);
    map.pass(op.getResult(), op.getState());
    map.pass(op.getResult(), op.getSource(), {dtOf(op)});
    map.pass(op.getResult(), op.getDecay(), state);
    return success();
  }

  static LogicalResult format(FusedStepOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getState())) ||
        failed(choice.checkPlain(op, op.getSource())))
      return failure();
    fixed::FusedFormats inner = fixed::fusedFormats(
        choice.known(op.getState()), choice.magnitudeOf(op.getSource()),
        choice.getRanges().hullOf(op.getDecay()), dtOf(op));
    if (failed(choice.assign(op, choice.formatOf(op.getState()))) ||
        failed(choice.assign(op, inner.decay, kDecayFormatAttr)))
      return failure();
    return choice.assign(op, inner.numerator, kNumeratorFormatAttr);
  }

  static FloatStep execute(FusedStepOp op, FloatProgram &program) {
    float dt = dtOf(op);
    size_t x = program.slotOf(op.getState());
    size_t source = program.slotOf(op.getSource());
    size_t decay = program.slotOf(op.getDecay());
    size_t to = program.slotOf(op.getResult());
    return FloatProgram::Step([&slots = program.slots, dt, x, source, decay,
                               to] {
      slots[to] = (slots[x] + dt * slots[source]) / (1.0f + dt * slots[decay]);
    });
  }

  static double rounding(FusedStepOp op, const RealRanges &ranges, size_t i) {
    return roundingOf(std::max(1.0, dtOf(op)) * termsOf(op, ranges, i));
  }

  template <typename Lowering>
  static LogicalResult emit(FusedStepOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    fixed::FusedFormats inner{lowering.formatOf(op, kDecayFormatAttr),
                              lowering.formatOf(op, kNumeratorFormatAttr)};
    lowering.expectCurve(fixed::reciprocalCurve(dtOf(op), inner.decay));
    return lowering.set(op,
                        lowering.rule.fusedStep(lowering.get(op.getState()),
                                                lowering.get(op.getSource()),
                                                lowering.get(op.getDecay()),
                                                dtOf(op), format, inner,
                                                sizeOf(op.getResult())),
                        format);
  }
};

} // namespace

void operations::registerSteps(MLIRContext &context) {
  EulerStepOp::attachInterface<EulerStepModel>(context);
  FusedStepOp::attachInterface<FusedStepModel>(context);
}
