// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-quantize: decides every fixed-point format, acts on none. Operations
// choose; here is what they are told.
#include "passes/CheckResults.h"
#include "passes/FormatChoice.h"
#include "passes/OutputPorts.h"
#include "passes/Passes.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_QUANTIZE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

FormatChoice::FormatChoice(ModelOp model, int stateBits, double headroom)
    : model(model), stateBits(stateBits), headroom(headroom) {
  ranges.analyze(model);
  for (auto [port, argument] :
       llvm::zip(model.getInputPorts(), model.getBody().getArguments()))
    set(argument, FixedFormat::uniform(16, port.scaleReal()));
}

LogicalResult FormatChoice::checkPlain(Operation *op,
                                       const FixedFormat &format) {
  if (format.isPlain())
    return success();
  return op->emitError("reads a value whose elements have scales or zeros of "
                       "their own; such values may only be added, "
                       "subtracted, normalized, activated or multiplied by "
                       "weights");
}

LogicalResult FormatChoice::assign(Operation *op, const FixedFormat &format,
                                   StringRef name) {
  for (double scale : format.scale)
    if (!(scale > 0.0) || !std::isfinite(scale))
      return op->emitError("has no finite range to choose a format for");
  op->setAttr(name, toAttr(format, op->getContext()));
  if (name == kFormatAttr)
    set(op->getResult(0), format);
  return success();
}

LogicalResult FormatChoice::assignAll(Operation *op,
                                      ArrayRef<FixedFormat> formats) {
  if (formats.size() == 1)
    return assign(op, formats[0]);
  SmallVector<Attribute> attrs;
  for (auto [result, format] : llvm::zip(op->getResults(), formats)) {
    if (!(format.scale[0] > 0.0) || !std::isfinite(format.scale[0]))
      return op->emitError("has no finite range to choose a format for");
    attrs.push_back(toAttr(format, op->getContext()));
    set(result, format);
  }
  op->setAttr(kFormatsAttr, ArrayAttr::get(op->getContext(), attrs));
  return success();
}

double FormatChoice::magnitudeOf(Value value) const {
  auto it = formats.find(value);
  double magnitude = fixed::magnitudeOf(ranges.get(value));
  if (it == formats.end() || it->second.width != 16)
    return magnitude;
  if (value.getDefiningOp<ActivateOp>())
    return fixed::magnitudeOfActivation(ranges.get(value), it->second);
  return it->second.isPlain()
             ? std::min(magnitude, 32768 * it->second.scale[0])
             : magnitude;
}

Interval<double> FormatChoice::recordedRange(Operation *op, size_t index,
                                             Interval<double> possible) const {
  auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
  if (!recorded || recorded.size() < static_cast<int64_t>(2 * index + 2))
    return possible;
  return fixed::widened({recorded[2 * index], recorded[2 * index + 1]},
                        headroom, possible);
}

bool FormatChoice::isRecorded(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && op->hasAttr(kRangeAttr);
}

Interval<double> FormatChoice::rangeOf(Value value) const {
  Interval<double> proved = ranges.hullOf(value);
  if (!isRecorded(value))
    return proved;
  Operation *op = value.getDefiningOp();
  size_t entries = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr).size() / 2;
  Interval<double> result = recordedRange(op, 0, proved);
  for (size_t i = 1; i < entries; ++i)
    result = hull(result, recordedRange(op, i, proved));
  return result;
}

FailureOr<FixedFormat> FormatChoice::narrowed(Operation *op,
                                              Value value) const {
  FixedFormat format = formatOf(value);
  if (format.width == 16)
    return format;
  double magnitude = rangeOf(value).magnitude();
  if (!std::isfinite(magnitude))
    return op->emitError("reads a 32-bit value of no known range, which cannot "
                         "be narrowed to 16 bits");
  return fixed::wordFormat(magnitude);
}

