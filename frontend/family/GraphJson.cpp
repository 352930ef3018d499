// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation's attributes are its fields, under the same names. Values go by
// their names, which a map finds again, so that reading takes time linear in
// the text.
#include "frontend/family/GraphJson.h"

#include <cmath>
#include <unordered_map>

namespace dlnet {
namespace {

using namespace network;
using nlohmann::json;
using schema::Named;

constexpr Named<Rate> kRates[] = {{"window", Rate::Window},
                                  {"step", Rate::Step},
                                  {"once", Rate::Once},
                                  {"count", Rate::Count}};
constexpr Named<Function> kFunctions[] = {{"sigmoid", Function::Sigmoid},
                                          {"tanh", Function::Tanh}};
constexpr Named<Reduction> kReductions[] = {{"mean", Reduction::Mean},
                                            {"sum", Reduction::Sum},
                                            {"max", Reduction::Max}};

/// The words of each enumeration that an attribute may have.
const auto &wordsOf(Function) { return kFunctions; }
const auto &wordsOf(Reduction) { return kReductions; }
const auto &wordsOf(SolverKind) { return schema::kSolvers; }

// ---- Writing ----

struct FieldWriter {
  json &node;
  template <typename Field>
  void operator()(const char *name, const Field &field) {
    if constexpr (std::is_enum_v<Field>)
      node[name] = schema::nameOf(wordsOf(field), field);
    else
      node[name] = field;
  }
};

class GraphWriter {
public:
  explicit GraphWriter(const Graph &graph) : graph(graph) {}

  json write() {
    json values = json::object();
    for (const ValueInfo &value : graph.values)
      values[value.name] = value.shape;
    return {{"inputs", ports(graph.inputs, graph.body.arguments)},
            {"outputs", ports(graph.outputs, graph.body.yields)},
            {"values", std::move(values)},
            {"nodes", nodes(graph.body)}};
  }

private:
  json ports(const std::vector<Port> &ports, const std::vector<Value> &values) {
    json list = json::array();
    for (size_t i = 0; i < ports.size(); ++i)
      list.push_back({{"name", ports[i].name},
                      {"unit", ports[i].unit},
                      {"low", ports[i].low},
                      {"high", ports[i].high},
                      {"scale", ports[i].scale},
                      {"rate", schema::nameOf(kRates, ports[i].rate)},
                      {"scores", ports[i].scores},
                      {"value", graph[values[i]].name}});
    return list;
  }
  json names(const std::vector<Value> &values) {
    json list = json::array();
    for (Value value : values)
      list.push_back(graph[value].name);
    return list;
  }
  json nodes(const Body &body) {
    json list = json::array();
    for (const Node &node : body.nodes) {
      json entry = {{"op", name(node.operation)},
                    {"in", names(node.inputs)},
                    {"out", names(node.results)}};
      std::visit([&](const auto &op) { op.fields(op, FieldWriter{entry}); },
                 node.operation);
      if (hasBody(node.operation))
        entry["body"] = {{"arguments", names(node.body.arguments)},
                         {"nodes", nodes(node.body)},
                         {"yields", names(node.body.yields)}};
      list.push_back(std::move(entry));
    }
    return list;
  }

