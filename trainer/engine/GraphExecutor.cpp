// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations follow dialect/SPEC.md, whose real level has the same names.
#include "trainer/engine/GraphExecutor.h"

#include "trainer/engine/Scan.h"
#include "trainer/engine/ScanMatch.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dlnet {

using namespace network;

namespace {

/// source + slope * x; an undefined tensor is 0.
struct Line {
  torch::Tensor source, slope;
};

torch::Tensor sum(const torch::Tensor &a, const torch::Tensor &b, double sign) {
  if (!b.defined())
    return a;
  torch::Tensor signedB = sign < 0 ? -b : b;
  return a.defined() ? a + signedB : signedB;
}

torch::Tensor product(const torch::Tensor &line, const torch::Tensor &factor) {
  return line.defined() ? line * factor : line;
}

/// One run. A body may run many times; its values take the place of those of
/// the time before.
class Run {
public:
  Run(const Graph &graph, const TensorSource &tensors,
      const std::map<const Node *, ScanShape> &fused,
      const std::vector<torch::Tensor> &inputs)
      : graph(graph), tensors(tensors), fused(fused),
        values(graph.values.size()), options(inputs[0].options()) {
    for (size_t i = 0; i < inputs.size(); ++i)
      at(graph.body.arguments[i]) = inputs[i];
  }

  void execute(const Body &body) {
    for (const Node &node : body.nodes)
      std::visit([&](const auto &op) { compute(op, node); }, node.operation);
  }
  torch::Tensor &at(Value value) { return values[size_t(value.index)]; }

private:
  const torch::Tensor &in(const Node &node, size_t i = 0) {
    return at(node.inputs[i]);
  }
  void give(const Node &node, const torch::Tensor &value) {
    at(node.results[0]) = value;
  }
  const Shape &shape(Value value) const { return graph[value].shape; }
  /// The tensor of a key, as a column where it is a vector.
  torch::Tensor column(const std::string &key) {
    return tensors(key).to(options.dtype()).unsqueeze(1);
  }
  torch::Tensor numbers(const std::vector<double> &list) {
    return torch::tensor(list, torch::kDouble).to(options).unsqueeze(1);
  }
  /// The inputs of a node, all over as many samples.
  std::vector<torch::Tensor> aligned(const Node &node) {
    std::vector<torch::Tensor> list;
    int64_t samples = 1;
    for (Value input : node.inputs)
      samples = std::max(samples, at(input).size(-1));
    for (Value input : node.inputs) {
      std::vector<int64_t> sizes = at(input).sizes().vec();
      sizes.back() = samples;
      list.push_back(at(input).expand(sizes));
    }
    return list;
  }

  // ---- Operations ----

