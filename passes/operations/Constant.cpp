// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tensor known at compile time.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct ConstantModel : RealModel<ConstantModel, ConstantOp> {
  static void ranges(ConstantOp op, RealRanges &ranges) {
    if (op.getValue().getElementType().isF32())
      ranges.set(op.getResult(), fixed::constants(realVector(op.getValue())));
  }

  static LogicalResult format(ConstantOp op, FormatChoice &choice) {
    return choice.assign(op, fixed::constantFormat(fixed::magnitudeOf(
                                 choice.getRanges().get(op.getResult()))));
  }

  static double rounding(ConstantOp, const RealRanges &, size_t) { return 0; }

  template <typename Lowering>
  static LogicalResult emit(ConstantOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(
        op, lowering.emitter.constant(realVector(op.getValue()), format),
        format);
  }
};

} // namespace

void operations::registerConstant(MLIRContext &context) {
  ConstantOp::attachInterface<ConstantModel>(context);
}