  const Graph &graph;
};

// ---- Reading ----

struct FieldReader {
  Members &members;
  void operator()(const char *name, double &field) {
    field = members.number(name, -kMaxNumber, kMaxNumber);
  }
  void operator()(const char *name, int64_t &field) {
    field = members.integer(name, 0, kMaxExtent);
  }
  void operator()(const char *name, bool &field) {
    field = members.boolean(name);
  }
  void operator()(const char *name, std::string &field) {
    field = members.line(name);
  }
  void operator()(const char *name, std::vector<double> &field) {
    const json *list = members.array(name, 1, size_t(kMaxExtent));
    for (size_t i = 0; list && i < list->size(); ++i)
      field.push_back(members.numberAt(
          (*list)[i], fmt::format("{}[{}]", members.pathOf(name), i),
          -kMaxNumber, kMaxNumber));
  }
  void operator()(const char *name, std::vector<std::string> &field) {
    const json *list = members.array(name, 1, kMaxInputs);
    for (size_t i = 0; list && i < list->size(); ++i)
      field.push_back(members.lineAt(
          (*list)[i], fmt::format("{}[{}]", members.pathOf(name), i)));
  }
  template <typename Kind>
  std::enable_if_t<std::is_enum_v<Kind>> operator()(const char *name,
                                                    Kind &field) {
    field = members.choice(name, wordsOf(field));
  }
};

/// The operation of that name, with the attributes of a new one.
template <size_t I = 0>
bool makeOperation(const std::string &word, Operation &operation) {
  if constexpr (I == std::variant_size_v<Operation>) {
    return false;
  } else {
    using Op = std::variant_alternative_t<I, Operation>;
    if (word == Op::kName) {
      operation = Op();
      return true;
    }
    return makeOperation<I + 1>(word, operation);
  }
}

class GraphReader {
public:
  GraphReader(Checker &checker) : checker(checker) {}

  Graph read(Members members, const std::string &path) {
    if (const json *values = members.required("values"))
      readValues(*values, members.pathOf("values"));
    readPorts(members, "inputs", graph.inputs, graph.body.arguments);
    readPorts(members, "outputs", graph.outputs, graph.body.yields);
    readNodes(members, graph.body);
    members.finish();
    if (checker.failed())
      return {};
    if (Status status = verify(graph); !status)
      checker.fail(path, status.message());
    return std::move(graph);
  }

private:
  void readValues(const json &values, const std::string &path) {
    constexpr size_t kMaxValues = 4 * kMaxNodes;
    if (!values.is_object() || values.size() > kMaxValues)
      return checker.expect(
          path, fmt::format("an object of at most {} values", kMaxValues),
          values);
    for (const auto &item : values.items()) {
      const json &extents = item.value();
      std::string where = fmt::format("{}[{}]", path, quote(item.key()));
      if (!extents.is_array() || extents.size() > 2)
        return checker.expect(where, "a shape [n] or [steps, n]", extents);
      ValueInfo value = {item.key(), {}, {}};
      for (const json &extent : extents) {
        if (!extent.is_number_integer() || extent < kAnySteps ||
            extent > kMaxExtent)
          return checker.expect(
              where, fmt::format("extents up to {}", kMaxExtent), extent);
        value.shape.push_back(extent.get<int64_t>());
      }
      indices.emplace(item.key(), int32_t(graph.values.size()));
      graph.values.push_back(std::move(value));
    }
  }

  Value valueAt(const json &found, const std::string &where) {
    if (found.is_string())
      if (auto it = indices.find(found.get_ref<const std::string &>());
          it != indices.end())
        return {it->second};
    checker.expect(where, "the name of one of the graph's values", found);
    return {};
  }

  std::vector<Value> valuesOf(Members &members, const char *key) {
    std::vector<Value> values;
    const json *list = members.array(key, 0, kMaxInputs);
    for (size_t i = 0; list && i < list->size(); ++i)
      values.push_back(
          valueAt((*list)[i], fmt::format("{}[{}]", members.pathOf(key), i)));
    return values;
  }

  void readPorts(Members &members, const char *key, std::vector<Port> &ports,
                 std::vector<Value> &values) {
    const json *list = members.array(key, 1, kMaxPorts);
    for (size_t i = 0; list && i < list->size(); ++i) {
      std::string path = fmt::format("{}[{}]", members.pathOf(key), i);
      Members member(&(*list)[i], path, checker);
      Port port;
      port.name = member.identifier("name");
      port.unit = member.text("unit");
      port.low =
          member.number("low", -schema::kMaxMagnitude, schema::kMaxMagnitude);
      port.high =
          member.number("high", -schema::kMaxMagnitude, schema::kMaxMagnitude);
      port.scale = member.positive("scale");
      port.rate = member.choice("rate", kRates);
      port.scores = member.boolean("scores");
      ports.push_back(std::move(port));
      const json *value = member.required("value");
      values.push_back(value ? valueAt(*value, member.pathOf("value"))
                             : Value());
      member.finish();
    }
  }

