// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop over time. Errors of a recurrence are bounded step by step: what one
// step errs from an exact state, and what it makes of the error that the state
// had.
#include "passes/OutputPorts.h"
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Beyond these steps back a scan's gains hardly change any more.
constexpr int64_t kMostSteps = 64;

/// A recorded range is widened to this where its state saturates.
constexpr double kHeadroom = 2.0;

double sumOf(const std::vector<double> &values) {
  double sum = 0.0;
  for (double value : values)
    sum += value;
  return sum;
}

/// The box that `next`, a step from `state`, provably does not leave, if there
/// is one.
DenseF64ArrayAttr invariantOf(Value next, Value state) {
  Operation *producer = next.getDefiningOp();
  if (auto inner = dyn_cast_or_null<ScanOp>(producer)) {
    size_t index = cast<OpResult>(next).getResultNumber();
    return index < inner.getInits().size() && inner.getInits()[index] == state
               ? invariantOf(inner.getNextStates()[index],
                             inner.getStates()[index])
               : DenseF64ArrayAttr();
  }
  if (!isa_and_nonnull<EulerStepOp, FusedStepOp>(producer) ||
      producer->getOperand(0) != state)
    return {};
  return producer->getAttrOfType<DenseF64ArrayAttr>(kInvariantAttr);
}

/// The same ranges, but nothing of how they follow the state.
RealVectorRange withoutSlopes(RealVectorRange range) {
  for (auto &element : range)
    element = Ranged<double>::independent(element.all);
  return range;
}

/// Formats of the results, states first.
SmallVector<FixedFormat> formatsOf(ScanOp op) {
  SmallVector<FixedFormat> formats;
  if (auto all = op->getAttrOfType<ArrayAttr>(kFormatsAttr))
    for (auto format : all.getAsRange<FixedAttr>())
      formats.push_back(fromAttr(format));
  else
    formats.push_back(fromAttr(op->getAttrOfType<FixedAttr>(kFormatAttr)));
  return formats;
}

/// What a state starts from, in its format.
template <typename Lowering>
auto initOf(Value init, const FixedFormat &format, Lowering &lowering) {
  if (auto constant = init.getDefiningOp<ConstantOp>())
    return std::optional(
        lowering.emitter.constant(realVector(constant.getValue()), format));
  return lowering.rule.convert(lowering.get(init), format);
}

/// The range at which a state is declared to saturate.
std::optional<Interval<double>> saturationOf(ScanOp scan, size_t index) {
  Attribute declared = scan->getAttr(kSaturatesAttr);
  auto given = dyn_cast_or_null<DenseF64ArrayAttr>(declared);
  if (given)
    return Interval<double>{given[2 * index], given[2 * index + 1]};
  auto recorded = scan->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
  if (!declared || !recorded ||
      recorded.size() < static_cast<int64_t>(2 * index + 2))
    return std::nullopt;
  double magnitude = kHeadroom * std::max(std::abs(recorded[2 * index]),
                                          std::abs(recorded[2 * index + 1]));
  return Interval<double>{-magnitude, magnitude};
}

/// The box that a state is known not to leave.
std::optional<Interval<double>> boxOf(ScanOp scan, size_t index) {
  if (auto saturation = saturationOf(scan, index))
    return saturation;
  auto box = invariantOf(scan.getNextStates()[index], scan.getStates()[index]);
  return box ? std::optional(Interval<double>{box[0], box[1]}) : std::nullopt;
}

bool isUnbounded(Interval<double> range) {
  return !std::isfinite(range.magnitude());
}

