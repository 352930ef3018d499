// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only the meaning of the integers changes.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct NormalizeModel : RealModel<NormalizeModel, NormalizeOp> {
  static void ranges(NormalizeOp op, RealRanges &ranges) {
    RealVectorRange centred = fixed::difference(
        ranges.get(op.getInput()), fixed::constants(op.getOffset().vec()));
    ranges.set(op.getResult(),
               fixed::product(centred, fixed::constants(op.getScale().vec())));
  }

  static LogicalResult slopes(NormalizeOp op, Slopes &slopes) {
    return slopes.combine(op, [scale = op.getScale()](unsigned, size_t i) {
      return Interval<double>::point(perElement(scale, i));
    });
  }

  static LogicalResult gains(NormalizeOp op, const Gains &, GainMap &map) {
    std::vector<double> scales;
    for (double scale : op.getScale())
      scales.push_back(std::abs(scale));
    if (op.getResult().getType().getRank() == 1)
      map.pass(op.getResult(), op.getInput(), scales);
    return success();
  }

  static LogicalResult format(NormalizeOp op, FormatChoice &choice) {
    for (double scale : op.getScale())
      if (scale <= 0.0)
        return op.emitError("needs a positive scale, not ") << scale;
    return choice.assign(
        op, fixed::normalizedFormat(choice.formatOf(op.getInput()),
                                    op.getOffset().vec(), op.getScale().vec()));
  }

  static FloatStep execute(NormalizeOp op, FloatProgram &program) {
    auto offset = llvm::to_vector(op.getOffset());
    auto scale = llvm::to_vector(op.getScale());
    return program.elementwise(op.getInput(), op.getInput(), op.getResult(),
                               [=](float x, float, Eigen::Index i) -> float {
                                 return (x - offset[i % offset.size()]) *
                                        scale[i % scale.size()];
                               });
  }

  static double rounding(NormalizeOp op, const RealRanges &ranges, size_t i) {
    double terms =
        termsOf(op, ranges, i) + std::abs(perElement(op.getOffset(), i));
    return roundingOf(std::max(1.0, std::abs(perElement(op.getScale(), i))) *
                      terms);
  }

  template <typename Lowering>
  static LogicalResult emit(NormalizeOp op, Lowering &lowering) {
    return lowering.set(op, lowering.get(op.getInput()).value,
                        lowering.formatOf(op));
  }
};

} // namespace

void operations::registerNormalize(MLIRContext &context) {
  NormalizeOp::attachInterface<NormalizeModel>(context);
}
