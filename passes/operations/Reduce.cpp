// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mean or sum of a vector: the integers' sum, whose meaning says which.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct ReduceModel : RealModel<ReduceModel, ReduceOp> {
  /// What each element is multiplied by.
  static double factorOf(ReduceOp op) {
    return op.getReduction() == Reduction::Mean
               ? 1.0 / double(sizeOf(op.getInput()))
               : 1.0;
  }

  static void ranges(ReduceOp op, RealRanges &ranges) {
    const RealVectorRange &in = ranges.get(op.getInput());
    Interval<double> sum{0, 0};
    for (int64_t i = 0; i < sizeOf(op.getInput()); ++i)
      sum = sum + elementOf(in, i).all;
    ranges.set(op.getResult(),
               fixed::within(sum * Interval<double>::point(factorOf(op))));
  }

  static LogicalResult slopes(ReduceOp op, Slopes &slopes) {
    Jacobian in = slopes.of(op.getInput()), result(1, in.columns);
    for (size_t i = 0; i < in.rows; ++i)
      for (size_t j = 0; j < in.columns; ++j)
        result.at(0, j) = result.at(0, j) +
                          in.at(i, j) * Interval<double>::point(factorOf(op));
    slopes.set(op.getResult(), std::move(result));
    return success();
  }

  static LogicalResult gains(ReduceOp op, const Gains &, GainMap &map) {
    double gain = map[op.getResult()][0] * factorOf(op);
    for (double &each : map[op.getInput()])
      each += gain;
    return success();
  }

  static LogicalResult format(ReduceOp op, FormatChoice &choice) {
    FailureOr<FixedFormat> in = choice.narrowOperand(op);
    if (failed(in))
      return failure();
    return choice.assign(op,
                         FixedFormat::uniform(32, in->scale[0] * factorOf(op)));
  }

  static FloatStep execute(ReduceOp op, FloatProgram &program) {
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    bool mean = op.getReduction() == Reduction::Mean;
    return FloatProgram::Step([&slots = program.slots, from, to, mean] {
      slots[to][0] = mean ? slots[from].mean() : slots[from].sum();
    });
  }

  static double rounding(ReduceOp op, const RealRanges &ranges, size_t) {
    double terms = 0;
    for (int64_t i = 0; i < sizeOf(op.getInput()); ++i)
      terms += magnitude(ranges, op.getInput(), i);
    return kUnitRoundoff * double(sizeOf(op.getInput()) + 2) * factorOf(op) *
           terms;
  }

  template <typename Lowering>
  static LogicalResult emit(ReduceOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    auto in = lowering.operand(op, 0);
    if (!in)
      return failure();
    return lowering.set(op, lowering.emitter.blockSum(in->value, 1), format);
  }
};

} // namespace

void operations::registerReduce(MLIRContext &context) {
  ReduceOp::attachInterface<ReduceModel>(context);
}