  void compute(const Constant &op, const Node &node) {
    give(node, numbers(op.values));
  }
  void compute(const Parameter &op, const Node &node) {
    torch::Tensor value = column(op.tensor);
    give(node, op.reciprocal ? value.reciprocal() : value);
  }
  void compute(const Splat &op, const Node &node) {
    give(node, torch::full({shape(node.results[0])[0], 1}, op.value, options));
  }
  void compute(const Last &, const Node &node) {
    int64_t newest = in(node).size(0) - 1;
    give(node, shape(node.inputs[0]).size() == 2
                   ? in(node)[newest]
                   : in(node).narrow(0, newest, 1));
  }
  void compute(const Difference &, const Node &node) {
    const torch::Tensor &v = in(node);
    int64_t rest = v.size(0) - 1;
    give(node, torch::cat({torch::zeros_like(v.narrow(0, 0, 1)),
                           v.narrow(0, 1, rest) - v.narrow(0, 0, rest)}));
  }
  void compute(const Stack &, const Node &node) {
    std::vector<torch::Tensor> columns = aligned(node);
    int64_t steps = shape(node.results[0])[0];
    for (torch::Tensor &each : columns)
      if (each.dim() == 2) // A vector, or one number for all steps.
        each = each.expand({steps, each.size(1)}).unsqueeze(1);
    give(node, torch::cat(columns, /*dim=*/1));
  }
  void compute(const Slice &op, const Node &node) {
    give(node, in(node).narrow(0, op.start, shape(node.results[0])[0]));
  }
  void compute(const Concat &, const Node &node) {
    give(node, torch::cat(aligned(node)));
  }
  void compute(const BlockMean &, const Node &node) {
    int64_t count = shape(node.results[0])[0], size = in(node).size(0);
    give(node,
         size == count
             ? in(node)
             : in(node).reshape({count, size / count, -1}).mean(/*dim=*/1));
  }
  void compute(const Clamp &op, const Node &node) {
    give(node, in(node).clamp(op.min, op.max));
  }
  void compute(const Normalize &op, const Node &node) {
    give(node, (in(node)-numbers(op.offset)) * numbers(op.scale));
  }
  void compute(const Add &, const Node &node) {
    give(node, in(node, 0) + in(node, 1));
  }
  void compute(const Sub &, const Node &node) {
    give(node, in(node, 0) - in(node, 1));
  }
  void compute(const Mul &, const Node &node) {
    give(node, in(node, 0) * in(node, 1));
  }
  void compute(const Affine &op, const Node &node) {
    torch::Tensor result = column(op.bias);
    for (size_t i = 0; i < node.inputs.size(); ++i)
      result =
          result + torch::matmul(tensors(op.weights[i]).to(options.dtype()),
                                 in(node, i));
    give(node, result);
  }
  void compute(const Activate &op, const Node &node) {
    give(node, op.function == Function::Sigmoid ? torch::sigmoid(in(node))
                                                : torch::tanh(in(node)));
  }
  void compute(const Interpolate &, const Node &node) {
    const torch::Tensor &knots = in(node);
    int64_t pieces = knots.size(0) - 1;
    int64_t length = shape(node.results[0])[0] / pieces;
    // Of the elements of a piece, the last stands at the knot after it.
    torch::Tensor share =
        (torch::arange(1, length + 1, options) / double(length)).unsqueeze(1);
    torch::Tensor from = knots.narrow(0, 0, pieces).unsqueeze(1);
    torch::Tensor step = knots.narrow(0, 1, pieces).unsqueeze(1) - from;
    give(node, (from + share * step).reshape({pieces * length, knots.size(1)}));
  }
  void compute(const LayerNorm &op, const Node &node) {
    torch::Tensor centered = in(node)-in(node).mean(0, /*keepdim=*/true);
    torch::Tensor variance = centered.square().mean(0, /*keepdim=*/true);
    give(node, centered * (variance + op.epsilon).rsqrt() * column(op.gain) +
                   column(op.bias));
  }
  void compute(const Reduce &op, const Node &node) {
    const torch::Tensor &v = in(node);
    give(node, op.reduction == Reduction::Mean  ? v.mean(0, /*keepdim=*/true)
               : op.reduction == Reduction::Sum ? v.sum(0, /*keepdim=*/true)
                                                : v.amax(0, /*keepdim=*/true));
  }

  // ---- Loops ----

  void compute(const Scan &op, const Node &node) {
    size_t states = size_t(op.states);
    size_t read = node.inputs.size() - states;
    if (auto found = fused.find(&node); found != fused.end() &&
                                        options.dtype() == torch::kFloat &&
                                        !in(node, states).requires_grad())
      return give(node, runFused(found->second, in(node, states)));
    std::vector<torch::Tensor> state;
    for (size_t i = 0; i < states; ++i)
      state.push_back(in(node, i));
    size_t sequences = node.results.size() - states;
    std::vector<std::vector<torch::Tensor>> rows(sequences);
    int64_t times = read > 0 ? in(node, states).size(0) : op.count;
    for (int64_t t = 0; t < times; ++t) {
      size_t argument = 0;
      for (size_t i = 0; i < read; ++i)
        at(node.body.arguments[argument++]) = in(node, states + i)[t];
      for (const torch::Tensor &each : state)
        at(node.body.arguments[argument++]) = each;
      execute(node.body);
      for (size_t i = 0; i < states; ++i)
        state[i] = at(node.body.yields[i]);
      for (size_t i = 0; i < sequences; ++i)
        rows[i].push_back(at(node.body.yields[states + i]));
    }
    for (size_t i = 0; i < states; ++i)
      at(node.results[i]) = state[i];
    for (size_t i = 0; i < sequences; ++i)
      at(node.results[states + i]) = torch::stack(rows[i]);
  }

  torch::Tensor runFused(const ScanShape &shape,
                         const torch::Tensor &sequence) {
    std::vector<torch::Tensor> w, u, b, unit;
    for (const cells::Projection &each : projectionsOf(shape.cell)) {
      auto matrix = [&](bool reads, const char *what, int64_t columns) {
        return reads ? tensors(std::string(what) + each.suffix)
                     : torch::zeros({shape.units, columns}, options);
      };
      w.push_back(matrix(each.readsState(), "cell.w", shape.units));
      u.push_back(matrix(each.readsInput(), "cell.u", shape.inputs));
      b.push_back(tensors(std::string("cell.b") + each.suffix));
    }
    for (const cells::UnitParameter &each : unitParametersOf(shape.cell)) {
      torch::Tensor value = tensors(std::string("cell.") + each.key);
      unit.push_back(each.reciprocal ? value.reciprocal() : value);
    }
    return scanLast(shape,
                    {torch::cat(w), torch::cat(u), torch::cat(b),
                     unit.empty() ? torch::Tensor() : torch::stack(unit)},
                    sequence);
  }

