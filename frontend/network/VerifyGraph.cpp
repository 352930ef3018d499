// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph is checked once, here, completely: whoever holds one that passed may
// index its values and tensors without looking again.
#include "frontend/network/CheckOperation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace dlnet::network {

namespace {

constexpr int64_t kMaxTrips = int64_t(1) << 24; // of bodies in one another

/// A label, then "#2", "#3", ... where there are several.
bool isValueName(const std::string &name) {
  size_t mark = std::min(name.find('#'), name.size());
  return isLabel(name.substr(0, mark)) &&
         (mark == name.size() ||
          (mark + 1 < name.size() && name.size() <= 96 &&
           name.find_first_not_of("0123456789", mark + 1) ==
               std::string::npos));
}

/// Keeps the first problem: later ones are mostly its consequences.
class Verifier {
public:
  explicit Verifier(const Graph &graph)
      : graph(graph), visible(graph.values.size()),
        defined(graph.values.size()) {}

  Status run() {
    checkValues();
    checkPorts(graph.inputs, graph.body.arguments, "input");
    if (problem.empty())
      checkBody(graph.body, "graph", 0, 1);
    checkPorts(graph.outputs, graph.body.yields, "output");
    for (size_t i = 0; i < defined.size(); ++i)
      expect(defined[i], [&] {
        return fmt::format("value '{}': no operation gives it",
                           graph.values[i].name);
      });
    return problem.empty() ? success() : Status(Failure{problem});
  }

private:
  void fail(const std::string &message) {
    if (problem.empty())
      problem = message;
  }
  template <typename Message> bool expect(bool holds, Message message) {
    if (!holds && problem.empty())
      problem = message();
    return holds && problem.empty();
  }

  // ---- Values and ports ----

  void checkValues() {
    std::set<std::string> names;
    for (const ValueInfo &value : graph.values) {
      std::string where = fmt::format("value '{:.80}'", value.name);
      if (!isValueName(value.name))
        return fail(where + ": expected a name [a-z][a-z0-9_.]*(#[0-9]+)?");
      if (!names.insert(value.name).second)
        return fail(where + ": there are two of that name");
      checkShape(value.shape, where);
      size_t most = value.shape.empty() ? 0 : size_t(value.shape.back());
      if (value.ranges.size() > 1 && value.ranges.size() != most)
        return fail(fmt::format("{}: expected one range, or {}, found {}",
                                where, most, value.ranges.size()));
      for (const Range &range : value.ranges)
        if (!(range.low >= -kMaxNumber) || !(range.low <= range.high) ||
            !(range.high <= kMaxNumber))
          return fail(fmt::format("{}: expected a range of numbers low <= high "
                                  "of at most {}, found [{}, {}]",
                                  where, kMaxNumber, range.low, range.high));
    }
  }

  void checkShape(const Shape &shape, const std::string &where) {
    int64_t elements = 1;
    bool isFine = shape.size() == 1 || shape.size() == 2;
    for (size_t i = 0; isFine && i < shape.size(); ++i) {
      bool isStream = i == 0 && shape.size() == 2 && shape[0] == kAnySteps;
      isFine = isStream || (shape[i] >= 1 && shape[i] <= kMaxExtent);
      elements *= isStream ? 1 : shape[i];
    }
    if (!isFine || elements > kMaxElements)
      fail(fmt::format("{}: expected a shape [n] or [steps, n] of extents from "
                       "1 to {} and at most {} elements, found {}",
                       where, kMaxExtent, kMaxElements, describe(shape)));
  }

  void checkPorts(const std::vector<Port> &ports,
                  const std::vector<Value> &values, const char *kind) {
    if (ports.empty() || ports.size() > kMaxPorts)
      return fail(fmt::format("graph: expected 1 to {} {}s, found {}",
                              kMaxPorts, kind, ports.size()));
    if (ports.size() != values.size())
      return fail(fmt::format("graph: {} {}s have {} values", ports.size(),
                              kind, values.size()));
    for (size_t i = 0; i < ports.size() && problem.empty(); ++i) {
      std::string where = fmt::format("{} '{:.80}'", kind, ports[i].name);
      if (Status port = verify(ports[i]); !port)
        return fail(where + ": " + port.message());
      if (!portNames.insert(ports[i].name).second)
        return fail(where + ": there are two ports of that name");
      if (!isValue(values[i]))
        return fail(where + ": has no value");
      checkRate(ports[i].rate, graph[values[i]].shape, *kind == 'i', where);
    }
  }