struct ScanModel : RealModel<ScanModel, ScanOp> {
  static void ranges(ScanOp scan, RealRanges &ranges) {
    for (auto [row, sequence] : llvm::zip(scan.getRows(), scan.getSequences()))
      ranges.set(row, ranges.get(sequence));
    SmallVector<Interval<double>> states;
    bool allBoxed = true;
    for (auto [index, init] : llvm::enumerate(scan.getInits())) {
      auto box = boxOf(scan, index);
      states.push_back(box ? hull(*box, ranges.hullOf(init))
                           : Interval<double>{-kInfinity, kInfinity});
      allBoxed &= box.has_value();
    }
    evaluateWith(scan, states, ranges);
    if (!allBoxed) {
      // The cell forgets its state but through bounded functions, or not at
      // all.
      for (auto [state, init, next] :
           llvm::zip(states, scan.getInits(), scan.getNextStates()))
        if (isUnbounded(state))
          state = hull(ranges.hullOf(next), ranges.hullOf(init));
      evaluateWith(scan, states, ranges);
    }
    if (llvm::any_of(states, isUnbounded))
      findBoxes(scan, states, ranges);
    for (auto [result, state] : llvm::zip(scan.getFinals(), states))
      ranges.set(result, {Ranged<double>::independent(state)});
    for (auto [output, row] :
         llvm::zip(scan.getOutputs(), scan.getOutputRows()))
      ranges.set(output, withoutSlopes(ranges.get(row)));
  }

  /// Gives the states that have no bound the smallest box [-2^k, 2^k] that a
  /// step does not leave, if there is one.
  static void findBoxes(ScanOp scan, SmallVector<Interval<double>> &states,
                        RealRanges &ranges) {
    bool before = std::exchange(ranges.seesMeans, true);
    for (int exponent = -4; exponent <= 10; ++exponent) {
      double radius = std::ldexp(1.0, exponent);
      const Interval<double> box{-radius, radius};
      SmallVector<Interval<double>> boxed = states;
      for (Interval<double> &state : boxed)
        if (isUnbounded(state))
          state = box;
      evaluateWith(scan, boxed, ranges);
      bool stays = true;
      for (auto [state, init, next] :
           llvm::zip(states, scan.getInits(), scan.getNextStates()))
        stays &= !isUnbounded(state) || (box.contains(ranges.hullOf(init)) &&
                                         box.contains(ranges.hullOf(next)));
      if (stays) {
        states = boxed;
        ranges.seesMeans = before;
        return;
      }
    }
    ranges.seesMeans = before;
    evaluateWith(scan, states, ranges);
  }

  /// Slopes by the state are of one state: with several, none is followed.
  static void evaluateWith(ScanOp scan, ArrayRef<Interval<double>> states,
                           RealRanges &ranges) {
    for (auto [argument, range] : llvm::zip(scan.getStates(), states))
      ranges.set(argument,
                 {states.size() == 1 ? Ranged<double>::state(range)
                                     : Ranged<double>::independent(range)});
    ranges.evaluate(scan.getBody().front());
  }

  static LogicalResult slopes(ScanOp op, Slopes &slopes) {
    if (!op.isPlain())
      return refuseErrors(op);
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
    if (!op.isPlain())
      return op.emitError("has several states, sequences or outputs, of which "
                          "sensitivity is not scored");
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
    for (auto [row, sequence] : llvm::zip(op.getRows(), op.getSequences()))
      choice.set(row, choice.formatOf(sequence));
    if (op->hasAttr(kSaturatesAttr) && !saturationOf(op, 0))
      return op.emitError("saturates at twice a recorded range, but has none (")
             << kRangeAttr << ")";
    const RealRanges &ranges = choice.getRanges();
    SmallVector<FixedFormat> formats;
    for (auto [index, state] : llvm::enumerate(op.getStates())) {
      for (auto [unit, element] : llvm::enumerate(ranges.get(state)))
        if (!std::isfinite(element.all.magnitude())) {
          InFlightDiagnostic diag =
              op.emitError("carries a state that could overflow: unit ")
              << unit << " has no proved bound";
          diag.attachNote()
              << "a step that does not overshoot has one: more "
                 "sub-steps, a smaller dt, or solver=fused; a "
                 "state may be declared to saturate, by "
              << kSaturatesAttr << " and a range that was recorded or is given";
          return diag;
        }
      formats.push_back(fixed::wordFormat(choice.magnitudeOf(state)));
      choice.set(state, formats.back());
    }
    for (Value output : op.getOutputs()) {
      PortAttr port = outputPortOf(output);
      double magnitude = fixed::magnitudeOf(ranges.get(output));
      if (!port && !std::isfinite(magnitude))
        return op.emitError("gives a sequence without a proved bound");
      formats.push_back(port ? FixedFormat::uniform(16, port.scaleReal())
                             : fixed::wordFormat(magnitude));
    }
    return choice.assignAll(op, formats);
  }

