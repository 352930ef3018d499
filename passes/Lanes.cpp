// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Classes first, from the operations that go element by element; then liveness
// backward from the forecast, each row of each affine looked at once.
#include "passes/Lanes.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet::lnn;

Lanes::Lanes(ModelOp model) {
  for (BlockArgument argument : model.getBody().getArguments())
    number(argument);
  model.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa<ConstantOp>(op))
      for (Value result : op->getResults())
        number(result);
    for (Region &region : op->getRegions())
      if (!region.empty())
        for (BlockArgument argument : region.getArguments())
          number(argument);
  });
  joined.grow(numbers.size());
  for (BlockArgument argument : model.getBody().getArguments())
    if (auto found = numbers.find(argument); found != numbers.end())
      wholeNumbers.push_back(found->second);
  model.getBody().walk<WalkOrder::PreOrder>(
      [&](Operation *op) { connect(op); });

  joined.compress();
  classes.resize(joined.getNumClasses());
  for (auto [value, index] : numbers)
    classes[joined[index]].lanes = sizeOf(value);
  for (unsigned index : wholeNumbers)
    classes[joined[index]].whole = true;
  for (unsigned index : stateNumbers)
    classes[joined[index]].state = true;
  model.getBody().walk([&](AffineOp op) {
    classes[*classOf(op.getResult())].makers.push_back(op);
  });
}

void Lanes::number(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.getRank() == 1 && type.hasStaticShape())
    numbers.try_emplace(value, numbers.size());
}

std::optional<Lanes::Class> Lanes::classOf(Value value) const {
  auto found = numbers.find(value);
  if (found == numbers.end())
    return std::nullopt;
  return joined[found->second];
}

void Lanes::join(ValueRange values, Value to) {
  for (Value value : values) {
    auto found = numbers.find(value);
    if (found == numbers.end())
      continue;
    if (sizeOf(value) == sizeOf(to))
      joined.join(found->second, numbers.at(to));
    else
      wholeNumbers.push_back(found->second);
  }
}

void Lanes::connect(Operation *operation) {
  llvm::TypeSwitch<Operation *>(operation)
      .Case<AddOp, SubOp, MulOp, ActivateOp, EulerStepOp, FusedStepOp>(
          [&](auto op) { join(op->getOperands(), op.getResult()); })
      .Case<ClampOp, NormalizeOp>([&](auto op) {
        if (numbers.count(op.getResult()))
          join(op.getInput(), op.getResult());
      })
      .Case([&](ScanOp op) {
        for (auto [init, state, next, last] :
             llvm::zip(op.getInits(), op.getStates(), op.getNextStates(),
                       op.getFinals())) {
          join({init, state, next}, last);
          stateNumbers.push_back(numbers.at(state));
        }
        for (Value row : op.getRows())
          wholeNumbers.push_back(numbers.at(row));
        for (Value row : op.getOutputRows())
          wholeNumbers.push_back(numbers.at(row));
      })
      .Case([&](OdeOp op) {
        Value state = op.getBody().getArgument(0);
        join({op.getState(), state, op.getDerivative()}, op.getResult());
        stateNumbers.push_back(numbers.at(state));
      })
      .Case<AffineOp, YieldOp, ConstantOp, SplatOp>([](auto) {})
      .Default([&](Operation *op) {
        for (Value value :
             llvm::concat<Value>(llvm::to_vector(op->getOperands()),
                                 llvm::to_vector(op->getResults())))
          if (auto found = numbers.find(value); found != numbers.end())
            wholeNumbers.push_back(found->second);
      });
}

SmallVector<llvm::BitVector> Lanes::alive() const {
  SmallVector<llvm::BitVector> alive;
  SmallVector<std::pair<Class, int64_t>> found;
  auto mark = [&](Class index, int64_t lane) {
    if (alive[index].test(lane))
      return;
    alive[index].set(lane);
    found.emplace_back(index, lane);
  };
  for (const Members &members : classes)
    alive.emplace_back(members.lanes);
  for (auto [index, members] : llvm::enumerate(classes))
    for (int64_t lane = 0; members.whole && lane < members.lanes; ++lane)
      mark(index, lane);

  DenseMap<std::pair<Operation *, unsigned>, SmallVector<double>> weights;
  while (!found.empty()) {
    auto [index, row] = found.pop_back_val();
    for (AffineOp op : classes[index].makers)
      for (auto [i, input] : llvm::enumerate(op.getInputs())) {
        std::optional<Class> read = classOf(input);
        if (!read)
          continue;
        auto [matrix, isNew] =
            weights.try_emplace({op.getOperation(), unsigned(i)});
        if (isNew)
          matrix->second = realElements(cast<ElementsAttr>(op.getWeights()[i]));
        int64_t columns = sizeOf(input);
        for (int64_t column = 0; column < columns; ++column)
          if (matrix->second[row * columns + column] != 0.0)
            mark(*read, column);
      }
  }
  return alive;
}