  /// As deep as JSON may be nested.
  void readNodes(Members &members, Body &body) {
    const json *list = members.array("nodes", 0, kMaxNodes);
    for (size_t i = 0; list && i < list->size() && !checker.failed(); ++i) {
      std::string path = fmt::format("{}[{}]", members.pathOf("nodes"), i);
      body.nodes.push_back(readNode(Members(&(*list)[i], path, checker)));
    }
  }

  Node readNode(Members members) {
    Node node;
    std::string word = members.line("op");
    if (checker.failed())
      return node;
    if (!makeOperation(word, node.operation)) {
      checker.expect(members.pathOf("op"), "the name of an operation", word);
      return node;
    }
    node.inputs = valuesOf(members, "in");
    node.results = valuesOf(members, "out");
    std::visit([&](auto &op) { op.fields(op, FieldReader{members}); },
               node.operation);
    if (hasBody(node.operation)) {
      Members inner = members.object("body");
      if (checker.failed())
        return node;
      node.body.arguments = valuesOf(inner, "arguments");
      readNodes(inner, node.body);
      node.body.yields = valuesOf(inner, "yields");
      inner.finish();
    }
    members.finish();
    return node;
  }

  Graph graph;
  std::unordered_map<std::string, int32_t> indices; ///< Of values, by name.
  Checker &checker;
};

} // namespace

json toJson(const Graph &graph) { return GraphWriter(graph).write(); }

json calibrationOf(const Graph &graph) {
  json ranges = json::object();
  for (const ValueInfo &value : graph.values)
    for (const Range &range : value.ranges)
      ranges[value.name].push_back({range.low, range.high});
  return ranges;
}

Graph readGraph(Members members, const std::string &path, Checker &checker) {
  return GraphReader(checker).read(std::move(members), path);
}

void readCalibration(const json &found, const std::string &path, Graph &graph,
                     Checker &checker) {
  if (!found.is_object())
    return checker.expect(path, "an object", found);
  // Values were read from an object, and so are in the order of their names.
  size_t index = 0;
  for (const auto &item : found.items()) {
    std::string where = fmt::format("{}[{}]", path, quote(item.key()));
    while (index < graph.values.size() && graph.values[index].name < item.key())
      ++index;
    if (index == graph.values.size() || graph.values[index].name != item.key())
      return checker.fail(where, "the graph has no such value");
    ValueInfo &value = graph.values[index];
    const json &list = item.value();
    size_t most = size_t(value.shape.back());
    if (!list.is_array() || (list.size() != 1 && list.size() != most))
      return checker.expect(
          where, fmt::format("a range, or {}, in an array", most), list);
    Members members(&found, path, checker);
    for (size_t i = 0; i < list.size(); ++i)
      value.ranges.push_back(members.rangeAt(
          list[i], fmt::format("{}[{}]", where, i), kMaxNumber));
  }
}

std::string firstDifference(const json &found, const json &expected,
                            const std::string &path, const std::string &what) {
  auto differs = [&](const std::string &where, const json &a, const json &b) {
    return fmt::format("{}: found {}, but {} makes {}", where, quote(a), what,
                       quote(b));
  };
  if (found == expected)
    return "";
  if (found.is_array() && expected.is_array() &&
      found.size() == expected.size()) {
    for (size_t i = 0; i < found.size(); ++i)
      if (found[i] != expected[i])
        return firstDifference(found[i], expected[i],
                               fmt::format("{}[{}]", path, i), what);
  }
  if (found.is_object() && expected.is_object()) {
    for (const auto &item : expected.items()) {
      auto other = found.find(item.key());
      std::string where = path + "." + item.key();
      if (other == found.end())
        return fmt::format("{}: missing, but {} makes {}", where, what,
                           quote(item.value()));
      if (*other != item.value())
        return firstDifference(*other, item.value(), where, what);
    }
    for (const auto &item : found.items())
      if (!expected.contains(item.key()))
        return fmt::format("{}.{}: found {}, but {} makes none", path,
                           item.key(), quote(item.value()), what);
  }
  return differs(path, found, expected);
}

} // namespace dlnet
