// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constraints of dialect/SPEC.md, of graphs whose shapes are all known.
#include "frontend/network/CheckOperation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dlnet::network {

namespace {

constexpr int64_t kMaxProducts = int64_t(1) << 26;
constexpr int64_t kMaxSubsteps = 64;

/// Keeps the first problem: later ones are mostly its consequences.
class OperationChecker {
public:
  OperationChecker(const Graph &graph, const Node &node, GraphFacts &facts,
                   int64_t &trips)
      : graph(graph), node(&node), facts(facts), trips(trips) {}

  std::string run() {
    std::visit([&](const auto &op) { check(op); }, node->operation);
    return problem;
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
  bool isValue(Value value) const {
    return value.index >= 0 && size_t(value.index) < graph.values.size();
  }

  std::string here() const { return describe(graph, *node) + ": "; }
  const Shape &in(size_t i) const { return graph[node->inputs[i]].shape; }
  const Shape &out(size_t i = 0) const { return graph[node->results[i]].shape; }

  bool arity(size_t inputs, size_t results = 1) {
    return expect(
        node->inputs.size() == inputs && node->results.size() == results, [&] {
          return fmt::format("{}expected {} inputs and {} results, found {} "
                             "and {}",
                             here(), inputs, results, node->inputs.size(),
                             node->results.size());
        });
  }
  bool result(const Shape &expected, size_t i = 0) {
    return shape("a result", out(i), expected);
  }
  bool shape(const std::string &what, const Shape &found,
             const Shape &expected) {
    return expect(found == expected, [&] {
      return fmt::format("{}expected {} of shape {}, found {}", here(), what,
                         describe(expected), describe(found));
    });
  }
  bool vectors() {
    bool holds = true;
    for (Value value : node->inputs)
      holds &= vector("input", graph[value].shape);
    for (Value value : node->results)
      holds &= vector("result", graph[value].shape);
    return holds;
  }
  bool vector(const char *what, const Shape &found) {
    return expect(found.size() == 1, [&] {
      return fmt::format("{}expected a vector as {}, found {}", here(), what,
                         describe(found));
    });
  }
  bool finite(const std::vector<double> &list, const char *what) {
    for (double value : list)
      if (!expect(std::abs(value) <= kMaxNumber, [&] {
            return fmt::format("{}{}: expected numbers of at most {}, found {}",
                               here(), what, kMaxNumber, value);
          }))
        return false;
    return true;
  }
  void tensor(const std::string &key, const Shape &wanted, const char *what) {
    if (!expect(isLabel(key), [&] {
          return fmt::format("{}{}: expected the key of a tensor "
                             "[a-z][a-z0-9_.]*, found '{:.80}'",
                             here(), what, key);
        }))
      return;
    auto [held, isNew] = facts.tensors.emplace(key, wanted);
    if (!isNew && held->second != wanted)
      fail(fmt::format("{}tensor '{}' is {} here and {} elsewhere", here(), key,
                       describe(wanted), describe(held->second)));
  }

  void check(const Constant &op) {
    if (!arity(0) || !vectors())
      return;
    finite(op.values, "values");
    result({int64_t(op.values.size())});
  }
  void check(const Parameter &op) {
    if (!arity(0) || !vectors())
      return;
    if (op.reciprocal && !op.positive)
      fail(here() + "the reciprocals of what may be 0");
    tensor(op.tensor, out(), "tensor");
  }
  void check(const Splat &op) {
    if (arity(0) && vectors())
      finite({op.value}, "value");
  }
  void check(const Last &) {
    if (arity(1))
      result({in(0).size() == 1 ? 1 : in(0)[1]});
  }
  void check(const Difference &) {
    if (arity(1))
      result(in(0));
  }
  void check(const Stack &) {
    size_t inputs = node->inputs.size();
    if (inputs == 0)
      return fail(here() + "expected a column at least");
    if (!arity(inputs))
      return;
    int64_t rows = 1, columns = 0;
    for (size_t i = 0; i < inputs; ++i) {
      rows = std::max(rows, in(i)[0]);
      columns += in(i).size() == 1 ? 1 : in(i)[1];
    }
    // Columns of one element alone say nothing of the number of rows.
    if (out().size() == 2 && rows == 1)
      rows = out()[0];
    for (size_t i = 0; i < inputs; ++i)
      if (in(i).size() == 2)
        shape("columns", in(i), {rows, in(i)[1]});
      else if (in(i)[0] != 1)
        shape("a column", in(i), {rows});
    result({rows, columns});
  }
  void check(const Slice &op) {
    if (arity(1) && vectors() &&
        (op.start < 0 || op.start > in(0)[0] - out()[0]))
      fail(fmt::format("{}{} elements from {} on are not those of {}", here(),
                       out()[0], op.start, describe(in(0))));
  }
  void check(const Concat &) {
    if (node->inputs.empty())
      return fail(here() + "expected an input at least");
    if (!arity(node->inputs.size()) || !vectors())
      return;
    int64_t size = 0;
    for (size_t i = 0; i < node->inputs.size(); ++i)
      size += in(i)[0];
    result({size});
  }
  void check(const BlockMean &) {
    if (arity(1) && vectors() && in(0)[0] % out()[0] != 0)
      fail(fmt::format("{}{} elements cannot be cut into {} blocks", here(),
                       in(0)[0], out()[0]));
  }
  void check(const Clamp &op) {
    if (!arity(1))
      return;
    finite({op.min, op.max}, "limits");
    if (!(op.min <= op.max))
      fail(fmt::format("{}expected min <= max, found [{}, {}]", here(), op.min,
                       op.max));
    result(in(0));
  }
  void check(const Normalize &op) {
    if (!arity(1))
      return;
    for (const auto &[list, what] :
         {std::pair(&op.offset, "offset"), std::pair(&op.scale, "scale")}) {
      finite(*list, what);
      if (list->size() != 1 && int64_t(list->size()) != in(0).back())
        fail(fmt::format("{}{}: expected 1 or {} numbers, found {}", here(),
                         what, in(0).back(), list->size()));
    }
    result(in(0));
  }
  void binary() {
    if (!arity(2) || !vectors())
      return;
    int64_t size = std::max(in(0)[0], in(1)[0]);
    for (size_t i = 0; i < 2; ++i)
      if (in(i)[0] != 1)
        shape("an input", in(i), {size});
    result({size});
  }
  void check(const Add &) { binary(); }
  void check(const Sub &) { binary(); }
  void check(const Mul &) { binary(); }
  void check(const Affine &op) {
    size_t count = op.weights.size();
    if (count == 0)
      return fail(here() + "weights: expected a matrix at least");
    if (!arity(count) || !vectors())
      return;
    for (size_t i = 0; i < count; ++i) {
      tensor(op.weights[i], {out()[0], in(i)[0]}, "weights");
      facts.products += out()[0] * in(i)[0];
    }
    tensor(op.bias, out(), "bias");
    if (facts.products > kMaxProducts)
      fail(fmt::format("{}more than {} weights in all", here(), kMaxProducts));
  }
  void check(const Activate &) {
    if (arity(1) && vectors())
      result(in(0));
  }
  void check(const Interpolate &) {
    if (arity(1) && vectors() &&
        (in(0)[0] < 2 || out()[0] % (in(0)[0] - 1) != 0))
      fail(fmt::format("{}{} elements do not lie evenly between {} knots",
                       here(), out()[0], in(0)[0]));
  }
  void check(const LayerNorm &op) {
    if (!arity(1) || !vectors() || !result(in(0)))
      return;
    tensor(op.gain, out(), "gain");
    tensor(op.bias, out(), "bias");
    if (!(op.epsilon > 0) || !(op.epsilon <= 1))
      fail(fmt::format("{}epsilon: expected a number in (0, 1], found {}",
                       here(), op.epsilon));
  }
  void check(const Reduce &) {
    if (arity(1) && vectors())
      result({1});
  }

  void check(const Ode &op) {
    const Body &body = node->body;
    if (!arity(1) || !vectors() || !result(in(0)))
      return;
    if (op.solver == SolverKind::ClosedForm)
      fail(here() + "solver: closed_form solves no differential equation");
    if (op.steps < 1 || op.steps > kMaxSubsteps)
      fail(fmt::format("{}steps: expected 1 to {}, found {}", here(),
                       kMaxSubsteps, op.steps));
    if (!(op.dt > 0) || !(op.dt <= 100))
      fail(fmt::format("{}dt: expected a number in (0, 100], found {}", here(),
                       op.dt));
    trips = op.steps;
    if (bodyHas(1, 1))
      bodyShapes(body.arguments[0], body.yields[0], in(0));
  }

  bool bodyHas(size_t arguments, size_t yields) {
    const Body &body = node->body;
    return expect(
        body.arguments.size() == arguments && body.yields.size() == yields &&
            std::all_of(body.arguments.begin(), body.arguments.end(),
                        [&](Value value) { return isValue(value); }) &&
            std::all_of(body.yields.begin(), body.yields.end(),
                        [&](Value value) { return isValue(value); }),
        [&] {
          return fmt::format("{}expected a body of {} arguments that yields "
                             "{} values, found {} and {}",
                             here(), arguments, yields, body.arguments.size(),
                             body.yields.size());
        });
  }
  void bodyShapes(Value argument, Value yielded, const Shape &state) {
    shape("a state in the body", graph[argument].shape, state);
    shape("a next state", graph[yielded].shape, state);
  }

  void check(const Scan &op) {
    size_t states = size_t(op.states), count = node->results.size();
    if (op.states < 0 || states > kMaxInputs || op.count < 0 ||
        op.count > kMaxExtent)
      return fail(fmt::format("{}expected 0 to {} states and a count of 0 to "
                              "{}, found {} and {}",
                              here(), kMaxInputs, kMaxExtent, op.states,
                              op.count));
    if (count == 0 || count < states || node->inputs.size() < states)
      return fail(fmt::format("{}{} inputs and {} results for {} states",
                              here(), node->inputs.size(), count, states));
    size_t rows = node->inputs.size() - states;
    if ((rows == 0) != (op.count > 0))
      return fail(fmt::format("{}expected sequences or a count, found {} and "
                              "{}",
                              here(), rows, op.count));
    if (!bodyHas(states + rows, count))
      return;
    int64_t steps = op.count;
    for (size_t i = 0; i < rows; ++i) {
      const Shape &sequence = in(states + i);
      if (sequence.size() != 2)
        return fail(fmt::format("{}expected a sequence [steps, n], found {}",
                                here(), describe(sequence)));
      steps = i == 0 ? sequence[0] : steps;
      shape("a sequence", sequence, {steps, sequence[1]});
      shape("a row in the body", graph[node->body.arguments[i]].shape,
            {sequence[1]});
    }
    trips = steps == kAnySteps ? 1 : steps;
    for (size_t i = 0; i < states; ++i) {
      vector("state", in(i));
      result(in(i), i);
      bodyShapes(node->body.arguments[rows + i], node->body.yields[i], in(i));
    }
    for (size_t i = states; i < count && problem.empty(); ++i) {
      const Shape &step = graph[node->body.yields[i]].shape;
      if (vector("output of a step", step))
        result({steps, step[0]}, i);
    }
  }

  const Graph &graph;
  const Node *node;
  GraphFacts &facts;
  int64_t &trips;
  std::string problem;
};

} // namespace

std::string checkOperation(const Graph &graph, const Node &node,
                           GraphFacts &facts, int64_t &trips) {
  return OperationChecker(graph, node, facts, trips).run();
}

} // namespace dlnet::network
