// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-quantize: decides every fixed-point format, acts on none. The rule is in
// passes/fixed/Choose.h; here is what it is asked about which value.
#include "passes/CheckResults.h"
#include "passes/FixedFormat.h"
#include "passes/Passes.h"
#include "passes/RealRanges.h"
#include "passes/fixed/Choose.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

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
    if (Value age = model.getAge())
      formats[age] = fixed::ageFormat();
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
        .Case<LastOp, DifferenceOp>([&](auto op) {
          if (failed(checkPlain(op, op.getInput())))
            return failure();
          return assign(op, formatOf(op.getInput()));
        })
        .Case([&](ClampOp op) { return clamp(op); })
        .Case([&](BlockMeanOp op) -> LogicalResult {
          FixedFormat format = formatOf(op.getInput());
          if (format.width != 16)
            return op.emitError("reads a 32-bit value; block means take the "
                                "16 bits of the window");
          if (failed(checkPlain(op, op.getInput())))
            return failure();
          int64_t size = sizeOf(op.getInput()) / sizeOf(op.getResult());
          return assign(op, fixed::blockMeanFormat(format, size));
        })
        .Case([&](ConstantOp op) {
          return assign(op, fixed::constantFormat(fixed::magnitudeOf(
                                ranges.get(op.getResult()))));
        })
        .Case([&](NormalizeOp op) { return normalize(op); })
        .Case<AddOp, SubOp>([&](auto op) { return sum(op); })
        .Case([&](MulOp op) -> LogicalResult {
          if (failed(checkPlain(op, op.getLhs())) ||
              failed(checkPlain(op, op.getRhs())))
            return failure();
          return assign(
              op, fixed::productFormat(known(op.getLhs()), known(op.getRhs())));
        })
        .Case([&](StackOp op) { return stack(op); })
        .Case([&](ScanOp op) { return scan(op); })
        .Case([&](AffineOp op) { return affine(op); })
        .Case([&](InterpolateOp op) -> LogicalResult {
          if (failed(checkPlain(op, op.getKnots())))
            return failure();
          int64_t step = sizeOf(op.getResult()) / (sizeOf(op.getKnots()) - 1);
          return assign(op,
                        fixed::interpolatedFormat(known(op.getKnots()), step));
        })
        .Case([&](ActivateOp op) {
          return assign(op, fixed::activationFormat());
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
    if (formatOf(value).isPlain())
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
    op->setAttr(name, toAttr(format, &getContext()));
    if (name == kFormatAttr)
      formats[op->getResult(0)] = format;
    return success();
  }

  /// Greatest magnitude of a value: from its real range, and within what its
  /// integers can say.
  double magnitudeOf(Value value) const {
    auto it = formats.find(value);
    if (it != formats.end() && it->second.width == 16 &&
        value.getDefiningOp<ActivateOp>())
      return fixed::magnitudeOfActivation(ranges.get(value), it->second);
    return fixed::magnitudeOf(ranges.get(value));
  }

  fixed::Known known(Value value) const {
    return {formatOf(value), magnitudeOf(value)};
  }

  LogicalResult clamp(ClampOp op) {
    if (failed(checkPlain(op, op.getInput())))
      return failure();
    FixedFormat format = formatOf(op.getInput());
    double unit = format.scale[0];
    double low = op.getMin().convertToDouble() / unit;
    double high = op.getMax().convertToDouble() / unit;
    if (format.width == 16 && (low > INT16_MAX || high < INT16_MIN))
      return op.emitError("clamps to a range that the 16 bits of its input do "
                          "not reach: they end at ")
             << INT16_MIN * unit << " and " << INT16_MAX * unit;
    return assign(op, format);
  }

  template <typename Op> LogicalResult sum(Op op) {
    return assign(op, fixed::sumFormat(known(op.getLhs()), known(op.getRhs()),
                                       magnitudeOf(op.getResult())));
  }

  LogicalResult normalize(NormalizeOp op) {
    for (double scale : op.getScale())
      if (scale <= 0.0)
        return op.emitError("needs a positive scale, not ") << scale;
    return assign(op, fixed::normalizedFormat(formatOf(op.getInput()),
                                              op.getOffset().vec(),
                                              op.getScale().vec()));
  }

  /// Recorded range of entry `index` with its headroom, or what is possible.
  Interval<double> recordedRange(Operation *op, size_t index,
                                 Interval<double> possible) {
    auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
    if (!recorded || recorded.size() < static_cast<int64_t>(2 * index + 2))
      return possible;
    return fixed::widened({recorded[2 * index], recorded[2 * index + 1]},
                          headroom, possible);
  }

  LogicalResult stack(StackOp op) {
    size_t columns = op.getResult().getType().getDimSize(1);
    std::vector<Interval<double>> recorded;
    for (size_t i = 0; i < columns; ++i)
      recorded.push_back(
          recordedRange(op, i, elementOf(ranges.get(op.getResult()), i).all));
    return assign(op, fixed::inputsFormat(
                          recorded, largestWeights(op.getResult(), columns)));
  }

  /// Greatest |weight| on each column of a sequence, over the affines that
  /// read its rows.
  static std::vector<double> largestWeights(Value sequence, size_t columns) {
    std::vector<double> largest(columns, 0.0);
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
    FixedFormat format = fixed::wordFormat(magnitudeOf(op.getState()));
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
        domain = std::max(domain, fixed::tableDomain(activationOf(
                                      cast<ActivateOp>(user).getFunction())));
      return fixed::tableFormat(domain);
    }
    const RealVectorRange &proved = ranges.get(op.getResult());
    bool feedsProducts = llvm::any_of(
        op->getUsers(), [](Operation *user) { return isa<AffineOp>(user); });
    // Outside the recurrence, and not an operand of products: SOH units.
    if (!feedsProducts && !op->getParentOfType<ScanOp>())
      return isInterpolated(op.getResult())
                 ? fixed::knotFormat(formatOf(getOperation().getWindow()),
                                     fixed::magnitudeOf(proved))
                 : FixedFormat::uniform(32, windowScale());
    std::vector<Interval<double>> recorded;
    for (size_t row = 0; row < proved.size(); ++row)
      recorded.push_back(recordedRange(op, row, proved[row].all));
    FixedFormat format = fixed::rowsFormat(proved, recorded);
    // Only products can take a scale for each of their operand's elements.
    if (!llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<AffineOp>(user); }))
      return FixedFormat::uniform(
          16, *std::max_element(format.scale.begin(), format.scale.end()));
    return format;
  }

  /// Whether a value, or a sum with it, is what an interpolation reads.
  static bool isInterpolated(Value value) {
    return llvm::any_of(value.getUsers(), [](Operation *user) {
      return isa<InterpolateOp>(user) ||
             (isa<AddOp, SubOp>(user) && isInterpolated(user->getResult(0)));
    });
  }

  double windowScale() { return formatOf(getOperation().getWindow()).scale[0]; }

  LogicalResult fusedStep(FusedStepOp op) {
    if (failed(checkPlain(op, op.getState())) ||
        failed(checkPlain(op, op.getSource())))
      return failure();
    FixedFormat state = formatOf(op.getState());
    fixed::FusedFormats inner = fixed::fusedFormats(
        known(op.getState()), magnitudeOf(op.getSource()),
        ranges.hullOf(op.getDecay()), op.getDt().convertToDouble());
    if (failed(assign(op, state)) ||
        failed(assign(op, inner.decay, kDecayFormatAttr)) ||
        failed(assign(op, inner.numerator, kNumeratorFormatAttr)))
      return failure();
    return success();
  }

  llvm::DenseMap<Value, FixedFormat> formats;
  RealRanges ranges;
};

} // namespace
