// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frame of both executors: values become slots, operations closures over
// slots, scans loops. The closures are those of passes/operations, and of
// IntegerOps.cpp.
#include "passes/ExecutorProgram.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using dlnet::lnn::detail::Program;

template <typename T> size_t Program<T>::slotOf(Value value) {
  auto [it, isNew] = slotIndex.try_emplace(value, slots.size());
  if (isNew)
    slots.push_back(
        Slot::Zero(cast<ShapedType>(value.getType()).getNumElements()));
  return it->second;
}

template <typename T>
FailureOr<typename Program<T>::Steps> Program<T>::compileBlock(Block &block) {
  Steps steps;
  for (Operation &op : block.without_terminator()) {
    for (Value result : op.getResults())
      if (!cast<ShapedType>(result.getType()).hasStaticShape())
        return op.emitError("cannot run with an unknown size: ")
               << result.getType();
    FailureOr<Step> step = compileFrame(&op);
    if (failed(step))
      return failure();
    steps.push_back(std::move(*step));
    if (observer)
      for (Value result : op.getResults())
        steps.push_back([this, result, from = slotOf(result)] {
          observer(result, {slots[from].data(),
                            static_cast<size_t>(slots[from].size())});
        });
  }
  return steps;
}

template <typename T>
FailureOr<typename Program<T>::Step> Program<T>::compileFrame(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Step>>(op)
      .Case([&](ConstantOp op) -> FailureOr<Step> {
        size_t to = slotOf(op.getResult());
        setConstant(op, slots[to]);
        return Step([] {});
      })
      .Case([&](LastOp op) -> FailureOr<Step> {
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        return Step(
            [=] { slots[to][0] = slots[from][slots[from].size() - 1]; });
      })
      .Case([&](DifferenceOp op) -> FailureOr<Step> {
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        return Step([=] {
          const Slot &in = slots[from];
          Slot &out = slots[to];
          out[0] = 0;
          for (Eigen::Index i = 1; i < in.size(); ++i)
            out[i] = in[i] - in[i - 1];
        });
      })
      .Case([&](StackOp op) -> FailureOr<Step> {
        std::vector<size_t> from;
        for (Value column : op.getColumns())
          from.push_back(slotOf(column));
        size_t to = slotOf(op.getResult());
        Eigen::Index rows = op.getResult().getType().getDimSize(0);
        Eigen::Index width = op.getResult().getType().getDimSize(1);
        return Step([=] {
          for (size_t c = 0; c < from.size(); ++c) {
            Eigen::Index stride = slots[from[c]].size() != 1;
            for (Eigen::Index t = 0; t < rows; ++t)
              slots[to][t * width + c] = slots[from[c]][t * stride];
          }
        });
      })
      .Case([&](ScanOp op) { return compileScan(op); })
      .Case([&](FusedOp op) -> FailureOr<Step> {
        FailureOr<Steps> body = compileBlock(op.getBody().front());
        if (failed(body))
          return failure();
        std::vector<std::pair<size_t, size_t>> copies;
        for (auto [result, value] :
             llvm::zip(op.getResults(),
                       op.getBody().front().getTerminator()->getOperands()))
          copies.emplace_back(slotOf(result), slotOf(value));
        return Step([this, body = *body, copies] {
          for (const Step &step : body)
            step();
          for (auto [to, from] : copies)
            slots[to] = slots[from];
        });
      })
      .Default([&](Operation *op) { return compileOp(op); });
}

