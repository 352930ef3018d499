// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A backward pass with magnitudes in place of signed derivatives. Ranges come
// first, because a product's derivative is its other factor.
#include "passes/Gains.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// The scan that records the range of a state which starts from `init`.
DenseF64ArrayAttr recordedRange(Operation *op, Value init) {
  if (auto range = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr))
    return range;
  // Sub-steps go on from the state of the scan around them.
  auto argument = dyn_cast<BlockArgument>(init);
  auto outer = argument ? dyn_cast<ScanOp>(argument.getOwner()->getParentOp())
                        : ScanOp();
  return outer && outer.getState() == argument
             ? recordedRange(outer, outer.getInit())
             : DenseF64ArrayAttr();
}

FailureOr<RealVectorRange> recordedState(Operation *op, Value init) {
  DenseF64ArrayAttr range = recordedRange(op, init);
  int64_t lanes = sizeOf(init);
  if (!range || (range.size() != 2 && range.size() != 2 * lanes))
    return op->emitError("has no recorded range of its state (lnn.range), "
                         "which sensitivity is scored by");
  RealVectorRange state;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t at = range.size() == 2 ? 0 : 2 * lane;
    state.push_back(Ranged<double>::state({range[at], range[at + 1]}));
  }
  return state;
}

} // namespace

LogicalResult Gains::recordStates(Block &block) {
  for (Operation &op : block) {
    auto scan = dyn_cast<ScanOp>(op);
    auto ode = dyn_cast<OdeOp>(op);
    if (!scan && !ode)
      continue;
    if (scan && !scan.isPlain())
      return scan.emitError("has several states, sequences or outputs, of "
                            "which sensitivity is not scored");
    FailureOr<RealVectorRange> state =
        recordedState(&op, scan ? scan.getInit() : ode.getState());
    if (failed(state))
      return failure();
    Block &body = op.getRegion(0).front();
    ranges.set(scan ? scan.getState() : body.getArgument(0), *state);
    ranges.set(op.getResult(0), *state);
    ranges.evaluate(body);
    if (failed(recordStates(body)))
      return failure();
  }
  return success();
}

LogicalResult Gains::analyze(ModelOp model) {
  ranges.analyze(model);
  if (failed(recordStates(model.getBody().front())))
    return failure();
  for (Value output : model.getReturned())
    for (double &gain : gains[output])
      gain += 1.0 / double(sizeOf(output));
  return backward(model.getBody().front(), gains);
}

std::vector<double> Gains::of(Value value) const {
  return gains.contains(value) ? gains.at(value)
                               : std::vector<double>(sizeOf(value), 0.0);
}

std::vector<double> Gains::magnitudesOf(Value value) const {
  std::vector<double> magnitudes;
  for (int64_t i = 0; i < sizeOf(value); ++i)
    magnitudes.push_back(elementOf(ranges.get(value), i).all.magnitude());
  return magnitudes;
}

std::vector<double> &GainMap::operator[](Value value) {
  return gains.try_emplace(value, std::vector<double>(sizeOf(value), 0.0))
      .first->second;
}

void GainMap::pass(Value from, Value to, const std::vector<double> &factor) {
  std::vector<double> result = (*this)[from];
  std::vector<double> &operand = (*this)[to];
  for (size_t i = 0; i < result.size(); ++i)
    operand[operand.size() == 1 ? 0 : i] +=
        result[i] * factor[factor.size() == 1 ? 0 : i];
}

LogicalResult Gains::backward(Block &block, GainMap &map) const {
  for (Operation &op : llvm::reverse(block.without_terminator()))
    if (auto real = dyn_cast<RealOpInterface>(op);
        real && failed(real.passGains(*this, map)))
      return failure();
  return success();
}
