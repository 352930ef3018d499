// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one element. All but relu come from tables on the integer level.
#include "passes/fixed/Functions.h"
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool isRelu(ActivateOp op) { return op.getFunction() == Function::Relu; }

fixed::Activation functionOf(ActivateOp op) {
  return activationOf(op.getFunction());
}

/// Computes in single precision, as training does.
float evaluateFloat(Function function, float x) {
  switch (function) {
  case Function::Sigmoid:
    return 1.0f / (1.0f + std::exp(-x));
  case Function::Tanh:
    return std::tanh(x);
  case Function::Relu:
    return std::max(x, 0.0f);
  case Function::Silu:
    return x / (1.0f + std::exp(-x));
  case Function::Gelu:
    return 0.5f * x * std::erfc(-x * 0.70710678f);
  case Function::Exp:
    return std::exp(x);
  case Function::Reciprocal:
    return 1.0f / x;
  case Function::Damped:
    return x * std::exp(-std::abs(x));
  }
  return 0;
}

struct ActivateModel : RealModel<ActivateModel, ActivateOp> {
  static void ranges(ActivateOp op, RealRanges &ranges) {
    const RealVectorRange &in = ranges.get(op.getInput());
    if (isRelu(op))
      return ranges.set(op.getResult(), fixed::clampRange(in, 0.0, kInfinity));
    if (fixed::isFlatBeyondDomain(functionOf(op)))
      return ranges.set(op.getResult(), fixed::activationRange(functionOf(op)));
    RealVectorRange result;
    for (const Ranged<double> &element : in)
      result.push_back(Ranged<double>::independent(
          fixed::imageOf(functionOf(op), element.all)));
    ranges.set(op.getResult(), result);
  }

  static Interval<double> slopesOn(ActivateOp op, Interval<double> range) {
    if (isRelu(op))
      return {range.low >= 0 ? 1.0 : 0.0, range.high <= 0 ? 0.0 : 1.0};
    return fixed::slopesOf(functionOf(op), range);
  }

  static LogicalResult slopes(ActivateOp op, Slopes &slopes) {
    return slopes.combine(op, [&](unsigned, size_t i) {
      return slopesOn(op, slopes.rangeOf(op.getInput(), i));
    });
  }

  static LogicalResult gains(ActivateOp op, const Gains &gains, GainMap &map) {
    std::vector<double> slopes;
    for (double reach : gains.magnitudesOf(op.getInput()))
      slopes.push_back(slopesOn(op, {-reach, reach}).magnitude());
    map.pass(op.getResult(), op.getInput(), slopes);
    return success();
  }

  static LogicalResult format(ActivateOp op, FormatChoice &choice) {
    FixedFormat in = choice.formatOf(op.getInput());
    bool isWord = in.width == 16 && in.size() == 1;
    double reach = choice.rangeOf(op.getResult()).magnitude();
    if (isRelu(op))
      return choice.assign(
          op, isWord && in.isPlain() ? in : fixed::formatOfMagnitude(reach));
    if (fixed::isFlatBeyondDomain(functionOf(op)) && isWord)
      return choice.assign(op, resultFormat(op, reach));
    FixedFormat argument = choice.argumentOf(op);
    if (isWord && fixed::takesAnyFormat(functionOf(op)))
      argument = in;
    // Written where it is not the function's own domain.
    if (!(argument == fixed::tableFormat(fixed::tableDomain(functionOf(op)))) &&
        failed(choice.assign(op, argument, kArgumentFormatAttr)))
      return failure();
    return choice.assign(op, resultFormat(op, reach));
  }

  static FixedFormat resultFormat(ActivateOp op, double reach) {
    return op.getFunction() == Function::Sigmoid ||
                   op.getFunction() == Function::Tanh
               ? fixed::activationFormat()
               : fixed::formatOfMagnitude(reach);
  }

  static FloatStep execute(ActivateOp op, FloatProgram &program) {
    return program.elementwise(
        op.getInput(), op.getInput(), op.getResult(),
        [function = op.getFunction()](float x, float, Eigen::Index) {
          return evaluateFloat(function, x);
        });
  }

  static double rounding(ActivateOp op, const RealRanges &ranges, size_t i) {
    double reach = magnitude(ranges, op.getResult(), i);
    if (fixed::isFlatBeyondDomain(functionOf(op)) && !isRelu(op))
      reach = 1;
    return isRelu(op) ? 0 : roundingOf(reach);
  }

  template <typename Lowering>
  static LogicalResult emit(ActivateOp op, Lowering &lowering) {
    FixedFormat result = lowering.formatOf(op);
    if (isRelu(op)) {
      FixedFormat wide = result;
      wide.width = lowering.emitter.width(lowering.get(op.getInput()).value);
      auto value = lowering.as(op.getInput(), wide);
      if (value)
        value = lowering.emitter.clamp(*value, 16, 0, INT16_MAX);
      return lowering.set(op, value, result);
    }
    auto in = lowering.get(op.getInput());
    FixedFormat argument =
        op->hasAttr(kArgumentFormatAttr)
            ? lowering.formatOf(op, kArgumentFormatAttr)
            : Lowering::Rule::argumentFormat(in, functionOf(op));
    lowering.expectCurve(
        fixed::activationCurve(functionOf(op), argument, result));
    return lowering.set(
        op, lowering.rule.activate(in, functionOf(op), argument, result),
        result);
  }
};

} // namespace

void operations::registerActivate(MLIRContext &context) {
  ActivateOp::attachInterface<ActivateModel>(context);
}
