// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/network/GraphBuilder.h"

#include <algorithm>

namespace dlnet::network {

Value GraphBuilder::declare(const std::string &label, const Shape &shape) {
  int count = ++taken[label];
  std::string name = label;
  if (count > 1)
    name += "#" + std::to_string(count);
  graph.values.push_back({std::move(name), shape, {}});
  return {int32_t(graph.values.size() - 1)};
}

Value GraphBuilder::input(const Port &port, const Shape &shape) {
  Value value = declare(port.name, shape);
  graph.inputs.push_back(port);
  open.front().arguments.push_back(value);
  return value;
}

void GraphBuilder::output(const Port &port, Value value) {
  graph.outputs.push_back(port);
  open.front().yields.push_back(value);
}

Value GraphBuilder::add(const std::string &label, Operation operation,
                        std::vector<Value> inputs, const Shape &shape) {
  Value result = declare(label, shape);
  open.back().nodes.push_back(
      {std::move(operation), std::move(inputs), {result}, {}});
  return result;
}

Value GraphBuilder::affine(const std::vector<Value> &inputs,
                           const std::vector<std::string> &weights,
                           const std::string &bias, int64_t rows) {
  return add(weights.front(), Affine{weights, bias}, inputs, {rows});
}

Value GraphBuilder::binary(const std::string &label, const Operation &operation,
                           Value lhs, Value rhs) {
  return add(label, operation, {lhs, rhs},
             {std::max(shape(lhs)[0], shape(rhs)[0])});
}

Value GraphBuilder::activate(Function function, Value input) {
  return add(label(input), Activate{function}, {input}, Shape(shape(input)));
}

Value GraphBuilder::close(const std::string &label, Operation operation,
                          std::vector<Value> inputs, const Shape &shape,
                          Value yielded) {
  open.back().yields = {yielded};
  Body body = std::move(open.back());
  open.pop_back();
  Value result = add(label, std::move(operation), std::move(inputs), shape);
  open.back().nodes.back().body = std::move(body);
  return result;
}

Value GraphBuilder::scan(
    const std::string &label, Value sequence, Value init,
    const std::function<Value(Value row, Value state)> &body) {
  Shape state = shape(init);
  Value row = declare("input", {shape(sequence)[1]});
  Value held = declare("state", state);
  open.push_back({{row, held}, {}, {}});
  Value next = body(row, held);
  return close(label, Scan{1, 0}, {init, sequence}, state, next);
}

Value GraphBuilder::ode(const std::string &label, const Solver &solver,
                        Value state,
                        const std::function<Value(Value x)> &body) {
  Shape held = shape(state);
  Value x = declare("state", held);
  open.push_back({{x}, {}, {}});
  Value derivative = body(x);
  return close(label, Ode{solver.method, solver.steps, solver.dt}, {state},
               held, derivative);
}

Graph GraphBuilder::finish() {
  graph.body = std::move(open.front());
  return std::move(graph);
}

} // namespace dlnet::network
