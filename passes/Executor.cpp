// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frame of both executors: values become slots, operations closures over
// slots, scans loops. The closures are those of passes/operations.
#include "passes/ExecutorProgram.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using dlnet::lnn::detail::Program;

template <typename T> size_t Program<T>::slotOf(Value value) {
  auto [it, isNew] = slotIndex.try_emplace(value, slots.size());
  if (isNew) {
    // What a stream takes and gives has a size when it runs.
    auto type = cast<ShapedType>(value.getType());
    slots.push_back(
        Slot::Zero(type.hasStaticShape() ? type.getNumElements() : 0));
  }
  return it->second;
}

template <typename T>
FailureOr<typename Program<T>::Steps> Program<T>::compileBlock(Block &block) {
  Steps steps;
  for (Operation &op : block.without_terminator()) {
    for (Value result : op.getResults())
      if (!cast<ShapedType>(result.getType()).hasStaticShape() && !stream)
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
        return Step([=] { slots[to] = slots[from].tail(slots[to].size()); });
      })
      .Case([&](DifferenceOp op) -> FailureOr<Step> {
        size_t from = slotOf(op.getInput()), to = slotOf(op.getResult());
        Eigen::Index width = columnsOf(op.getInput());
        return Step([=] {
          const Slot &in = slots[from];
          Slot &out = slots[to];
          out.head(width) = 0;
          for (Eigen::Index i = width; i < in.size(); ++i)
            out[i] = in[i] - in[i - width];
        });
      })
      .Case([&](StackOp op) { return compileStack(op); })
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
FailureOr<typename Program<T>::Step> Program<T>::compileStack(StackOp op) {
  struct Column {
    size_t from;
    Eigen::Index width, stride; ///< No stride: it stands in every row.
  };
  std::vector<Column> columns;
  for (Value column : op.getColumns()) {
    size_t from = slotOf(column);
    Eigen::Index width = columnsOf(column);
    columns.push_back({from, width, slots[from].size() == 1 ? 0 : width});
  }
  size_t to = slotOf(op.getResult());
  Eigen::Index rows = op.getResult().getType().getDimSize(0);
  Eigen::Index total = op.getResult().getType().getDimSize(1);
  return Step([=] {
    for (Eigen::Index t = 0; t < rows; ++t) {
      Eigen::Index at = t * total;
      for (const Column &column : columns)
        for (Eigen::Index c = 0; c < column.width; ++c)
          slots[to][at++] = slots[column.from][t * column.stride + c];
    }
  });
}

template <typename T>
FailureOr<typename Program<T>::Step> Program<T>::compileScan(ScanOp op) {
  using Pair = std::pair<size_t, size_t>;
  auto pairs = [&](auto from, auto to) {
    std::vector<Pair> result;
    for (auto [a, b] : llvm::zip(from, to))
      result.emplace_back(slotOf(a), slotOf(b));
    return result;
  };
  std::vector<Pair> starts = pairs(op.getInits(), op.getStates());
  std::vector<Pair> rows = pairs(op.getSequences(), op.getRows());
  FailureOr<Steps> body = compileBlock(op.getBody().front());
  if (failed(body))
    return failure();
  std::vector<Pair> nexts = pairs(op.getNextStates(), op.getStates());
  std::vector<Pair> ends = pairs(op.getStates(), op.getFinals());
  std::vector<Pair> outputs = pairs(op.getOutputRows(), op.getOutputs());
  int64_t known = op.getTripCount();
  return Step([=, body = *body] {
    for (auto [from, to] : starts)
      slots[to] = slots[from];
    int64_t count = known;
    if (ShapedType::isDynamic(known))
      count = slots[rows[0].first].size() / slots[rows[0].second].size();
    for (auto [row, to] : outputs)
      slots[to].resize(count * slots[row].size());
    std::vector<Slot> next(nexts.size());
    for (int64_t t = 0; t < count; ++t) {
      for (auto [from, row] : rows) {
        Eigen::Index width = slots[row].size();
        slots[row] = slots[from].segment(t * width, width);
      }
      for (const Step &step : body)
        step();
      // A state may be the next one of another.
      for (size_t i = 0; i < nexts.size(); ++i)
        next[i] = slots[nexts[i].first];
      for (auto [row, to] : outputs) {
        Eigen::Index width = slots[row].size();
        slots[to].segment(t * width, width) = slots[row];
      }
      for (size_t i = 0; i < nexts.size(); ++i)
        slots[nexts[i].second] = next[i];
    }
    for (auto [from, to] : ends)
      slots[to] = slots[from];
  });
}

