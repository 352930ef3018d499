// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-quantize: decides every fixed-point format, acts on none. Operations
// choose; here is what they are told.
#include "passes/CheckResults.h"
#include "passes/FormatChoice.h"
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

LogicalResult FormatChoice::checkPlain(Operation *op, Value value) const {
  if (formatOf(value).isPlain())
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
  if (it != formats.end() && it->second.width == 16 &&
      value.getDefiningOp<ActivateOp>())
    return fixed::magnitudeOfActivation(ranges.get(value), it->second);
  return fixed::magnitudeOf(ranges.get(value));
}

Interval<double> FormatChoice::recordedRange(Operation *op, size_t index,
                                             Interval<double> possible) const {
  auto recorded = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
  if (!recorded || recorded.size() < static_cast<int64_t>(2 * index + 2))
    return possible;
  return fixed::widened({recorded[2 * index], recorded[2 * index + 1]},
                        headroom, possible);
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
