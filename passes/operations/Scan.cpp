// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop over time. Errors of a recurrence are bounded step by step: what one
// step errs from an exact state, and what it makes of the error that the state
// had.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// Beyond these steps back a scan's gains hardly change any more.
constexpr int64_t kMostSteps = 64;

double sumOf(const std::vector<double> &values) {
  double sum = 0.0;
  for (double value : values)
    sum += value;
  return sum;
}

/// The invariant box of the step that a scan's body yields, if it has one.
DenseF64ArrayAttr invariantOf(ScanOp scan) {
  Operation *producer = scan.getNextState().getDefiningOp();
  if (!producer)
    return {};
  if (auto inner = dyn_cast<ScanOp>(producer))
    return invariantOf(inner);
  return producer->getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr);
}

/// What a scan starts from, in the format of its state.
template <typename Lowering>
auto initOf(ScanOp op, const FixedFormat &format, Lowering &lowering) {
  if (auto constant = op.getInit().getDefiningOp<ConstantOp>())
    return std::optional(
        lowering.emitter.constant(realVector(constant.getValue()), format));
  return lowering.rule.convert(lowering.get(op.getInit()), format);
}

struct ScanModel : RealModel<ScanModel, ScanOp> {
  static void ranges(ScanOp scan, RealRanges &ranges) {
    if (auto row = scan.getRow())
      ranges.set(*row, ranges.get(scan.getSequence()));
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    DenseF64ArrayAttr box = invariantOf(scan);
    Interval<double> state{-kInfinity, kInfinity};
    if (box)
      state = hull({box[0], box[1]}, ranges.hullOf(scan.getInit()));
    ranges.set(scan.getState(), {Ranged<double>::state(state)});
    ranges.evaluate(scan.getBody().front());
    if (!box) {
      // The cell forgets its state but through bounded functions, or not at
      // all.
      state = hull(ranges.hullOf(scan.getNextState()),
                   ranges.hullOf(scan.getInit()));
      ranges.set(scan.getState(), {Ranged<double>::state(state)});
      ranges.evaluate(scan.getBody().front());
    }
    ranges.set(scan.getResult(), {Ranged<double>::independent(state)});
  }

  static LogicalResult slopes(ScanOp op, Slopes &slopes) {
    // What it takes from around it must stand still while its own state moves.
    WalkResult walk = op.getBody().walk([&](Operation *inner) {
      return llvm::any_of(inner->getOperands(),
                          [&](Value value) { return slopes.follows(value); })
                 ? WalkResult::interrupt()
                 : WalkResult::advance();
    });
    if (walk.wasInterrupted() ||
        (op.getSequence() && slopes.follows(op.getSequence())))
      return op.emitError("reads the state of the scan around it other than to "
                          "start from; errors of that are not bounded");
    FailureOr<Jacobian> step = Slopes(slopes.getRanges()).ofStep(op);
    if (failed(step))
      return failure();
    Jacobian all = slopes.of(op.getInit());
    for (int64_t i = 0; i < op.getTripCount(); ++i)
      all = step->after(all);
    slopes.set(op.getResult(), std::move(all));
    return success();
  }

  static LogicalResult gains(ScanOp op, const Gains &gains, GainMap &map) {
    Block &body = op.getBody().front();
    std::vector<double> gain = map[op.getResult()], total = gain;
    int64_t steps = std::min(op.getTripCount(), kMostSteps);
    for (int64_t step = 1; step < steps; ++step) {
      GainMap once;
      once[op.getNextState()] = gain;
      if (failed(gains.backward(body, once)))
        return failure();
      std::vector<double> carried = once[op.getState()];
      double before = sumOf(gain), after = sumOf(carried);
      double factor = after > before ? before / after : 1.0;
      for (size_t i = 0; i < carried.size(); ++i) {
        gain[i] = carried[i] * factor;
        total[i] += gain[i];
      }
    }
    for (double &each : total)
      each /= double(std::max<int64_t>(steps, 1));
    map[op.getNextState()] = total;
    return gains.backward(body, map);
  }