LogicalResult FormatChoice::narrowOperands(Operation *op) {
  SmallVector<Attribute> narrow;
  bool isNeeded = false;
  for (Value operand : op->getOperands()) {
    FailureOr<FixedFormat> format = narrowed(op, operand);
    if (failed(format))
      return failure();
    isNeeded |= formatOf(operand).width != 16;
    narrow.push_back(toAttr(*format, op->getContext()));
  }
  if (isNeeded)
    op->setAttr(kOperandFormatsAttr, ArrayAttr::get(op->getContext(), narrow));
  return success();
}

FailureOr<FixedFormat> FormatChoice::narrowOperand(Operation *op) {
  FailureOr<FixedFormat> format = narrowed(op, op->getOperand(0));
  if (failed(format) || failed(narrowOperands(op)) ||
      failed(checkPlain(op, *format)))
    return failure();
  return format;
}

FixedFormat FormatChoice::argumentOf(ActivateOp op) const {
  fixed::Activation function = activationOf(op.getFunction());
  Interval<double> range = rangeOf(op.getInput());
  // A recorded range may make the table finer, not one that is only possible.
  if (fixed::isFlatBeyondDomain(function) && !isRecorded(op.getInput()))
    return fixed::tableFormat(fixed::tableDomain(function));
  return fixed::argumentFormat(function, range);
}

namespace {

/// Whether a value, or a sum with it, is what an interpolation reads.
bool isInterpolated(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<InterpolateOp>(user) ||
           (isa<AddOp, SubOp>(user) && isInterpolated(user->getResult(0)));
  });
}

bool readsTable(Operation *op) {
  auto activate = dyn_cast<ActivateOp>(op);
  return activate && activate.getFunction() != Function::Relu;
}

} // namespace

FixedFormat FormatChoice::resultOfRows(Operation *op) const {
  Value result = op->getResult(0);
  // Into tables: the widest that one takes, saturating where all are flat.
  if (!op->use_empty() && llvm::all_of(op->getUsers(), readsTable)) {
    FixedFormat widest = argumentOf(cast<ActivateOp>(*op->user_begin()));
    bool alike = true;
    for (Operation *user : op->getUsers()) {
      FixedFormat one = argumentOf(cast<ActivateOp>(user));
      alike &= one.zero == widest.zero;
      if (one.scale[0] > widest.scale[0])
        widest = one;
    }
    if (alike)
      return widest;
  }
  const RealVectorRange &proved = ranges.get(result);
  if (PortAttr port = portOfReaders(result)) {
    FixedFormat unit = FixedFormat::uniform(32, port.scaleReal());
    return isInterpolated(result)
               ? fixed::knotFormat(unit, fixed::magnitudeOf(proved))
               : unit;
  }
  std::vector<Interval<double>> recorded;
  for (size_t row = 0; row < proved.size(); ++row)
    recorded.push_back(recordedRange(op, row, proved[row].all));
  FixedFormat format = fixed::rowsFormat(proved, recorded);
  // Only products can take a scale for each of their operand's elements.
  if (!llvm::all_of(op->getUsers(), llvm::IsaPred<AffineOp>))
    return FixedFormat::uniform(
        16, *std::max_element(format.scale.begin(), format.scale.end()));
  return format;
}

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
    FormatChoice choice(getOperation(), stateBits, headroom);
    WalkResult result = getOperation().getBody().walk<WalkOrder::PreOrder>(
        [&](Operation *op) { return WalkResult(choose(op, choice)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  static LogicalResult choose(Operation *op, FormatChoice &choice) {
    constexpr StringLiteral kTakes =
        "lnn-quantize takes discretized real-level networks";
    if (failed(
            checkResults(op, kTakes, [](Type type) { return type.isF32(); })))
      return failure();
    if (auto real = dyn_cast<RealOpInterface>(op))
      return real.chooseFormat(choice);
    if (op->hasTrait<OpTrait::IsTerminator>())
      return success();
    return op->emitError() << kTakes << "; found " << op->getName();
  }
};

} // namespace
