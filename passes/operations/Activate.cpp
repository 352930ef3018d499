// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one element, from tables on the integer level.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct ActivateModel : RealModel<ActivateModel, ActivateOp> {
  static fixed::Activation functionOf(ActivateOp op) {
    return activationOf(op.getFunction());
  }

  static void ranges(ActivateOp op, RealRanges &ranges) {
    ranges.set(op.getResult(), fixed::activationRange(functionOf(op)));
  }

  static LogicalResult slopes(ActivateOp op, Slopes &slopes) {
    return slopes.combine(op, [&](unsigned, size_t i) {
      return fixed::slopesOf(functionOf(op), slopes.rangeOf(op.getInput(), i));
    });
  }

  static LogicalResult gains(ActivateOp op, const Gains &, GainMap &map) {
    double slope = op.getFunction() == Function::Sigmoid ? 0.25 : 1.0;
    map.pass(op.getResult(), op.getInput(), {slope});
    return success();
  }

  static LogicalResult format(ActivateOp op, FormatChoice &choice) {
    return choice.assign(op, fixed::activationFormat());
  }

  static FloatStep execute(ActivateOp op, FloatProgram &program) {
    bool sigmoid = op.getFunction() == Function::Sigmoid;
    return program.elementwise(op.getInput(), op.getInput(), op.getResult(),
                               [=](float x, float, Eigen::Index) {
                                 return sigmoid ? 1.0f / (1.0f + std::exp(-x))
                                                : std::tanh(x);
                               });
  }

  static double rounding(ActivateOp, const RealRanges &, size_t) {
    return roundingOf(1);
  }

  template <typename Lowering>
  static LogicalResult emit(ActivateOp op, Lowering &lowering) {
    auto in = lowering.get(op.getInput());
    lowering.expectCurve(fixed::activationCurve(
        functionOf(op), Lowering::Rule::argumentFormat(in, functionOf(op))));
    return lowering.set(op, lowering.rule.activate(in, functionOf(op)),
                        lowering.formatOf(op));
  }
};

} // namespace

void operations::registerActivate(MLIRContext &context) {
  ActivateOp::attachInterface<ActivateModel>(context);
}
