// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What follows from a graph that is well-formed.
#include "frontend/network/Graph.h"

#include <fmt/format.h>

namespace dlnet::network {

namespace {

int64_t elementsOf(const Shape &shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

/// How often a node's body runs when the node runs once.
int64_t tripsOf(const Graph &graph, const Node &node) {
  if (const auto *ode = std::get_if<Ode>(&node.operation))
    return ode->steps;
  const auto *scan = std::get_if<Scan>(&node.operation);
  if (!scan || scan->count > 0)
    return scan ? scan->count : 0;
  int64_t rows = graph[node.inputs[size_t(scan->states)]].shape[0];
  return rows == kAnySteps ? 1 : rows;
}

using Visitor = std::function<void(const Node &, int64_t)>;

void walkBody(const Graph &graph, const Body &body, int64_t times,
              const Visitor &visit) {
  for (const Node &node : body.nodes) {
    visit(node, times);
    if (hasBody(node.operation))
      walkBody(graph, node.body, times * tripsOf(graph, node), visit);
  }
}

} // namespace

Value Graph::input(const std::string &name) const {
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].name == name)
      return body.arguments[i];
  return {};
}

std::string labelOf(const ValueInfo &value) {
  return value.name.substr(0, value.name.find('#'));
}

bool isLabel(const std::string &name) {
  if (name.empty() || name.size() > 80 || name[0] < 'a' || name[0] > 'z')
    return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") ==
         std::string::npos;
}

std::string describe(const Shape &shape) {
  std::string extents;
  for (int64_t extent : shape)
    extents += fmt::format("{}{}", extents.empty() ? "" : ", ",
                           extent == kAnySteps ? "?" : std::to_string(extent));
  return "[" + extents + "]";
}

std::string describe(const Graph &graph, const Node &node) {
  std::string text = name(node.operation);
  if (!node.results.empty() && node.results[0] &&
      size_t(node.results[0].index) < graph.values.size())
    text += fmt::format(" '{}'", graph[node.results[0]].name);
  return text;
}

std::string describePorts(const Graph &graph) {
  auto list = [&](const std::vector<Port> &ports,
                  const std::vector<Value> &values) {
    std::string text;
    for (size_t i = 0; i < ports.size(); ++i)
      text += fmt::format("{}{} {} in {}", i ? ", " : "", ports[i].name,
                          describe(graph[values[i]].shape), ports[i].unit);
    return text;
  };
  return list(graph.inputs, graph.body.arguments) + " -> " +
         list(graph.outputs, graph.body.yields);
}

void walk(const Graph &graph, const Visitor &visit) {
  walkBody(graph, graph.body, 1, visit);
}

std::map<std::string, TensorUse> tensorsOf(const Graph &graph) {
  std::map<std::string, TensorUse> uses;
  walk(graph, [&](const Node &node, int64_t) {
    const Shape &result = graph[node.results[0]].shape;
    auto use = [&](const std::string &key, const Shape &shape) -> TensorUse & {
      TensorUse &entry = uses[key];
      entry.shape = shape;
      return entry;
    };
    if (const auto *parameter = std::get_if<Parameter>(&node.operation)) {
      use(parameter->tensor, result).positive |= parameter->positive;
    } else if (const auto *affine = std::get_if<Affine>(&node.operation)) {
      for (size_t i = 0; i < node.inputs.size(); ++i)
        use(affine->weights[i], {result[0], graph[node.inputs[i]].shape[0]})
            .isMatrix = true;
      use(affine->bias, result);
    } else if (const auto *norm = std::get_if<LayerNorm>(&node.operation)) {
      use(norm->gain, result);
      use(norm->bias, result);
    }
  });
  return uses;
}

int64_t countParameters(const Graph &graph) {
  int64_t count = 0;
  for (const auto &[key, use] : tensorsOf(graph))
    count += elementsOf(use.shape);
  return count;
}

int64_t countMacs(const Graph &graph) {
  // How often each value is made anew.
  std::vector<int64_t> made(graph.values.size(), 1);
  int64_t macs = 0;
  walk(graph, [&](const Node &node, int64_t times) {
    for (Value result : node.results)
      made[size_t(result.index)] = times;
    for (Value argument : node.body.arguments)
      made[size_t(argument.index)] = times * tripsOf(graph, node);
    if (!std::holds_alternative<Affine>(node.operation))
      return;
    int64_t rows = graph[node.results[0]].shape[0];
    for (Value input : node.inputs)
      macs += made[size_t(input.index)] * rows * graph[input].shape[0];
  });
  return macs;
}

} // namespace dlnet::network
