// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the real level as lnn-lower-to-int8 does, with an emitter that gives
// errors in place of operations.
#include "passes/ErrorBound.h"

#include "passes/ErrorLowering.h"

#include <numeric>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

using fixed::Estimate;
using fixed::Estimates;

namespace {

/// This arithmetic is in double precision; its own rounding is far below that.
constexpr double kSlack = 1 + 1e-9;

/// Takes what was proved of the real value into what was estimated. A
/// rounding's worth beyond a format is a matter of arithmetic, not of clipping.
void narrow(Estimate &element, Interval<double> proved, unsigned width) {
  auto both = [&](Interval<double> range) {
    return Interval<double>{std::clamp(proved.low, range.low, range.high),
                            std::clamp(proved.high, range.low, range.high)};
  };
  element.wanted = both(element.wanted);
  element.ideal = both(element.ideal);
  if (width == 16 && element.wanted.low >= INT16_MIN - 1e-3 &&
      element.wanted.high <= INT16_MAX + 1 + 1e-3)
    element.ideal = element.wanted;
}

} // namespace

FailureOr<ErrorBound> ErrorLowering::run() {
  ranges.analyze(model);
  if (model.isStream())
    return model.emitError("is a stream, of which errors are not bounded");
  for (auto [port, argument] :
       llvm::zip(model.getInputPorts(), model.getBody().getArguments()))
    setArgument(argument, FixedFormat::uniform(16, port.scaleReal()));
  if (failed(lower(model.getBody().front())))
    return failure();
  auto ret = cast<ReturnOp>(model.getBody().front().getTerminator());
  for (auto [value, port] :
       llvm::zip(ret.getValues(), model.getOutputPorts())) {
    double scale = port.scaleReal();
    int32_t low = port.lowInteger(), high = port.highInteger();
    std::optional<Estimates> output = rule.output(get(value), scale, low, high);
    if (!output)
      return ret.emitError(emitter.problem);
    for (int64_t i = 0, size = sizeOf(value); i < size; ++i)
      bound.forecast.push_back(
          std::min(output->at(i).error, double(high - low)) * scale * kSlack);
  }
  return std::move(bound);
}

LogicalResult ErrorLowering::lower(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (!op.hasAttr(kFormatAttr) && !op.hasAttr(kFormatsAttr))
      return op.emitError("has no ")
             << kFormatAttr << "; run lnn-quantize first";
    auto real = dyn_cast<RealOpInterface>(op);
    if (!real)
      return op.emitError("has no rule for bounds on errors");
    if (failed(real.boundError(*this)))
      return failure();
  }
  return success();
}

Interval<double> ErrorLowering::integerRange(Value value,
                                             const FixedFormat &format,
                                             size_t i) const {
  Interval<double> real = elementOf(ranges.get(value), i).all;
  return {(real.low - format.zeroOf(i)) / format.scaleOf(i),
          (real.high - format.zeroOf(i)) / format.scaleOf(i)};
}

void ErrorLowering::setArgument(Value value, const FixedFormat &format) {
  // Of a sequence an estimate is that of a row.
  bool rows = cast<ShapedType>(value.getType()).getRank() == 2;
  set(value, {Estimates{16,
                        size_t(rows ? columnsOf(value) : sizeOf(value)),
                        {Estimate::within(integerRange(value, format, 0))}},
              format});
}

namespace {
bool clips(const Estimate &element) {
  return element.ideal.low > element.wanted.low ||
         element.ideal.high < element.wanted.high;
}
} // namespace

std::optional<Estimates> ErrorLowering::as(Value value,
                                           const FixedFormat &format) {
  std::optional<Estimates> result = LoweringBase::as(value, format);
  if (result && llvm::any_of(result->elements, clips))
    mustFit(value);
  return result;
}

LogicalResult ErrorLowering::set(Operation *op, std::optional<Estimates> to,
                                 const FixedFormat &format) {
  if (!to)
    return op->emitError(emitter.problem);
  Value result = op->getResult(0);
  size_t entries = std::max(ranges.get(result).size(), format.size());
  if (to->elements.size() == 1 && entries > 1)
    to->elements.assign(entries, to->elements[0]);
  bool clipped = false;
  for (auto [i, element] : llvm::enumerate(to->elements)) {
    narrow(element, integerRange(result, format, i), to->width);
    clipped |= clips(element);
    element.error +=
        cast<RealOpInterface>(op).boundRounding(ranges, i) / format.scaleOf(i);
  }
  bool intoTable = !op->use_empty() &&
                   llvm::all_of(op->getUsers(), llvm::IsaPred<ActivateOp>);
  if (clipped && !intoTable)
    mustFit(result);
  set(result, {std::move(*to), format});
  return success();
}

void ErrorLowering::record(const Jacobian &slopes, const Estimates &next,
                           const FixedFormat &format) {
  for (double sum : slopes.carry(std::vector<double>(slopes.columns, 1.0)))
    bound.growth = std::max(bound.growth, sum);
  for (size_t i = 0; i < slopes.rows; ++i)
    bound.step = std::max(bound.step, next.at(i).error * format.scale[0]);
}

double ErrorBound::mean() const {
  return std::accumulate(forecast.begin(), forecast.end(), 0.0) /
         double(forecast.size());
}

double ErrorBound::greatest() const {
  return *std::max_element(forecast.begin(), forecast.end());
}

FailureOr<ErrorBound> dlnet::lnn::boundError(ModelOp model,
                                             unsigned tableBits) {
  return ErrorLowering(model, tableBits).run();
}
