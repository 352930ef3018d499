// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The integer level, each operation by its formula in dialect/SPEC.md.
#include "passes/ExecutorProgram.h"
#include "passes/fixed/FixedPoint.h"
#include "passes/fixed/Knots.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using dlnet::lnn::detail::Program;

namespace {

/// The range proof makes this a statement of fact.
int32_t word(int64_t value) {
  assert(value >= INT32_MIN && value <= INT32_MAX && "a proof was wrong");
  return static_cast<int32_t>(value);
}

} // namespace

template <> void Program<int16_t>::setConstant(ConstantOp op, Slot &slot) {
  auto values = integerElements(op.getValue());
  std::copy(values.begin(), values.end(), slot.begin());
}

template <>
FailureOr<Program<int16_t>::Step> Program<int16_t>::compileOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Step>>(op)
      .Case([&](BlockSumS16Op op) -> FailureOr<Step> {
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        Eigen::Index size = slots[from].size() / slots[to].size();
        return Step([=] {
          for (Eigen::Index i = 0; i < slots[to].size(); ++i)
            slots[to][i] = slots[from].segment(i * size, size).sum();
        });
      })
      .Case([&](InterpolateS32Op op) -> FailureOr<Step> {
        size_t from = slotOf(op.getKnots()), to = slotOf(op.getResult());
        int64_t step = op.getStep();
        return Step([=] {
          const Slot &knots = slots[from];
          for (Eigen::Index i = 0; i < slots[to].size(); ++i) {
            auto [knot, offset] = fixed::knotPosition(i, step);
            int64_t behind = offset;
            slots[to][i] =
                word((step - behind) * knots[knot] + behind * knots[knot + 1]);
          }
        });
      })
      .Case([&](HighByteOp op) -> FailureOr<Step> {
        return elementwise(
            op.getInput(), op.getInput(), op.getResult(),
            [](int32_t x, int32_t, Eigen::Index) { return x >> 8; });
      })
      .Case([&](MatvecS8Op op) -> FailureOr<Step> {
        auto values = integerElements(op.getWeights());
        std::vector<int32_t> weights(values.begin(), values.end());
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        return Step([this, weights, from, to] {
          const Slot &in = slots[from];
          Eigen::Map<const Eigen::Matrix<int32_t, Eigen::Dynamic,
                                         Eigen::Dynamic, Eigen::RowMajor>>
              matrix(weights.data(), slots[to].size(), in.size());
          slots[to] = (matrix * in.matrix()).array();
        });
      })
      .Case([&](RequantizeOp op) -> FailureOr<Step> {
        auto multiplier = llvm::to_vector(op.getMultiplier());
        auto bias = llvm::to_vector(op.getBias());
        unsigned shift = op.getShift();
        bool narrow = widthOf(op.getResult()) == 16, adds = !!op.getAddend();
        return elementwise(
            op.getInput(), adds ? op.getAddend() : op.getInput(),
            op.getResult(), [=](int64_t x, int64_t addend, Eigen::Index i) {
              int64_t sum =
                  multiplyHigh(x, multiplier[multiplier.size() == 1 ? 0 : i],
                               shift) +
                  bias[bias.size() == 1 ? 0 : i] + (adds ? addend : 0);
              return word(narrow ? saturate16(sum) : sum);
            });
      })
      .Case([&](LutS16Op op) -> FailureOr<Step> {
        std::vector<int16_t> table = op.getTable().vec();
        unsigned bits = op.getIndexBits();
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](int32_t x, int32_t, Eigen::Index) {
                             return word(interpolate(table.data(), bits, x));
                           });
      })
      .Case([&](AddS32Op op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](int64_t a, int64_t b, Eigen::Index) { return word(a + b); });
      })
      .Case([&](SubS32Op op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](int64_t a, int64_t b, Eigen::Index) { return word(a - b); });
      })
      .Case([&](MulS32Op op) -> FailureOr<Step> {
        return elementwise(
            op.getLhs(), op.getRhs(), op.getResult(),
            [](int64_t a, int64_t b, Eigen::Index) { return word(a * b); });
      })
      .Case([&](ScaleS32Op op) -> FailureOr<Step> {
        int64_t factor = op.getFactor();
        return elementwise(
            op.getInput(), op.getInput(), op.getResult(),
            [=](int64_t x, int64_t, Eigen::Index) { return word(x * factor); });
      })
      .Case([&](RoundShiftS32Op op) -> FailureOr<Step> {
        unsigned shift = op.getShift();
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](int64_t x, int64_t, Eigen::Index) {
                             return word(roundShift(x, shift));
                           });
      })
      .Case([&](ClampS32Op op) -> FailureOr<Step> {
        int32_t low = op.getMin(), high = op.getMax();
        return elementwise(op.getInput(), op.getInput(), op.getResult(),
                           [=](int32_t x, int32_t, Eigen::Index) {
                             return std::clamp(x, low, high);
                           });
      })
      .Case([&](EulerStepS16Op op) -> FailureOr<Step> {
        return elementwise(op.getState(), op.getDelta(), op.getResult(),
                           [](int64_t x, int64_t delta, Eigen::Index) {
                             return word(saturate16(x + delta));
                           });
      })
      .Default([](Operation *op) -> FailureOr<Step> {
        return op->emitError("the integer executor does not run ")
               << op->getName();
      });
}
