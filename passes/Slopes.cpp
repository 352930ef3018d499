// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chain rule forward, with intervals in place of derivatives.
#include "passes/Slopes.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

Jacobian Jacobian::identity(size_t size) {
  Jacobian result(size, size);
  for (size_t i = 0; i < size; ++i)
    result.at(i, i) = Interval<double>::point(1.0);
  return result;
}

Jacobian Jacobian::after(const Jacobian &inner) const {
  Jacobian result(rows, inner.columns);
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < columns; ++k) {
      Interval<double> factor = at(i, k);
      if (factor.low == 0 && factor.high == 0)
        continue;
      for (size_t j = 0; j < inner.columns; ++j)
        result.at(i, j) = result.at(i, j) + factor * inner.at(k, j);
    }
  return result;
}

std::vector<double> Jacobian::carry(const std::vector<double> &change) const {
  std::vector<double> result(rows, 0.0);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j)
      result[i] += at(i, j).magnitude() * change[j];
  return result;
}

FailureOr<Jacobian> Slopes::ofStep(ScanOp scan) {
  columns = sizeOf(scan.getState());
  found.clear();
  found.insert({scan.getState(), Jacobian::identity(columns)});
  for (Operation &op : scan.getBody().front().without_terminator())
    if (failed(visit(&op)))
      return failure();
  return of(scan.getNextState());
}

Jacobian Slopes::of(Value value) const {
  auto it = found.find(value);
  return it == found.end() ? Jacobian(sizeOf(value), columns) : it->second;
}

Interval<double> Slopes::rangeOf(Value value, size_t i) const {
  return elementOf(ranges.get(value), sizeOf(value) == 1 ? 0 : i).all;
}

LogicalResult
Slopes::combine(Operation *op,
                llvm::function_ref<Interval<double>(unsigned, size_t)> factor) {
  Value result = op->getResult(0);
  Jacobian sum(sizeOf(result), columns);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!follows(operand.get()))
      continue;
    const Jacobian &one = found.find(operand.get())->second;
    for (size_t i = 0; i < sum.rows; ++i) {
      Interval<double> by = factor(operand.getOperandNumber(), i);
      for (size_t j = 0; j < columns; ++j)
        sum.at(i, j) = sum.at(i, j) + by * one.at(one.rows == 1 ? 0 : i, j);
    }
  }
  set(result, std::move(sum));
  return success();
}

LogicalResult Slopes::visit(Operation *op) {
  // A scan may read the state inside its body alone.
  if (op->getNumRegions() == 0 &&
      llvm::none_of(op->getOperands(),
                    [&](Value value) { return follows(value); }))
    return success();
  if (auto real = dyn_cast<RealOpInterface>(op))
    return real.setSlopes(*this);
  return op->emitError("has no rule for bounds on errors inside a scan");
}
