// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The elementwise product of two vectors.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct MulModel : RealModel<MulModel, MulOp> {
  static void ranges(MulOp op, RealRanges &ranges) {
    ranges.set(op.getResult(), fixed::product(ranges.get(op.getLhs()),
                                              ranges.get(op.getRhs())));
  }

  static LogicalResult slopes(MulOp op, Slopes &slopes) {
    return slopes.combine(op, [&](unsigned operand, size_t i) {
      return slopes.rangeOf(operand == 0 ? op.getRhs() : op.getLhs(), i);
    });
  }

  static LogicalResult gains(MulOp op, const Gains &gains, GainMap &map) {
    std::vector<double> lhs = gains.magnitudesOf(op.getLhs());
    std::vector<double> rhs = gains.magnitudesOf(op.getRhs());
    auto isFinite = [](double value) { return std::isfinite(value); };
    if (!llvm::all_of(lhs, isFinite) || !llvm::all_of(rhs, isFinite))
      return op.emitError("has a factor without a bound, so that sensitivity "
                          "cannot be scored");
    map.pass(op.getResult(), op.getLhs(), rhs);
    map.pass(op.getResult(), op.getRhs(), lhs);
    return success();
  }

  static LogicalResult format(MulOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getLhs())) ||
        failed(choice.checkPlain(op, op.getRhs())))
      return failure();
    return choice.assign(op, fixed::productFormat(choice.known(op.getLhs()),
                                                  choice.known(op.getRhs())));
  }

  static FloatStep execute(MulOp op, FloatProgram &program) {
    return program.elementwise(
        op.getLhs(), op.getRhs(), op.getResult(),
        [](float a, float b, Eigen::Index) { return a * b; });
  }

  template <typename Lowering>
  static LogicalResult emit(MulOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(op,
                        lowering.rule.multiply(lowering.get(op.getLhs()),
                                               lowering.get(op.getRhs()),
                                               format, sizeOf(op.getResult())),
                        format);
  }
};

} // namespace

void operations::registerMul(MLIRContext &context) {
  MulOp::attachInterface<MulModel>(context);
}
