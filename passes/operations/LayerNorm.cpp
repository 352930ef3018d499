// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A vector by its mean and variance. On the integer level distances from the
// mean come first, then each over the root of the sum of their squares: a
// number in Q15, whatever the scale of the input is.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct LayerNormModel : RealModel<LayerNormModel, LayerNormOp> {
  /// Greatest magnitude of an element before gain and bias: one is far from
  /// the mean and all others are alike.
  static double greatest(LayerNormOp op) {
    return std::sqrt(double(sizeOf(op.getInput()) - 1));
  }

  static void ranges(LayerNormOp op, RealRanges &ranges) {
    auto gain = realVector(op.getGain()), bias = realVector(op.getBias());
    RealVectorRange result;
    for (size_t i = 0; i < gain.size(); ++i) {
      double reach = std::abs(gain[i]) * greatest(op);
      result.push_back(
          Ranged<double>::independent({bias[i] - reach, bias[i] + reach}));
    }
    ranges.set(op.getResult(), result);
  }

  /// The derivative of element i by j is gain[i] / sqrt(variance + epsilon)
  /// times an entry of a matrix whose eigenvalues are from 0 to 1: on the
  /// diagonal from 0 to 1, elsewhere at most 1/2.
  static LogicalResult slopes(LayerNormOp op, Slopes &slopes) {
    Jacobian in = slopes.of(op.getInput());
    Jacobian matrix(in.rows, in.rows);
    auto gain = realVector(op.getGain());
    double root = std::sqrt(op.getEpsilon().convertToDouble());
    for (size_t i = 0; i < in.rows; ++i)
      for (size_t j = 0; j < in.rows; ++j)
        matrix.at(i, j) =
            Interval<double>::point(gain[i] / root) *
            (i == j ? Interval<double>{0.0, 1.0} : Interval<double>{-0.5, 0.5});
    slopes.set(op.getResult(), matrix.after(in));
    return success();
  }

  static LogicalResult format(LayerNormOp op, FormatChoice &choice) {
    if (failed(choice.narrowOperand(op)))
      return failure();
    return choice.assign(op, choice.resultOfRows(op));
  }

  static FloatStep execute(LayerNormOp op, FloatProgram &program) {
    auto arrayOf = [](ElementsAttr attr) {
      auto values = realElements(attr);
      Eigen::ArrayXf array(values.size());
      std::copy(values.begin(), values.end(), array.begin());
      return array;
    };
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    float epsilon = op.getEpsilon().convertToDouble();
    return FloatProgram::Step([&slots = program.slots, from, to, epsilon,
                               gain = arrayOf(op.getGain()),
                               bias = arrayOf(op.getBias())] {
      Eigen::ArrayXf centred = slots[from] - slots[from].mean();
      float variance = centred.square().mean();
      slots[to] = centred / std::sqrt(variance + epsilon) * gain + bias;
    });
  }

  static double rounding(LayerNormOp op, const RealRanges &ranges, size_t i) {
    double root = std::sqrt(op.getEpsilon().convertToDouble());
    double gain = std::abs(realVector(op.getGain())[i]);
    size_t size = sizeOf(op.getInput());
    return roundingOf(magnitude(ranges, op.getResult(), i)) +
           kUnitRoundoff * double(size + 2) * gain / root *
               ranges.hullOf(op.getInput()).magnitude();
  }

  template <typename Lowering>
  static LogicalResult emit(LayerNormOp op, Lowering &lowering) {
    auto in = lowering.operand(op, 0);
    if (!in)
      return failure();
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(
        op,
        lowering.rule.layerNorm(*in, realVector(op.getGain()),
                                realVector(op.getBias()),
                                op.getEpsilon().convertToDouble(), format),
        format);
  }
};

} // namespace

void operations::registerLayerNorm(MLIRContext &context) {
  LayerNormOp::attachInterface<LayerNormModel>(context);
}