  void checkRate(Rate rate, const Shape &shape, bool isInput,
                 const std::string &where) {
    bool isStream = shape[0] == kAnySteps;
    switch (rate) {
    case Rate::Window:
      if (isStream)
        fail(where + ": a window has a known number of steps");
      break;
    case Rate::Step:
      if (!isStream)
        fail(fmt::format("{}: a stream's value is [?, n], found {}", where,
                         describe(shape)));
      break;
    case Rate::Once:
      if (shape.size() != 1)
        fail(fmt::format("{}: expected a vector, found {}", where,
                         describe(shape)));
      break;
    case Rate::Count:
      if (!isInput || shape != Shape{1})
        fail(fmt::format("{}: what steps count up is an input of one element, "
                         "found {}",
                         where, describe(shape)));
      break;
    }
    (isStream ? hasStream : hasWindow) |= isStream || rate == Rate::Window;
    if (hasStream && hasWindow)
      fail(where + ": a graph has windows or streams, not both");
  }

  // ---- Operations ----

  bool isValue(Value value) const {
    return value.index >= 0 && size_t(value.index) < graph.values.size();
  }

  void define(Value value, const std::string &where) {
    if (!isValue(value))
      return fail(where + ": gives a value that is not declared");
    if (defined[size_t(value.index)])
      return fail(fmt::format("{}: value '{}' is given twice", where,
                              graph[value].name));
    defined[size_t(value.index)] = visible[size_t(value.index)] = true;
  }

  void read(Value value, const std::string &where) {
    if (!isValue(value))
      return fail(where + ": reads a value that is not declared");
    if (!visible[size_t(value.index)])
      fail(fmt::format("{}: reads '{}', which {}", where, graph[value].name,
                       defined[size_t(value.index)]
                           ? "is seen only in the body that gives it"
                           : "is not given before it"));
  }

  void checkBody(const Body &body, const std::string &where, size_t depth,
                 int64_t trips) {
    if (depth > kMaxDepth)
      return fail(
          fmt::format("{}: bodies lie more than {} deep", where, kMaxDepth));
    if (trips > kMaxTrips)
      return fail(fmt::format("{}: the body would run {} times, expected at "
                              "most {}",
                              where, trips, kMaxTrips));
    for (Value argument : body.arguments)
      define(argument, where);
    for (const Node &node : body.nodes) {
      if (!problem.empty())
        return;
      checkNode(node, depth, trips);
    }
    for (Value yielded : body.yields)
      read(yielded, where);
    // What a body gives is not seen outside.
    if (!problem.empty() || depth == 0)
      return;
    for (Value argument : body.arguments)
      visible[size_t(argument.index)] = false;
    for (const Node &node : body.nodes)
      for (Value result : node.results)
        visible[size_t(result.index)] = false;
  }

  void checkNode(const Node &each, size_t depth, int64_t trips) {
    std::string where = describe(graph, each);
    if (++nodes > kMaxNodes)
      return fail(fmt::format("graph: more than {} operations", kMaxNodes));
    if (each.inputs.size() > kMaxInputs || each.results.size() > kMaxInputs)
      return fail(
          fmt::format("{}: more than {} inputs or results", where, kMaxInputs));
    for (Value input : each.inputs)
      read(input, where);
    for (Value result : each.results)
      if (!isValue(result))
        return fail(where + ": gives a value that is not declared");
    int64_t bodyTrips = 1;
    if (problem.empty())
      problem = checkOperation(graph, each, facts, bodyTrips);
    if (problem.empty() && hasBody(each.operation))
      checkBody(each.body, where, depth + 1, trips * bodyTrips);
    else if (!each.body.arguments.empty() || !each.body.nodes.empty() ||
             !each.body.yields.empty())
      fail(where + ": has no body");
    for (Value result : each.results)
      define(result, where);
  }

  const Graph &graph;
  std::vector<bool> visible, defined;
  std::set<std::string> portNames;
  std::string problem;
  GraphFacts facts;
  size_t nodes = 0;
  bool hasStream = false, hasWindow = false;
};

} // namespace

Status verify(const Graph &graph) { return Verifier(graph).run(); }

Status verify(const Graph &graph, const Tensors &tensors) {
  if (Status status = verify(graph); !status)
    return status;
  std::map<std::string, TensorUse> uses = tensorsOf(graph);
  for (const auto &[key, use] : uses) {
    auto found = tensors.find(key);
    if (found == tensors.end())
      return Failure{key + ": missing tensor"};
    const Tensor &tensor = found->second;
    if (tensor.shape != use.shape)
      return Failure{fmt::format("{}.shape: expected {}, found {}", key,
                                 describe(use.shape), describe(tensor.shape))};
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      float value = tensor.values[i];
      if (!std::isfinite(value) || (use.positive && !(value > 0)))
        return Failure{
            fmt::format("{}: expected {} numbers, found {} at element {}", key,
                        use.positive ? "positive" : "finite", value, i)};
    }
  }
  for (const auto &[key, tensor] : tensors)
    if (!uses.count(key))
      return Failure{key + ": unexpected tensor"};
  return success();
}

} // namespace dlnet::network
