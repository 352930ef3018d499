// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-quantize: decides every fixed-point format, acts on none. What can be
// proved from the weights needs no recording; recorded ranges decide only for
// the inputs and the readout, where proofs are loose.
#include "passes/CheckResults.h"
#include "passes/FixedFormat.h"
#include "passes/FixedPoint.h"
#include "passes/Passes.h"
#include "passes/RealRanges.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// Largest magnitude that a 32-bit intermediate is planned for. Rounding may
/// add a unit on the way; lnn-prove-ranges has the last word.
constexpr double kWordLimit = 2147483000.0;

struct Quantize : lnn::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override {
    if ((stateBits != 8 && stateBits != 16) || !(headroom >= 1.0) ||
        !std::isfinite(headroom)) {
      getOperation().emitError("lnn-quantize wants state-bits 8 or 16 and a "
                               "headroom of at least 1; found ")
          << stateBits.getValue() << " and " << headroom.getValue();
      return signalPassFailure();
    }
    ModelOp model = getOperation();
    formats.clear();
    ranges = RealRanges();
    ranges.analyze(model);
    formats[model.getWindow()] = FixedFormat::uniform(
        16, std::ldexp(1.0, -static_cast<int>(model.getFractionBits())));
    WalkResult result = model.getBody().walk<WalkOrder::PreOrder>(
        [&](Operation *op) { return WalkResult(decide(op)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  LogicalResult decide(Operation *operation) {
    if (failed(checkResults(
            operation, "lnn-quantize takes discretized real-level networks",
            [](Type type) { return type.isF32(); })))
      return failure();
    return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
        .Case<LastOp, DifferenceOp, ClampOp>([&](auto op) {
          if (failed(checkPlain(op, op.getInput())))
            return failure();
          return assign(op, formatOf(op.getInput()));
        })
        .Case([&](BlockMeanOp op) -> LogicalResult {
          FixedFormat format = formatOf(op.getInput());
          if (format.width != 16)
            return op.emitError("reads a 32-bit value; block means take the "
                                "16 bits of the window");
          if (failed(checkPlain(op, op.getInput())))
            return failure();
          int64_t size = sizeOf(op.getInput()) / sizeOf(op.getResult());
          return assign(op, FixedFormat::uniform(32, format.scale[0] / size,
                                                 format.zero[0]));
        })
        .Case([&](ConstantOp op) {
          double magnitude = ranges.hullOf(op.getResult()).magnitude();
          return assign(op, FixedFormat::uniform(
                                16, scaleFor(magnitude * 32768 / 32767)));
        })
        .Case([&](NormalizeOp op) { return normalize(op); })
        .Case<AddOp, SubOp>([&](auto op) { return sum(op); })
        .Case([&](MulOp op) -> LogicalResult {
          if (failed(checkPlain(op, op.getLhs())) ||
              failed(checkPlain(op, op.getRhs())))
            return failure();
          double scale =
              formatOf(op.getLhs()).scale[0] * formatOf(op.getRhs()).scale[0];
          return assign(op, FixedFormat::uniform(
                                32, fit(scale, magnitudeOf(op.getLhs()) *
                                                   magnitudeOf(op.getRhs()))));
        })
        .Case([&](StackOp op) { return stack(op); })
        .Case([&](ScanOp op) { return scan(op); })
        .Case([&](AffineOp op) { return affine(op); })
        .Case([&](ActivateOp op) {
          return assign(op, FixedFormat::uniform(16, 1.0 / 32768));
        })
        .Case([&](EulerStepOp op) -> LogicalResult {
          if (formatOf(op.getState()).width != 16)
            return op.emitError("steps a 32-bit state; the target steps 16 "
                                "bits");
          if (failed(checkPlain(op, op.getState())) ||
              failed(checkPlain(op, op.getDerivative())))
            return failure();
          return assign(op, formatOf(op.getState()));
        })
        .Case([&](FusedStepOp op) { return fusedStep(op); })
        .Case<ReturnOp, YieldOp>([](auto) { return success(); })
        .Default([](Operation *op) {
          return op->emitError("lnn-quantize takes discretized real-level "
                               "networks; found ")
                 << op->getName();
        });
  }

  FixedFormat formatOf(Value value) const { return formats.at(value); }

  /// Operations that compute with the integers themselves need all elements
  /// in one unit, and 0 to mean 0.
  LogicalResult checkPlain(Operation *op, Value value) const {
    FixedFormat format = formatOf(value);
    if (format.size() == 1 && format.zero[0] == 0.0)
      return success();
    return op->emitError("reads a value whose elements have scales or zeros of "
                         "their own; such values may only be added, "
                         "subtracted, normalized, activated or multiplied by "
                         "weights");
  }

  LogicalResult assign(Operation *op, const FixedFormat &format,
                       StringRef name = kFormatAttr) {
    for (double scale : format.scale)
      if (!(scale > 0.0) || !std::isfinite(scale))
        return op->emitError("has no finite range to choose a format for");
    op->setAttr(name, format.toAttr(&getContext()));
    if (name == kFormatAttr)
      formats[op->getResult(0)] = format;
    return success();
  }

  /// Power-of-two scale of a 16-bit value of at most this magnitude.
  static double scaleFor(double magnitude) {
    return magnitude > 0.0 && std::isfinite(magnitude)
               ? powerOfTwoAtLeast(magnitude) / 32768
               : 1.0 / 32768;
  }

  /// The finer of `scale` and what a 32-bit word of this magnitude allows.
  static double fit(double scale, double magnitude) {
    while (magnitude / scale > kWordLimit)
      scale *= 2.0;
    return scale;
  }

  /// Greatest magnitude of a value: from its real range, and within what its
  /// integers can say.
  double magnitudeOf(Value value) const {
    double magnitude = ranges.hullOf(value).magnitude();
    auto it = formats.find(value);
    if (it != formats.end() && it->second.width == 16 &&
        value.getDefiningOp<ActivateOp>())
      magnitude = std::min(magnitude, 32767 * it->second.scale[0]);
    return magnitude;
  }

  template <typename Op> LogicalResult sum(Op op) {
    double scale = std::min(formatOf(op.getLhs()).scale[0],
                            formatOf(op.getRhs()).scale[0]);
    for (Value value : {op.getLhs(), op.getRhs(), op.getResult()})
      scale = fit(scale, magnitudeOf(value));
    return assign(op, FixedFormat::uniform(32, scale));
  }

  LogicalResult normalize(NormalizeOp op) {
    // Only the meaning of the integers changes.
    FixedFormat in = formatOf(op.getInput()), out{in.width, {}, {}};
    size_t size =
        std::max({in.size(), op.getScale().size(), op.getOffset().size()});
    for (size_t i = 0; i < size; ++i) {
      double scale = op.getScale()[op.getScale().size() == 1 ? 0 : i];
      double offset = op.getOffset()[op.getOffset().size() == 1 ? 0 : i];
      if (scale <= 0.0)
        return op.emitError("needs a positive scale, not ") << scale;
      out.scale.push_back(in.scaleOf(i) * scale);
      out.zero.push_back((in.zeroOf(i) - offset) * scale);
    }
    return assign(op, out);
  }

  /// Recorded range of entry `index`, widened about its middle by the
  /// headroom, but not beyond what is possible at all.
  Interval<double> recordedRange(Operation *op, size_t index,
                                 Interval<double> possible) {
    auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
    if (!recorded || recorded.size() < static_cast<int64_t>(2 * index + 2))
      return possible;
    double low = recorded[2 * index], high = recorded[2 * index + 1];
    double middle = (low + high) / 2, half = (high - low) / 2 * headroom;
    return {std::max(middle - half, possible.low),
            std::min(middle + half, possible.high)};
  }

  /// Inputs of the network. Each column gets the 16 bits of its range; where
  /// its weights are small, its unit grows until the column uses as much of
  /// the shared row scale as the others (its own resolution stays >= 9 bits).
  LogicalResult stack(StackOp op) {
    size_t columns = op.getResult().getType().getDimSize(1);
    SmallVector<double> largest = largestWeights(op.getResult(), columns);
    FixedFormat format{16, {}, {}};
    double greatest = 0.0;
    for (size_t i = 0; i < columns; ++i) {
      Interval<double> range =
          recordedRange(op, i, elementOf(ranges.get(op.getResult()), i).all);
      double half = (range.high - range.low) / 2;
      format.scale.push_back(half > 0.0 ? half / 32767 : 1.0 / 32768);
      format.zero.push_back((range.low + range.high) / 2);
      greatest = std::max(greatest, largest[i] * format.scale[i]);
    }
    for (size_t i = 0; i < columns; ++i)
      if (double share = largest[i] * format.scale[i]; share > 0.0)
        format.scale[i] *= std::min(greatest / share, 128.0);
    return assign(op, format);
  }

  /// Greatest |weight| on each column of a sequence, over the affines that
  /// read its rows.
  static SmallVector<double> largestWeights(Value sequence, size_t columns) {
    SmallVector<double> largest(columns, 0.0);
    auto visit = [&](Value read) {
      for (OpOperand &use : read.getUses())
        if (auto affine = dyn_cast<AffineOp>(use.getOwner()))
          for (auto [i, weight] :
               llvm::enumerate(realElements(cast<ElementsAttr>(
                   affine.getWeights()[use.getOperandNumber()]))))
            largest[i % columns] =
                std::max(largest[i % columns], std::abs(weight));
    };
    for (OpOperand &use : sequence.getUses())
      if (auto scan = dyn_cast<ScanOp>(use.getOwner()))
        visit(*scan.getRow());
    return largest;
  }

  LogicalResult scan(ScanOp op) {
    if (op.getSequence())
      formats[*op.getRow()] = formatOf(op.getSequence());
    const RealVectorRange &state = ranges.get(op.getState());
    for (auto [unit, element] : llvm::enumerate(state))
      if (!std::isfinite(element.all.magnitude())) {
        InFlightDiagnostic diag =
            op.emitError("carries a state that could overflow: unit ")
            << unit << " has no proved bound";
        diag.attachNote() << "a step that does not overshoot has one: more "
                             "sub-steps, a smaller dt, or solver=fused";
        return diag;
      }
    FixedFormat format =
        FixedFormat::uniform(16, scaleFor(magnitudeOf(op.getState())));
    formats[op.getState()] = format;
    return assign(op, format);
  }

  LogicalResult affine(AffineOp op) {
    bool inScan = op->getParentOfType<ScanOp>() != nullptr;
    SmallVector<int32_t> bits;
    for (auto [index, input] : llvm::enumerate(op.getInputs())) {
      if (formatOf(input).width != 16)
        return op.emitError("reads a 32-bit value as input ")
               << index << "; products take 16 bits";
      auto argument = dyn_cast<BlockArgument>(input);
      bool isRow =
          argument && isa<ScanOp>(argument.getOwner()->getParentOp()) &&
          cast<ScanOp>(argument.getOwner()->getParentOp()).getRow() == argument;
      bits.push_back(inScan && !isRow ? static_cast<int32_t>(stateBits) : 16);
    }
    op->setAttr(kOperandBitsAttr, DenseI32ArrayAttr::get(&getContext(), bits));
    return assign(op, resultFormat(op));
  }

  FixedFormat resultFormat(AffineOp op) {
    // Into a table: the table's domain, saturating where it is flat anyway.
    if (llvm::all_of(op->getUsers(),
                     [](Operation *user) { return isa<ActivateOp>(user); }) &&
        !op->use_empty()) {
      double domain = 0.0;
      for (Operation *user : op->getUsers())
        domain =
            std::max(domain, tableDomain(cast<ActivateOp>(user).getFunction()));
      return FixedFormat::uniform(16, domain / 32768);
    }
    const RealVectorRange &proved = ranges.get(op.getResult());
    bool feedsProducts = llvm::any_of(
        op->getUsers(), [](Operation *user) { return isa<AffineOp>(user); });
    // Outside the recurrence, and not an operand of products: SOH units.
    if (!feedsProducts && !op->getParentOfType<ScanOp>())
      return FixedFormat::uniform(32, windowScale());
    // The bound from the weights is safe but loose; up to 3 bits of the 16 are
    // given for never clipping, beyond that the recorded range decides.
    FixedFormat format{16, {}, {}};
    for (size_t row = 0; row < proved.size(); ++row) {
      Interval<double> range = elementOf(proved, row).all;
      double magnitude = range.magnitude();
      Interval<double> recorded = recordedRange(op, row, range);
      if (recorded.magnitude() * 8.0 < magnitude)
        magnitude = recorded.magnitude();
      format.scale.push_back(magnitude > 0.0 ? magnitude / 32767 : 1.0 / 32768);
      format.zero.push_back(0.0);
    }
    // Only products can take a scale for each of their operand's elements.
    if (!llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<AffineOp>(user); }))
      return FixedFormat::uniform(
          16, *std::max_element(format.scale.begin(), format.scale.end()));
    return format;
  }

  double windowScale() { return formatOf(getOperation().getWindow()).scale[0]; }

  LogicalResult fusedStep(FusedStepOp op) {
    if (failed(checkPlain(op, op.getState())) ||
        failed(checkPlain(op, op.getSource())))
      return failure();
    double dt = op.getDt().convertToDouble();
    Interval<double> decay = ranges.hullOf(op.getDecay());
    double half = std::max(decay.high - decay.low, 1e-6) / 2;
    FixedFormat state = formatOf(op.getState());
    double numerator =
        magnitudeOf(op.getState()) + dt * magnitudeOf(op.getSource());
    if (failed(assign(op, state)) ||
        failed(assign(op,
                      FixedFormat::uniform(16, half / 32767,
                                           (decay.high + decay.low) / 2),
                      kDecayFormatAttr)) ||
        failed(assign(op,
                      FixedFormat::uniform(
                          32, std::max(state.scale[0], scaleFor(numerator))),
                      kNumeratorFormatAttr)))
      return failure();
    return success();
  }

  llvm::DenseMap<Value, FixedFormat> formats;
  RealRanges ranges;
};

} // namespace
