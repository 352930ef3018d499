// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chain rule forward, with intervals in place of derivatives.
#include "passes/Slopes.h"

#include "passes/FixedFormat.h"
#include "passes/fixed/Errors.h"

#include "llvm/ADT/TypeSwitch.h"

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

template <typename Fn> void Slopes::combine(Operation *op, Fn factor) {
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
  found.insert({result, std::move(sum)});
}

void Slopes::visitAffine(AffineOp op) {
  Jacobian sum(sizeOf(op.getResult()), columns);
  for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights())) {
    if (!follows(input))
      continue;
    std::vector<double> weights = realVector(cast<ElementsAttr>(attr));
    Jacobian matrix(sum.rows, weights.size() / sum.rows);
    for (size_t i = 0; i < weights.size(); ++i)
      matrix.entries[i] = Interval<double>::point(weights[i]);
    Jacobian term = matrix.after(found.find(input)->second);
    for (size_t i = 0; i < sum.entries.size(); ++i)
      sum.entries[i] = sum.entries[i] + term.entries[i];
  }
  found.insert({op.getResult(), std::move(sum)});
}

LogicalResult Slopes::visitScan(ScanOp op) {
  // What it takes from around it must stand still while its own state moves.
  WalkResult walk = op.getBody().walk([&](Operation *inner) {
    return llvm::any_of(inner->getOperands(),
                        [&](Value value) { return follows(value); })
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  if (walk.wasInterrupted() || (op.getSequence() && follows(op.getSequence())))
    return op.emitError("reads the state of the scan around it other than to "
                        "start from; errors of that are not bounded");
  FailureOr<Jacobian> step = Slopes(ranges).ofStep(op);
  if (failed(step))
    return failure();
  Jacobian all = of(op.getInit());
  for (int64_t i = 0; i < op.getTripCount(); ++i)
    all = step->after(all);
  found.insert({op.getResult(), std::move(all)});
  return success();
}

LogicalResult Slopes::visit(Operation *operation) {
  if (auto scan = dyn_cast<ScanOp>(operation))
    return visitScan(scan);
  if (llvm::none_of(operation->getOperands(),
                    [&](Value value) { return follows(value); }))
    return success();
  const auto one = Interval<double>::point(1.0);
  return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
      .Case([&](AffineOp op) {
        visitAffine(op);
        return success();
      })
      .Case([&](ActivateOp op) {
        combine(op, [&](unsigned, size_t i) {
          return fixed::slopesOf(activationOf(op.getFunction()),
                                 rangeOf(op.getInput(), i));
        });
        return success();
      })
      .Case([&](AddOp op) {
        combine(op, [&](unsigned, size_t) { return one; });
        return success();
      })
      .Case([&](SubOp op) {
        combine(op, [&](unsigned operand, size_t) {
          return Interval<double>::point(operand == 0 ? 1.0 : -1.0);
        });
        return success();
      })
      .Case([&](MulOp op) {
        combine(op, [&](unsigned operand, size_t i) {
          return rangeOf(operand == 0 ? op.getRhs() : op.getLhs(), i);
        });
        return success();
      })
      .Case([&](ClampOp op) {
        combine(op, [&](unsigned, size_t) {
          return Interval<double>{0.0, 1.0};
        });
        return success();
      })
      .Case([&](NormalizeOp op) {
        ArrayRef<double> scale = op.getScale();
        combine(op, [&](unsigned, size_t i) {
          return Interval<double>::point(scale[scale.size() == 1 ? 0 : i]);
        });
        return success();
      })
      .Case([&](EulerStepOp op) {
        double dt = op.getDt().convertToDouble();
        combine(op, [&](unsigned operand, size_t) {
          return Interval<double>::point(operand == 0 ? 1.0 : dt);
        });
        return success();
      })
      // y = (x + dt s) / (1 + dt k): dy = (dx + dt ds - dt y dk) / (1 + dt k).
      .Case([&](FusedStepOp op) {
        double dt = op.getDt().convertToDouble();
        combine(op, [&](unsigned operand, size_t i) {
          Interval<double> decay = rangeOf(op.getDecay(), i);
          Interval<double> share = {1.0 / (1.0 + dt * decay.high),
                                    1.0 / (1.0 + dt * decay.low)};
          if (operand == 0)
            return share;
          auto step = Interval<double>::point(operand == 1 ? dt : -dt);
          return operand == 1 ? step * share
                              : step * share * rangeOf(op.getResult(), i);
        });
        return success();
      })
      .Default([](Operation *op) {
        return op->emitError("has no rule for bounds on errors inside a scan");
      });
}
