// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The limits are rounded to integers; what lies between them stays as it is.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct ClampModel : RealModel<ClampModel, ClampOp> {
  static void ranges(ClampOp op, RealRanges &ranges) {
    ranges.set(op.getResult(),
               fixed::clampRange(ranges.get(op.getInput()),
                                 op.getMin().convertToDouble(),
                                 op.getMax().convertToDouble()));
  }

  static LogicalResult slopes(ClampOp op, Slopes &slopes) {
    return slopes.combine(
        op, [](unsigned, size_t) { return Interval<double>{0.0, 1.0}; });
  }

  static LogicalResult gains(ClampOp op, const Gains &, GainMap &map) {
    if (op.getResult().getType().getRank() == 1)
      map.pass(op.getResult(), op.getInput());
    return success();
  }

  static LogicalResult format(ClampOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getInput())))
      return failure();
    FixedFormat format = choice.formatOf(op.getInput());
    double unit = format.scale[0];
    double low = op.getMin().convertToDouble() / unit;
    double high = op.getMax().convertToDouble() / unit;
    if (format.width == 16 && (low > INT16_MAX || high < INT16_MIN))
      return op.emitError("clamps to a range that the 16 bits of its input do "
                          "not reach: they end at ")
             << INT16_MIN * unit << " and " << INT16_MAX * unit;
    return choice.assign(op, format);
  }

  static FloatStep execute(ClampOp op, FloatProgram &program) {
    float low = op.getMin().convertToDouble();
    float high = op.getMax().convertToDouble();
    return program.elementwise(
        op.getInput(), op.getInput(), op.getResult(),
        [=](float x, float, Eigen::Index) { return std::clamp(x, low, high); });
  }

  static int32_t limit(const APFloat &real, const FixedFormat &format) {
    int64_t integer =
        IntegerLowering::Rule::limit(real.convertToDouble(), format);
    return format.width == 16 ? saturate16(integer) : integer;
  }

  template <typename Lowering>
  static LogicalResult emit(ClampOp op, Lowering &lowering) {
    auto in = lowering.get(op.getInput());
    auto value = lowering.emitter.clamp(in.value, in.format.width,
                                        limit(op.getMin(), in.format),
                                        limit(op.getMax(), in.format));
    roundLimits(value);
    return lowering.set(op, value, in.format);
  }

  static void roundLimits(Value &) {}
  static void roundLimits(fixed::Estimates &estimates) {
    for (fixed::Estimate &element : estimates.elements)
      element = fixed::Estimate::within(
          {element.ideal.low - 0.5, element.ideal.high + 0.5},
          element.error + 0.5);
  }
};

} // namespace

void operations::registerClamp(MLIRContext &context) {
  ClampOp::attachInterface<ClampModel>(context);
}
