// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A backward pass with magnitudes in place of signed derivatives. Ranges come
// first, because a product's derivative is its other factor.
#include "passes/Gains.h"

#include "passes/FixedFormat.h"
#include "passes/fixed/Knots.h"

#include "llvm/ADT/TypeSwitch.h"

#include <numeric>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// Beyond these steps back a scan's gains hardly change any more.
constexpr int64_t kMostSteps = 64;

double sumOf(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

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
  Value forecast = model.getForecast();
  size_t horizon = sizeOf(forecast);
  gains[forecast].assign(horizon, 1.0 / double(horizon));
  return backward(model.getBody().front(), gains);
}

std::vector<double> Gains::of(Value value) const {
  auto found = gains.find(value);
  return found == gains.end() ? std::vector<double>(sizeOf(value), 0.0)
                              : found->second;
}

std::vector<double> Gains::magnitudesOf(Value value) const {
  std::vector<double> magnitudes;
  for (int64_t i = 0; i < sizeOf(value); ++i)
    magnitudes.push_back(elementOf(ranges.get(value), i).all.magnitude());
  return magnitudes;
}

std::vector<double> &Gains::entry(Map &map, Value value) {
  return map.try_emplace(value, std::vector<double>(sizeOf(value), 0.0))
      .first->second;
}

void Gains::pass(Map &map, Value from, Value to,
                 const std::vector<double> &factor) {
  std::vector<double> result = entry(map, from);
  std::vector<double> &operand = entry(map, to);
  for (size_t i = 0; i < result.size(); ++i)
    operand[operand.size() == 1 ? 0 : i] +=
        result[i] * factor[factor.size() == 1 ? 0 : i];
}

LogicalResult Gains::backward(Block &block, Map &map) const {
  for (Operation &op : llvm::reverse(block.without_terminator()))
    if (failed(visit(op, map)))
      return failure();
  return success();
}

LogicalResult Gains::visitProduct(MulOp op, Map &map) const {
  std::vector<double> lhs = magnitudesOf(op.getLhs());
  std::vector<double> rhs = magnitudesOf(op.getRhs());
  if (!std::isfinite(sumOf(lhs)) || !std::isfinite(sumOf(rhs)))
    return op.emitError("has a factor without a bound, so that sensitivity "
                        "cannot be scored");
  pass(map, op.getResult(), op.getLhs(), rhs);
  pass(map, op.getResult(), op.getRhs(), lhs);
  return success();
}

LogicalResult Gains::visitScan(ScanOp op, Map &map) const {
  Block &body = op.getBody().front();
  std::vector<double> gain = entry(map, op.getResult()), total = gain;
  int64_t steps = std::min(op.getTripCount(), kMostSteps);
  for (int64_t step = 1; step < steps; ++step) {
    Map once;
    once[op.getNextState()] = gain;
    if (failed(backward(body, once)))
      return failure();
    std::vector<double> carried = entry(once, op.getState());
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
  return backward(body, map);
}

LogicalResult Gains::visit(Operation &operation, Map &map) const {
  const std::vector<double> one = {1.0};
  return llvm::TypeSwitch<Operation *, LogicalResult>(&operation)
      .Case([&](AffineOp op) {
        const std::vector<double> rows = entry(map, op.getResult());
        for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights())) {
          std::vector<double> weights = realVector(cast<ElementsAttr>(attr));
          std::vector<double> &columns = entry(map, input);
          for (size_t i = 0; i < rows.size(); ++i)
            for (size_t j = 0; j < columns.size(); ++j)
              columns[j] += std::abs(weights[i * columns.size() + j]) * rows[i];
        }
        return success();
      })
      .Case<AddOp, SubOp>([&](auto op) {
        pass(map, op.getResult(), op.getLhs(), one);
        pass(map, op.getResult(), op.getRhs(), one);
        return success();
      })
      .Case([&](MulOp op) { return visitProduct(op, map); })
      .Case([&](ClampOp op) {
        if (op.getResult().getType().getRank() == 1)
          pass(map, op.getResult(), op.getInput(), one);
        return success();
      })
      .Case([&](NormalizeOp op) {
        std::vector<double> scales;
        for (double scale : op.getScale())
          scales.push_back(std::abs(scale));
        if (op.getResult().getType().getRank() == 1)
          pass(map, op.getResult(), op.getInput(), scales);
        return success();
      })
      .Case([&](InterpolateOp op) {
        const std::vector<double> gain = entry(map, op.getResult());
        std::vector<double> &knots = entry(map, op.getKnots());
        size_t step = gain.size() / (knots.size() - 1);
        for (size_t i = 0; i < gain.size(); ++i) {
          auto [knot, offset] = fixed::knotPosition(i, step);
          double share = double(offset) / double(step);
          knots[knot] += gain[i] * (1.0 - share);
          knots[knot + 1] += gain[i] * share;
        }
        return success();
      })
      .Case([&](ActivateOp op) {
        double slope = op.getFunction() == Function::Sigmoid ? 0.25 : 1.0;
        pass(map, op.getResult(), op.getInput(), {slope});
        return success();
      })
      .Case([&](EulerStepOp op) {
        pass(map, op.getResult(), op.getState(), one);
        pass(map, op.getResult(), op.getDerivative(),
             {op.getDt().convertToDouble()});
        return success();
      })
      .Case([&](FusedStepOp op) {
        double dt = op.getDt().convertToDouble();
        std::vector<double> state = magnitudesOf(op.getState());
        for (double &magnitude : state)
          magnitude *= dt;
        pass(map, op.getResult(), op.getState(), one);
        pass(map, op.getResult(), op.getSource(), {dt});
        pass(map, op.getResult(), op.getDecay(), state);
        return success();
      })
      .Case([&](OdeOp op) {
        std::vector<double> gain = entry(map, op.getResult()), step = gain;
        for (double &each : step)
          each *= op.getDt().convertToDouble();
        map[op.getDerivative()] = step;
        if (failed(backward(op.getBody().front(), map)))
          return failure();
        pass(map, op.getResult(), op.getState(), one);
        pass(map, op.getBody().getArgument(0), op.getState(), one);
        return success();
      })
      .Case([&](ScanOp op) { return visitScan(op, map); })
      // What comes before the recurrence is not pruned.
      .Default(success());
}