template <typename T> void Program<T>::compilePorts(ModelOp model) {
  auto elements = [](Value value) {
    auto type = cast<ShapedType>(value.getType());
    return static_cast<size_t>(type.hasStaticShape() ? type.getNumElements()
                                                     : type.getDimSize(1));
  };
  for (auto [port, argument] :
       llvm::zip(model.getInputPorts(), model.getBody().getArguments())) {
    bool limits = std::is_same_v<T, int16_t> || port.getRate() == Rate::Count;
    Number most = std::numeric_limits<Number>::max();
    if (port.getRate() == Rate::Count)
      count = inputs.size();
    inputs.push_back({slotOf(argument),
                      limits ? Number(port.lowInteger())
                             : std::numeric_limits<Number>::lowest(),
                      limits ? Number(port.highInteger()) : most});
    inputSizes.push_back(elements(argument));
  }
  for (Value value : model.getReturned())
    outputSizes.push_back(elements(value));
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
  stream = model.isStream();
  compilePorts(model);
  FailureOr<Steps> body = compileBlock(model.getBody().front());
  if (failed(body))
    return failure();
  steps = std::move(*body);
  for (Value value : model.getReturned())
    outputs.push_back(slotOf(value));
  return success();
}

template <typename T>
FailureOr<Executor<T>> Executor<T>::compile(ModelOp model,
                                            Observer<T> observer) {
  auto program = std::make_unique<Program<T>>(std::move(observer));
  bool real = model.isReal();
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
void Executor<T>::run(ArrayRef<ArrayRef<T>> inputs,
                      std::vector<std::vector<T>> &outputs) {
  assert(inputs.size() == program->inputs.size() && "a value for each port");
  for (auto [port, values, size] :
       llvm::zip(program->inputs, inputs, program->inputSizes)) {
    assert(
        (program->stream ? values.size() % size == 0 : values.size() == size) &&
        "as many elements as the port has");
    (void)size;
    auto &slot = program->slots[port.slot];
    slot.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      slot[i] = std::clamp<typename Program<T>::Number>(values[i], port.low,
                                                        port.high);
  }
  for (const auto &step : program->steps)
    step();
  outputs.resize(program->outputs.size());
  for (auto [values, slot] : llvm::zip(outputs, program->outputs)) {
    const auto &output = program->slots[slot];
    values.resize(output.size());
    for (Eigen::Index i = 0; i < output.size(); ++i)
      values[i] = static_cast<T>(output[i]);
  }
}

template <typename T>
void Executor<T>::run(const T *window, T *forecast, uint32_t age) {
  std::vector<ArrayRef<T>> inputs(program->inputs.size());
  T count = static_cast<T>(std::min<uint32_t>(age, INT16_MAX));
  inputs[0] = ArrayRef(window, windowSize());
  if (program->count)
    inputs[*program->count] = ArrayRef(count);
  std::vector<std::vector<T>> outputs;
  run(inputs, outputs);
  std::copy(outputs[0].begin(), outputs[0].end(), forecast);
}

template <typename T> ArrayRef<size_t> Executor<T>::inputSizes() const {
  return program->inputSizes;
}
template <typename T> ArrayRef<size_t> Executor<T>::outputSizes() const {
  return program->outputSizes;
}

template class dlnet::lnn::detail::Program<float>;
template class dlnet::lnn::detail::Program<int16_t>;
template class dlnet::lnn::Executor<float>;
template class dlnet::lnn::Executor<int16_t>;
