// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A curve through knots. In C it is a variable that grows: the group around it
// gives it that (Fused.cpp).
#include "passes/operations/IntegerModel.h"

#include "passes/fixed/Knots.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct InterpolateModel : IntegerModel<InterpolateModel, InterpolateS32Op> {
  /// What a loop starts from, the differences that it adds, and all sums.
  static LogicalResult prove(InterpolateS32Op op, RangeProof &proof) {
    int64_t step = op.getStep();
    auto times = [&](size_t knot, int64_t factor) {
      return proof.element(op.getKnots(), knot).all *
             Interval<int64_t>::point(factor);
    };
    if (Interval<int64_t> start = times(0, step); !kWord.contains(start))
      return proof.overflow(op, 0, start);
    IntegerVectorRange result;
    for (int64_t row = 0, rows = sizeOf(op.getResult()); row < rows; ++row) {
      auto [knot, offset] = fixed::knotPosition(row, step);
      int64_t behind = offset;
      Interval<int64_t> growth = times(knot + 1, 1) - times(knot, 1);
      if (!kWord.contains(growth))
        return proof.overflow(op, row, growth);
      result.push_back(IntegerRange::independent(times(knot, step - behind) +
                                                 times(knot + 1, behind)));
    }
    return proof.set(op, result);
  }

  static IntegerStep execute(InterpolateS32Op op, IntegerProgram &program) {
    size_t from = program.slotOf(op.getKnots());
    size_t to = program.slotOf(op.getResult());
    int64_t step = op.getStep();
    return IntegerProgram::Step([&slots = program.slots, from, to, step] {
      const IntegerProgram::Slot &knots = slots[from];
      for (Eigen::Index i = 0; i < slots[to].size(); ++i) {
        auto [knot, offset] = fixed::knotPosition(i, step);
        int64_t behind = offset;
        slots[to][i] =
            word((step - behind) * knots[knot] + behind * knots[knot + 1]);
      }
    });
  }
};

} // namespace

void operations::registerInterpolateS32(MLIRContext &context) {
  InterpolateS32Op::attachInterface<InterpolateModel>(context);
}
