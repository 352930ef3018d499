// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What makes features of a window: its newest element, its differences, and the
// means of its blocks.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct LastModel : RealModel<LastModel, LastOp> {
  static void ranges(LastOp op, RealRanges &ranges) {
    ranges.set(op.getResult(), columnsOf(op.getInput()) == 1
                                   ? fixed::within(ranges.hullOf(op.getInput()))
                                   : ranges.get(op.getInput()));
  }

  static LogicalResult format(LastOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getInput())))
      return failure();
    return choice.assign(op, choice.formatOf(op.getInput()));
  }

  static double rounding(LastOp, const RealRanges &, size_t) { return 0; }

  template <typename Lowering>
  static LogicalResult emit(LastOp op, Lowering &lowering) {
    auto in = lowering.get(op.getInput());
    return lowering.set(op, lowering.emitter.last(in.value), in.format);
  }
};

struct DifferenceModel : RealModel<DifferenceModel, DifferenceOp> {
  static void ranges(DifferenceOp op, RealRanges &ranges) {
    ranges.set(op.getResult(),
               fixed::neighbourDifference(ranges.get(op.getInput())));
  }

  static LogicalResult format(DifferenceOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getInput())))
      return failure();
    return choice.assign(op, choice.formatOf(op.getInput()));
  }

  template <typename Lowering>
  static LogicalResult emit(DifferenceOp op, Lowering &lowering) {
    auto in = lowering.get(op.getInput());
    return lowering.set(op, lowering.emitter.difference(in.value), in.format);
  }
};

struct BlockMeanModel : RealModel<BlockMeanModel, BlockMeanOp> {
  static int64_t blockSize(BlockMeanOp op) {
    return sizeOf(op.getInput()) / sizeOf(op.getResult());
  }

  static void ranges(BlockMeanOp op, RealRanges &ranges) {
    ranges.set(op.getResult(), fixed::within(ranges.hullOf(op.getInput())));
  }

  static LogicalResult format(BlockMeanOp op, FormatChoice &choice) {
    FailureOr<FixedFormat> in = choice.narrowOperand(op);
    if (failed(in))
      return failure();
    return choice.assign(op, fixed::blockMeanFormat(*in, blockSize(op)));
  }

  static FloatStep execute(BlockMeanOp op, FloatProgram &program) {
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    Eigen::Index size = blockSize(op);
    return FloatProgram::Step([&slots = program.slots, from, to, size] {
      for (Eigen::Index i = 0; i < slots[to].size(); ++i)
        slots[to][i] = slots[from].segment(i * size, size).mean();
    });
  }

  static double rounding(BlockMeanOp op, const RealRanges &ranges, size_t i) {
    return roundingOf(double(blockSize(op)) * termsOf(op, ranges, i));
  }

  template <typename Lowering>
  static LogicalResult emit(BlockMeanOp op, Lowering &lowering) {
    auto in = lowering.operand(op, 0);
    if (!in)
      return failure();
    return lowering.set(
        op, lowering.emitter.blockSum(in->value, sizeOf(op.getResult())),
        lowering.formatOf(op));
  }
};

} // namespace

void operations::registerWindow(MLIRContext &context) {
  LastOp::attachInterface<LastModel>(context);
  DifferenceOp::attachInterface<DifferenceModel>(context);
  BlockMeanOp::attachInterface<BlockMeanModel>(context);
}