  static LogicalResult format(ScanOp op, FormatChoice &choice) {
    if (op.getSequence())
      choice.set(*op.getRow(), choice.formatOf(op.getSequence()));
    const RealVectorRange &state = choice.getRanges().get(op.getState());
    for (auto [unit, element] : llvm::enumerate(state))
      if (!std::isfinite(element.all.magnitude())) {
        InFlightDiagnostic diag =
            op.emitError("carries a state that could overflow: unit ")
            << unit << " has no proved bound";
        diag.attachNote() << "a step that does not overshoot has one: more "
                             "sub-steps, a smaller dt, or solver=fused";
        return diag;
      }
    FixedFormat format = fixed::wordFormat(choice.magnitudeOf(op.getState()));
    choice.set(op.getState(), format);
    return choice.assign(op, format);
  }

  static double rounding(ScanOp, const RealRanges &, size_t) { return 0; }

  static LogicalResult emit(ScanOp op, IntegerLowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    std::optional<Value> init = initOf(op, format, lowering);
    if (!init)
      return failure();
    auto sequence = op.getSequence() ? lowering.get(op.getSequence())
                                     : IntegerLowering::Fixed{};
    OpBuilder &builder = lowering.emitter.builder;
    auto scan = builder.create<ScanOp>(op.getLoc(), init->getType(), *init,
                                       sequence.value, op.getCountAttr());
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&scan.getBody());
    if (op.getSequence()) {
      int64_t columns = lowering.emitter.typeOf(sequence.value).getDimSize(1);
      lowering.set(*op.getRow(),
                   {block->addArgument(lowering.emitter.vector(16, columns),
                                       op.getLoc()),
                    sequence.format});
    }
    lowering.set(op.getState(),
                 {block->addArgument(init->getType(), op.getLoc()), format});
    if (failed(lowering.lower(op.getBody().front())))
      return failure();
    std::optional<Value> next =
        lowering.rule.convert(lowering.get(op.getNextState()), format);
    if (!next)
      return failure();
    builder.create<YieldOp>(op.getLoc(), *next);
    return lowering.set(op, scan.getResult(), format);
  }

  static LogicalResult emit(ScanOp op, ErrorLowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    std::optional<fixed::Estimates> init = initOf(op, format, lowering);
    if (!init)
      return op.emitError(lowering.emitter.problem);
    size_t units = sizeOf(op.getState());
    if (op.getSequence())
      lowering.set(*op.getRow(), lowering.get(op.getSequence()));
    // The state of which a step's own error is looked at is an integer's.
    fixed::Estimates state{16, units, {}};
    std::vector<double> error;
    for (size_t i = 0; i < units; ++i) {
      state.elements.push_back(fixed::Estimate::within(
          lowering.integerRange(op.getState(), format, i)));
      error.push_back(init->at(i).error);
    }
    lowering.set(op.getState(), {state, format});
    if (failed(lowering.lower(op.getBody().front())))
      return failure();
    std::optional<fixed::Estimates> next =
        lowering.rule.convert(lowering.get(op.getNextState()), format);
    FailureOr<Jacobian> slopes = Slopes(lowering.getRanges()).ofStep(op);
    if (!next)
      return op.emitError(lowering.emitter.problem);
    if (failed(slopes))
      return failure();

    lowering.record(*slopes, *next, format);
    for (int64_t step = 0; step < op.getTripCount(); ++step) {
      error = slopes->carry(error);
      for (size_t i = 0; i < units; ++i) {
        error[i] += next->at(i).error;
        // Both are what 16 bits can say.
        error[i] = std::min(error[i], double(UINT16_MAX));
      }
    }
    for (size_t i = 0; i < units; ++i)
      state.elements[i].error = error[i];
    return lowering.set(op, state, format);
  }
};

} // namespace

void operations::registerScan(MLIRContext &context) {
  ScanOp::attachInterface<ScanModel>(context);
}
