// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A curve through knots: of a coarse forecast, the elements between.
#include "passes/fixed/Knots.h"
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct InterpolateModel : RealModel<InterpolateModel, InterpolateOp> {
  static int64_t stepOf(InterpolateOp op) {
    return sizeOf(op.getResult()) / (sizeOf(op.getKnots()) - 1);
  }

  static void ranges(InterpolateOp op, RealRanges &ranges) {
    ranges.set(op.getResult(), fixed::within(ranges.hullOf(op.getKnots())));
  }

  static LogicalResult gains(InterpolateOp op, const Gains &, GainMap &map) {
    const std::vector<double> gain = map[op.getResult()];
    std::vector<double> &knots = map[op.getKnots()];
    size_t step = stepOf(op);
    for (size_t i = 0; i < gain.size(); ++i) {
      auto [knot, offset] = fixed::knotPosition(i, step);
      double share = double(offset) / double(step);
      knots[knot] += gain[i] * (1.0 - share);
      knots[knot + 1] += gain[i] * share;
    }
    return success();
  }

  static LogicalResult format(InterpolateOp op, FormatChoice &choice) {
    if (failed(choice.checkPlain(op, op.getKnots())))
      return failure();
    return choice.assign(
        op, fixed::interpolatedFormat(choice.known(op.getKnots()), stepOf(op)));
  }

  static FloatStep execute(InterpolateOp op, FloatProgram &program) {
    size_t from = program.slotOf(op.getKnots());
    size_t to = program.slotOf(op.getResult());
    size_t step = stepOf(op);
    return FloatProgram::Step([&slots = program.slots, from, to, step] {
      const auto &knots = slots[from];
      for (Eigen::Index i = 0; i < slots[to].size(); ++i) {
        auto [k, offset] = fixed::knotPosition(i, step);
        float share = float(offset) / float(step);
        slots[to][i] = knots[k] * (1.0f - share) + knots[k + 1] * share;
      }
    });
  }

  template <typename Lowering>
  static LogicalResult emit(InterpolateOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(op,
                        lowering.rule.interpolate(lowering.get(op.getKnots()),
                                                  format,
                                                  sizeOf(op.getResult())),
                        format);
  }
};

} // namespace

void operations::registerInterpolate(MLIRContext &context) {
  InterpolateOp::attachInterface<InterpolateModel>(context);
}