template <typename T>
FailureOr<typename Program<T>::Step> Program<T>::compileScan(ScanOp op) {
  size_t sequence = op.getSequence() ? slotOf(op.getSequence()) : 0;
  size_t row = op.getSequence() ? slotOf(*op.getRow()) : 0;
  size_t init = slotOf(op.getInit()), state = slotOf(op.getState());
  FailureOr<Steps> body = compileBlock(op.getBody().front());
  if (failed(body))
    return failure();
  size_t next = slotOf(op.getNextState()), result = slotOf(op.getResult());
  int64_t count = op.getTripCount();
  bool hasRow = op.getSequence() != nullptr;
  return Step([=, body = *body] {
    slots[state] = slots[init];
    for (int64_t t = 0; t < count; ++t) {
      if (hasRow) {
        Eigen::Index width = slots[row].size();
        slots[row] = slots[sequence].segment(t * width, width);
      }
      for (const Step &step : body)
        step();
      slots[state] = slots[next];
    }
    slots[result] = slots[state];
  });
}

template <> void Program<float>::setConstant(ConstantOp op, Slot &slot) {
  auto values = realElements(op.getValue());
  std::copy(values.begin(), values.end(), slot.begin());
}

template <>
FailureOr<Program<float>::Step> Program<float>::compileOp(Operation *op) {
  if (auto real = dyn_cast<RealOpInterface>(op))
    return real.compileFloat(*this);
  return op->emitError("the float executor does not run ") << op->getName();
}

template <> void Program<int16_t>::setConstant(ConstantOp op, Slot &slot) {
  auto values = integerElements(op.getValue());
  std::copy(values.begin(), values.end(), slot.begin());
}

template <>
FailureOr<Program<int16_t>::Step> Program<int16_t>::compileOp(Operation *op) {
  if (auto integer = dyn_cast<IntegerOpInterface>(op))
    return integer.compileInteger(*this);
  return op->emitError("the integer executor does not run ") << op->getName();
}

template <typename T> LogicalResult Program<T>::compile(ModelOp model) {
  window = slotOf(model.getWindow());
  if (Value argument = model.getAge())
    age = slotOf(argument);
  FailureOr<Steps> body = compileBlock(model.getBody().front());
  if (failed(body))
    return failure();
  steps = std::move(*body);
  forecast = slotOf(model.getForecast());
  return success();
}

template <typename T>
FailureOr<Executor<T>> Executor<T>::compile(ModelOp model,
                                            Observer<T> observer) {
  auto program = std::make_unique<Program<T>>(std::move(observer));
  bool real =
      cast<ShapedType>(model.getWindow().getType()).getElementType().isF32();
  if (real != std::is_same_v<T, float>)
    return model.emitError(real ? "is on the real level; the integer executor "
                                  "runs the integer level"
                                : "is on the integer level; the float executor "
                                  "runs the real level");
  if (failed(program->compile(model)))
    return failure();
  return Executor(std::move(program));
}

template <typename T>
Executor<T>::Executor(std::unique_ptr<Program<T>> program)
    : program(std::move(program)) {}
template <typename T> Executor<T>::Executor(Executor &&) noexcept = default;
template <typename T>
Executor<T> &Executor<T>::operator=(Executor &&) noexcept = default;
template <typename T> Executor<T>::~Executor() = default;

template <typename T>
void Executor<T>::run(const T *window, T *forecast, uint32_t age) {
  auto &input = program->slots[program->window];
  for (Eigen::Index i = 0; i < input.size(); ++i)
    input[i] = std::is_same_v<T, float> ? window[i] : std::max<T>(window[i], 0);
  if (program->age)
    program->slots[*program->age][0] = std::min<uint32_t>(age, INT16_MAX);
  for (const auto &step : program->steps)
    step();
  const auto &output = program->slots[program->forecast];
  for (Eigen::Index i = 0; i < output.size(); ++i)
    forecast[i] = static_cast<T>(output[i]);
}

template <typename T> size_t Executor<T>::windowSize() const {
  return program->slots[program->window].size();
}
template <typename T> size_t Executor<T>::horizonSize() const {
  return program->slots[program->forecast].size();
}

template class dlnet::lnn::detail::Program<float>;
template class dlnet::lnn::detail::Program<int16_t>;
template class dlnet::lnn::Executor<float>;
template class dlnet::lnn::Executor<int16_t>;