  static double rounding(ScanOp, const RealRanges &, size_t) { return 0; }

  static LogicalResult emit(ScanOp op, IntegerLowering &lowering) {
    SmallVector<FixedFormat> formats = formatsOf(op);
    SmallVector<Value> inits, sequences;
    for (auto [init, format] : llvm::zip(op.getInits(), formats)) {
      std::optional<Value> value = initOf(init, format, lowering);
      if (!value)
        return failure();
      inits.push_back(*value);
    }
    SmallVector<IntegerLowering::Fixed> rows;
    for (Value sequence : op.getSequences()) {
      rows.push_back(lowering.padded(lowering.get(sequence)));
      sequences.push_back(rows.back().value);
    }
    OpBuilder &builder = lowering.emitter.builder;
    SmallVector<Type> outputs;
    for (Type type : op.getOutputs().getTypes())
      outputs.push_back(
          cast<RankedTensorType>(type).clone(builder.getI16Type()));
    auto scan =
        builder.create<ScanOp>(op.getLoc(), TypeRange(ValueRange(inits)),
                               outputs, sequences, inits, op.getCountAttr());
    if (Attribute lanes = op->getAttr(kLanesAttr))
      scan->setAttr(kLanesAttr, lanes);
    for (auto [result, made, format] :
         llvm::zip(op.getResults(), scan.getResults(), formats))
      lowering.set(result, {made, format});
    if (op->hasAttr(kSaturatesAttr))
      scan->setAttr(kSaturatesAttr, builder.getUnitAttr());
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&scan.getBody());
    for (auto made : rows)
      block->addArgument(
          lowering.emitter.vector(
              16, lowering.emitter.typeOf(made.value).getDimSize(1)),
          op.getLoc());
    for (auto [state, init, format] : llvm::zip(op.getStates(), inits, formats))
      lowering.set(state,
                   {block->addArgument(init.getType(), op.getLoc()), format});
    for (auto [index, row] : llvm::enumerate(op.getRows()))
      lowering.setRow(row, {block->getArgument(index), rows[index].format});
    if (failed(lowering.lower(op.getBody().front())))
      return failure();
    return emitYield(op, formats, lowering);
  }

  static LogicalResult emitYield(ScanOp op, ArrayRef<FixedFormat> formats,
                                 IntegerLowering &lowering) {
    SmallVector<Value> yielded;
    Operation *yield = op.getBody().front().getTerminator();
    for (auto [index, value] : llvm::enumerate(yield->getOperands())) {
      // A state that is returned in the end is a state until then.
      PortAttr port = index < op.getInits().size()
                          ? PortAttr()
                          : outputPortOf(op->getResult(index));
      std::optional<Value> made =
          port ? lowering.output(lowering.get(value), port)
               : lowering.rule.convert(lowering.get(value), formats[index]);
      if (!made)
        return failure();
      yielded.push_back(*made);
    }
    lowering.emitter.builder.create<YieldOp>(op.getLoc(), yielded);
    return success();
  }

  static LogicalResult refuseErrors(ScanOp op) {
    return op.emitError("has several states, sequences or outputs, of which "
                        "errors are not bounded");
  }

  static LogicalResult emit(ScanOp op, ErrorLowering &lowering) {
    if (!op.isPlain())
      return refuseErrors(op);
    FixedFormat format = lowering.formatOf(op);
    std::optional<fixed::Estimates> init =
        initOf(op.getInit(), format, lowering);
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

    if (op->hasAttr(kSaturatesAttr))
      lowering.mustFit(op.getNextState());
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
