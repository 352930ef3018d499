// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-prove-ranges: what a firmware reviewer would otherwise have to believe.
// Every 32-bit intermediate is bounded with the actual weights and tables, and
// every state update is shown to stay within 16 bits without saturating.
#include "passes/CheckResults.h"
#include "passes/Passes.h"
#include "passes/fixed/FixedPoint.h"
#include "passes/fixed/Interval.h"
#include "passes/fixed/Knots.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_PROVERANGES
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

using IntegerRange = Ranged<int64_t>;
using IntegerVectorRange = SmallVector<IntegerRange>;

constexpr Interval<int64_t> kWord{INT32_MIN, INT32_MAX};
constexpr Interval<int64_t> kHalf{INT16_MIN, INT16_MAX};

/// A slope beyond this is as good as unknown, and keeps products in 64 bits.
constexpr int64_t kSlopeLimit = int64_t(1) << 31;

int64_t ceilShift(int64_t value, unsigned shift) {
  return -((-value) >> shift);
}

/// Bounds on the change of floor(v * factor / 2^shift + 1/2) when v changes by
/// something within `slope`.
Interval<int64_t> roundedSlope(Interval<int64_t> slope, int64_t factor,
                               unsigned shift) {
  Interval<int64_t> scaled = slope * Interval<int64_t>::point(factor);
  return {scaled.low >> shift, ceilShift(scaled.high, shift)};
}

IntegerRange forgetSteepSlope(IntegerRange range) {
  if (std::max(std::abs(range.slope.low), std::abs(range.slope.high)) >
      kSlopeLimit)
    range.sloped = false;
  return range;
}

/// The ends of x cannot give values that no x gives; this also keeps later
/// products of them within 64 bits.
Interval<int64_t> intersect(Interval<int64_t> part, Interval<int64_t> whole) {
  return {std::clamp(part.low, whole.low, whole.high),
          std::clamp(part.high, whole.low, whole.high)};
}

int32_t perElement(ArrayRef<int32_t> values, size_t index) {
  return values[values.size() == 1 ? 0 : index];
}

struct ProveRanges : lnn::impl::ProveRangesBase<ProveRanges> {
  void runOnOperation() override {
    ranges.clear();
    ModelOp model = getOperation();
    if (widthOf(model.getWindow()) != 16) {
      model.emitError("lnn-prove-ranges takes integer-level networks; found a "
                      "window of ")
          << model.getWindow().getType();
      return signalPassFailure();
    }
    for (BlockArgument argument : model.getBody().getArguments())
      ranges[argument] = {IntegerRange::independent({0, INT16_MAX})};
    if (failed(prove(model.getBody().front())))
      signalPassFailure();
  }

private:
  LogicalResult prove(Block &block) {
    for (Operation &op : block.without_terminator())
      if (failed(prove(&op)))
        return failure();
    return success();
  }

  LogicalResult prove(Operation *operation) {
    if (failed(checkResults(
            operation, "lnn-prove-ranges takes integer-level networks",
            [](Type type) { return type.isSignlessInteger(); })))
      return failure();
    return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
        .Case([&](ConstantOp op) {
          IntegerVectorRange result;
          for (int64_t value : integerElements(op.getValue()))
            result.push_back(
                IntegerRange::independent(Interval<int64_t>::point(value)));
          return set(op, result);
        })
        .Case([&](LastOp op) {
          return set(op, {IntegerRange::independent(hullOf(op.getInput()))});
        })
        .Case([&](DifferenceOp op) {
          Interval<int64_t> input = hullOf(op.getInput());
          return set(op,
                     {IntegerRange::independent(hull(input - input, {0, 0}))});
        })
        .Case([&](StackOp op) {
          IntegerVectorRange result;
          for (Value column : op.getColumns())
            result.push_back(IntegerRange::independent(hullOf(column)));
          result.resize(op.getResult().getType().getDimSize(1),
                        IntegerRange::independent({0, 0}));
          return set(op, result);
        })
        .Case([&](BlockSumS16Op op) {
          int64_t size = sizeOf(op.getInput()) / sizeOf(op.getResult());
          return set(
              op, {IntegerRange::independent(hullOf(op.getInput()) *
                                             Interval<int64_t>::point(size))});
        })
        .Case([&](HighByteOp op) {
          Interval<int64_t> input = hullOf(op.getInput());
          return set(op, {IntegerRange::independent(
                             {input.low >> 8, input.high >> 8})});
        })
        .Case([&](MatvecS8Op op) { return proveMatvec(op); })
        .Case([&](InterpolateS32Op op) { return proveInterpolate(op); })
        .Case([&](RequantizeOp op) { return proveRequantize(op); })
        .Case([&](LutS16Op op) {
          // Interpolation never leaves the table's own range.
          auto [low, high] =
              std::minmax_element(op.getTable().begin(), op.getTable().end());
          return set(op, {IntegerRange::independent({*low, *high})});
        })
        .Case([&](AddS32Op op) {
          return proveBinary(op, [](auto a, auto b) { return a + b; });
        })
        .Case([&](SubS32Op op) {
          return proveBinary(op, [](auto a, auto b) { return a - b; });
        })
        .Case([&](MulS32Op op) {
          return proveBinary(op, [](auto a, auto b) { return a * b; });
        })
        .Case([&](ScaleS32Op op) {
          IntegerVectorRange result;
          for (const IntegerRange &element : get(op.getInput()))
            result.push_back(element *
                             IntegerRange::independent(
                                 Interval<int64_t>::point(op.getFactor())));
          return set(op, result);
        })
        .Case([&](RoundShiftS32Op op) { return proveRoundShift(op); })
        .Case([&](ClampS32Op op) {
          IntegerVectorRange result;
          for (const IntegerRange &element : get(op.getInput()))
            result.push_back(element.mapped(
                [&](int64_t v) {
                  return std::clamp<int64_t>(v, op.getMin(), op.getMax());
                },
                [](Interval<int64_t> s) { return hull(s, {0, 0}); }));
          return set(op, result);
        })
        .Case([&](EulerStepS16Op op) { return proveEulerStep(op); })
        .Case([&](ScanOp op) { return proveScan(op); })
        .Case([&](FusedOp op) {
          if (failed(prove(op.getBody().front())))
            return failure();
          Operation *yield = op.getBody().front().getTerminator();
          for (auto [result, value] :
               llvm::zip(op.getResults(), yield->getOperands()))
            copyRange(value, result);
          return success();
        })
        .Default([](Operation *op) {
          return op->emitError("lnn-prove-ranges takes integer-level networks; "
                               "found ")
                 << op->getName();
        });
  }

