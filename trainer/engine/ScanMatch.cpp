// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A body is compared with what the builder writes for each cell, so that a new
// cell is recognised without a word here.
#include "trainer/engine/ScanMatch.h"

#include "frontend/network/CellGraph.h"

#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace dlnet {

namespace {

using namespace network;

/// The attributes of an operation, to be compared.
struct Attributes {
  explicit Attributes(const Operation &operation) {
    std::visit([&](const auto &op) { op.fields(op, *this); }, operation);
  }
  template <typename T> void operator()(const char *, const T &value) {
    if constexpr (std::is_same_v<T, std::string>)
      words.push_back(value);
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      words.insert(words.end(), value.begin(), value.end());
    else if constexpr (std::is_same_v<T, std::vector<double>>)
      numbers.insert(numbers.end(), value.begin(), value.end());
    else
      numbers.push_back(double(value));
  }
  std::vector<double> numbers;
  std::vector<std::string> words;
};

bool equalOperations(const Operation &a, const Operation &b) {
  Attributes mine(a), theirs(b);
  return a.index() == b.index() && mine.numbers == theirs.numbers &&
         mine.words == theirs.words;
}

/// Whether two bodies compute the same of the same; `same` pairs their values.
bool equalBodies(const Body &a, const Body &b, std::map<int32_t, int32_t> &same,
                 size_t yields) {
  auto pairUp = [&](const std::vector<Value> &mine,
                    const std::vector<Value> &theirs) {
    for (size_t i = 0; i < mine.size() && i < theirs.size(); ++i)
      same[mine[i].index] = theirs[i].index;
    return mine.size() == theirs.size();
  };
  auto equal = [&](Value mine, Value theirs) {
    auto found = same.find(mine.index);
    return found != same.end() && found->second == theirs.index;
  };
  if (!pairUp(a.arguments, b.arguments) || a.nodes.size() != b.nodes.size())
    return false;
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    const Node &mine = a.nodes[i], &theirs = b.nodes[i];
    if (mine.inputs.size() != theirs.inputs.size() ||
        !equalOperations(mine.operation, theirs.operation))
      return false;
    for (size_t k = 0; k < mine.inputs.size(); ++k)
      if (!equal(mine.inputs[k], theirs.inputs[k]))
        return false;
    if (!equalBodies(mine.body, theirs.body, same, mine.body.yields.size()) ||
        !pairUp(mine.results, theirs.results))
      return false;
  }
  for (size_t i = 0; i < yields; ++i)
    if (!equal(a.yields[i], b.yields[i]))
      return false;
  return a.yields.size() == b.yields.size();
}

Solver solverIn(const Body &body) {
  for (const Node &node : body.nodes)
    if (const auto *ode = std::get_if<Ode>(&node.operation))
      return {ode->solver, ode->steps, ode->dt};
  return {SolverKind::ClosedForm, 1, 1};
}

} // namespace

std::optional<ScanShape> matchScan(const Graph &graph, const Node &node) {
  const auto *scan = std::get_if<Scan>(&node.operation);
  if (!scan || scan->states != 1 || node.inputs.size() != 2 ||
      node.body.yields.size() != 1)
    return std::nullopt;
  Solver solver = solverIn(node.body);
  ScanShape shape;
  shape.units = graph[node.body.arguments[1]].shape[0];
  shape.steps = graph[node.inputs[1]].shape[0];
  shape.inputs = graph[node.inputs[1]].shape[1];
  shape.solver = solver.method;
  shape.substeps = solver.steps;
  shape.h = float(solver.dt / double(solver.steps));
  std::optional<ScanShape> found;
  forEachCell([&](auto cell) {
    using Cell = decltype(cell);
    if (found ||
        cells::kIsClosedForm<Cell> != (solver.method == SolverKind::ClosedForm))
      return;
    shape.cell = *cellNamed(Cell::kName);
    GraphBuilder builder;
    Value row = builder.input(Port(), {shape.inputs});
    Value state = builder.input(Port(), {shape.units});
    builder.output(Port(), buildCell(builder, shape.cell, solver, state, row));
    Graph expected = builder.finish();
    std::map<int32_t, int32_t> same;
    if (equalBodies(node.body, expected.body, same, 1))
      found = shape;
  });
  return found;
}

} // namespace dlnet