  void compute(const Ode &op, const Node &node) {
    torch::Tensor x = in(node);
    double h = op.dt / double(op.steps);
    for (int64_t step = 0; step < op.steps; ++step) {
      at(node.body.arguments[0]) = x;
      execute(node.body);
      if (op.solver == SolverKind::ExplicitEuler) {
        x = x + h * at(node.body.yields[0]);
        continue;
      }
      Line line = lineOf(node.body);
      torch::Tensor moved = line.source.defined() ? x + h * line.source : x;
      x = line.slope.defined() ? moved / (1 - h * line.slope) : moved;
    }
    give(node, x);
  }

  /// What a body yields, as a line in its argument. Through affine maps and
  /// activations it goes as the value that it had: the fused step holds gates
  /// for the length of a sub-step.
  Line lineOf(const Body &body) {
    std::map<int32_t, Line> lines;
    Value state = body.arguments[0];
    lines[state.index] = {torch::Tensor(), torch::ones_like(at(state))};
    auto line = [&](Value value) {
      auto found = lines.find(value.index);
      return found != lines.end() ? found->second
                                  : Line{at(value), torch::Tensor()};
    };
    for (const Node &node : body.nodes) {
      bool isProduct = std::holds_alternative<Mul>(node.operation);
      bool isSum = std::holds_alternative<Add>(node.operation);
      if (!isProduct && !isSum && !std::holds_alternative<Sub>(node.operation))
        continue;
      Line a = line(node.inputs[0]), b = line(node.inputs[1]);
      if (!a.slope.defined() && !b.slope.defined())
        continue;
      Line &result = lines[node.results[0].index];
      if (!isProduct) {
        double sign = isSum ? 1 : -1;
        result = {sum(a.source, b.source, sign), sum(a.slope, b.slope, sign)};
        continue;
      }
      if (a.slope.defined() && b.slope.defined())
        throw std::invalid_argument(
            "graph: the fused solver takes derivatives that are linear in the "
            "state");
      const Line &varies = a.slope.defined() ? a : b;
      const torch::Tensor &factor = a.slope.defined() ? b.source : a.source;
      result = {product(varies.source, factor), product(varies.slope, factor)};
    }
    return line(body.yields[0]);
  }

  const Graph &graph;
  const TensorSource &tensors;
  const std::map<const Node *, ScanShape> &fused;
  std::vector<torch::Tensor> values;
  torch::TensorOptions options;
};

/// Whether a value is 0 in each element, whatever the inputs are.
bool isZero(const Graph &graph, Value value) {
  for (const Node &node : graph.body.nodes)
    if (!node.results.empty() && node.results[0] == value)
      if (const auto *splat = std::get_if<Splat>(&node.operation))
        return splat->value == 0;
  return false;
}

} // namespace

GraphExecutor::GraphExecutor(Graph graph) : whole(std::move(graph)) {
  for (const Node &node : whole.body.nodes)
    if (std::optional<ScanShape> shape = matchScan(whole, node))
      if (isZero(whole, node.inputs[0]))
        fused.emplace(&node, *shape);
}

std::vector<torch::Tensor>
GraphExecutor::run(const TensorSource &tensors,
                   const std::vector<torch::Tensor> &inputs,
                   bool mayFuse) const {
  if (inputs.size() != whole.inputs.size() || inputs.empty())
    throw std::invalid_argument("graph: another number of inputs");
  for (size_t i = 0; i < inputs.size(); ++i) {
    Shape sizes = whole[whole.body.arguments[i]].shape;
    sizes.push_back(inputs[0].size(-1));
    if (inputs[i].sizes() != at::IntArrayRef(sizes))
      throw std::invalid_argument(fmt::format(
          "graph: unexpected sizes of input {}", whole.inputs[i].name));
  }
  static const std::map<const Node *, ScanShape> kNone;
  Run run(whole, tensors, mayFuse ? fused : kNone, inputs);
  run.execute(whole.body);
  std::vector<torch::Tensor> outputs;
  for (Value value : whole.body.yields)
    outputs.push_back(run.at(value));
  return outputs;
}

} // namespace dlnet