  // ---- Bookkeeping ----

  const IntegerVectorRange &get(Value value) const {
    return ranges.find(value)->second;
  }

  /// A copy by way of a temporary: a new entry may move all the others.
  void copyRange(Value from, Value to) {
    IntegerVectorRange range = get(from);
    ranges[to] = std::move(range);
  }

  const IntegerRange &element(Value value, size_t index) const {
    const IntegerVectorRange &range = get(value);
    return range[range.size() == 1 ? 0 : index];
  }

  Interval<int64_t> hullOf(Value value) const {
    Interval<int64_t> result = get(value).front().all;
    for (const IntegerRange &range : get(value))
      result = hull(result, range.all);
    return result;
  }

  /// Records the range of a result, unless it leaves the result's type.
  LogicalResult set(Operation *op, IntegerVectorRange range) {
    Interval<int64_t> limit = widthOf(op->getResult(0)) == 16 ? kHalf : kWord;
    for (auto [row, element] : llvm::enumerate(range)) {
      if (!limit.contains(element.all))
        return overflow(op, row, element.all, widthOf(op->getResult(0)));
      element.atLow = intersect(element.atLow, element.all);
      element.atHigh = intersect(element.atHigh, element.all);
      element = forgetSteepSlope(element);
    }
    ranges[op->getResult(0)] = std::move(range);
    return success();
  }

  LogicalResult overflow(Operation *op, size_t row, Interval<int64_t> range,
                         unsigned bits = 32) {
    return op->emitError("could overflow in row ")
           << row << ": its value may lie in [" << range.low << ", "
           << range.high << "], beyond " << bits << " bits";
  }

  // ---- Operations ----

  template <typename Op, typename Fn> LogicalResult proveBinary(Op op, Fn fn) {
    IntegerVectorRange result;
    size_t size = std::max(get(op.getLhs()).size(), get(op.getRhs()).size());
    for (size_t i = 0; i < size; ++i)
      result.push_back(fn(element(op.getLhs(), i), element(op.getRhs(), i)));
    return set(op, result);
  }

  LogicalResult proveMatvec(MatvecS8Op op) {
    auto weights = integerElements(op.getWeights());
    size_t rows = sizeOf(op.getResult()), columns = sizeOf(op.getInput());
    IntegerVectorRange result;
    bool dualRow = true;
    for (size_t row = 0; row < rows; ++row) {
      Interval<int64_t> sum{0, 0};
      int64_t magnitude = 0;
      for (size_t column = 0; column < columns; ++column) {
        Interval<int64_t> input = element(op.getInput(), column).all;
        int64_t weight = weights[row * columns + column];
        sum = sum + input * Interval<int64_t>::point(weight);
        magnitude += std::abs(weight) * input.magnitude();
      }
      // Partial sums, in whatever order a kernel adds, stay below this.
      if (magnitude > INT32_MAX)
        return overflow(op, row, {-magnitude, magnitude});
      dualRow &= magnitude < (int64_t(1) << 23);
      result.push_back(IntegerRange::independent(sum));
    }
    // What was decided on another packing, by an earlier run, is void.
    op.setPacking(dualRow ? Packing::DualRow : Packing::Sxtb16);
    op.setUnroll(false);
    ++(dualRow ? numDualRow : numSxtb16);
    return set(op, result);
  }

  /// What a loop starts from, the differences that it adds, and all sums.
  LogicalResult proveInterpolate(InterpolateS32Op op) {
    int64_t step = op.getStep();
    auto times = [&](size_t knot, int64_t factor) {
      return element(op.getKnots(), knot).all *
             Interval<int64_t>::point(factor);
    };
    if (Interval<int64_t> start = times(0, step); !kWord.contains(start))
      return overflow(op, 0, start);
    IntegerVectorRange result;
    for (int64_t row = 0, rows = sizeOf(op.getResult()); row < rows; ++row) {
      auto [knot, offset] = fixed::knotPosition(row, step);
      int64_t behind = offset;
      Interval<int64_t> growth = times(knot + 1, 1) - times(knot, 1);
      if (!kWord.contains(growth))
        return overflow(op, row, growth);
      result.push_back(IntegerRange::independent(times(knot, step - behind) +
                                                 times(knot + 1, behind)));
    }
    return set(op, result);
  }

  LogicalResult proveRequantize(RequantizeOp op) {
    IntegerVectorRange result;
    size_t size = sizeOf(op.getResult());
    for (size_t row = 0; row < size; ++row) {
      IntegerRange input = element(op.getInput(), row);
      Interval<int64_t> shifted =
          input.all * Interval<int64_t>::point(int64_t(1) << op.getShift());
      if (!kWord.contains(shifted))
        return overflow(op, row, shifted);
      int32_t multiplier = perElement(op.getMultiplier(), row);
      IntegerRange scaled = input;
      if (multiplier < 0) {
        scaled = IntegerRange::independent(
            {multiplyHigh(input.all.high, multiplier, op.getShift()),
             multiplyHigh(input.all.low, multiplier, op.getShift())});
      } else {
        scaled = input.mapped(
            [&](int64_t v) {
              return multiplyHigh(v, multiplier, op.getShift());
            },
            [&](Interval<int64_t> slope) {
              return roundedSlope(slope, multiplier, 32 - op.getShift());
            });
      }
      IntegerRange sum =
          scaled + IntegerRange::independent(
                       Interval<int64_t>::point(perElement(op.getBias(), row)));
      if (op.getAddend())
        sum = sum + element(op.getAddend(), row);
      if (!kWord.contains(sum.all))
        return overflow(op, row, sum.all);
      if (widthOf(op.getResult()) == 16)
        sum = sum.mapped([](int64_t v) { return saturate16(v); },
                         [](Interval<int64_t> s) { return hull(s, {0, 0}); });
      result.push_back(sum);
    }
    return set(op, result);
  }

  LogicalResult proveRoundShift(RoundShiftS32Op op) {
    unsigned shift = op.getShift();
    int64_t half = shift == 0 ? 0 : int64_t(1) << (shift - 1);
    IntegerVectorRange result;
    for (auto [row, input] : llvm::enumerate(get(op.getInput()))) {
      Interval<int64_t> rounded = input.all + Interval<int64_t>::point(half);
      if (!kWord.contains(rounded))
        return overflow(op, row, rounded);
      result.push_back(input.mapped(
          [&](int64_t v) { return roundShift(v, shift); },
          [&](Interval<int64_t> s) { return roundedSlope(s, 1, shift); }));
    }
    return set(op, result);
  }

  LogicalResult proveEulerStep(EulerStepS16Op op) {
    IntegerVectorRange result;
    for (int64_t row = 0, rows = sizeOf(op.getResult()); row < rows; ++row) {
      IntegerRange sum =
          element(op.getState(), row) + element(op.getDelta(), row);
      if (!kHalf.contains(sum.all)) {
        InFlightDiagnostic diag =
            op.emitError("has a state that could overflow in row ")
            << row << ": the step may reach [" << sum.all.low << ", "
            << sum.all.high << "], beyond 16 bits";
        diag.attachNote() << "a wider state format or a smaller dt would hold";
        return diag;
      }
      result.push_back(sum);
    }
    return set(op, result);
  }

  LogicalResult proveScan(ScanOp op) {
    if (widthOf(op.getState()) != 16)
      return op.emitError("carries a state of ")
             << op.getState().getType() << "; only 16 bits can be proved";
    if (op.getSequence())
      copyRange(op.getSequence(), *op.getRow());
    // Every 16-bit state is possible; that the step keeps it there is shown
    // where it is made.
    ranges[op.getState()] = {IntegerRange::state(kHalf)};
    if (failed(prove(op.getBody().front())))
      return failure();
    return set(op, {IntegerRange::independent(
                       hull(hullOf(op.getNextState()), hullOf(op.getInit())))});
  }

  DenseMap<Value, IntegerVectorRange> ranges;
};

} // namespace
