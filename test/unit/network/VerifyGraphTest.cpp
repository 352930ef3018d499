// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is wrong with a graph is said with the node, the value or the port that
// has it.
#include "frontend/network/GraphBuilder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace dlnet;
using namespace dlnet::network;

namespace {

const Port kIn = {"v", "V", -1, 1, 1.0 / 8192, Rate::Once};
const Port kOut = {"y", "A", -4, 4, 1.0 / 4096, Rate::Once};

/// A graph of one operation on vectors of these sizes, which give one of
/// `result` elements.
Graph oneOf(const Operation &operation, const std::vector<int64_t> &sizes,
            const Shape &result) {
  GraphBuilder builder;
  std::vector<Value> inputs;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Port port = kIn;
    port.name = "v" + std::to_string(i);
    inputs.push_back(builder.input(port, {sizes[i]}));
  }
  if (inputs.empty())
    builder.input(kIn, {1});
  builder.output(kOut, builder.add("n", operation, inputs, result));
  return builder.finish();
}

std::string problem(const Graph &graph) {
  Status status = verify(graph);
  return status ? "" : status.message();
}

/// Operations that fit, and how each of them does not.
TEST(VerifyGraph, Operations) {
  const double kInf = std::numeric_limits<double>::infinity();
  struct Case {
    Operation operation;
    std::vector<int64_t> sizes;
    Shape result;
    std::string expected;
  };
  const Case cases[] = {
      {Constant{{1, 2}}, {}, {2}, ""},
      {Constant{{1, 2}},
       {},
       {3},
       "constant 'n': expected a result of shape [2], found [3]"},
      {Constant{{kInf}},
       {},
       {1},
       "constant 'n': values: expected numbers of at most 1e+30, found inf"},
      {Parameter{"p", true, true}, {}, {4}, ""},
      {Parameter{"p", false, true},
       {},
       {4},
       "parameter 'n': the reciprocals of what may be 0"},
      {Parameter{"P", false, false},
       {},
       {4},
       "parameter 'n': tensor: expected the key of a tensor [a-z][a-z0-9_.]*, "
       "found 'P'"},
      {Splat{0.5}, {}, {7}, ""},
      {Splat{std::nan("")},
       {},
       {7},
       "splat 'n': value: expected numbers of at most 1e+30, found nan"},
      {Last{}, {5}, {1}, ""},
      {Last{}, {5}, {2}, "last 'n': expected a result of shape [1], found [2]"},
      {Last{},
       {5, 5},
       {1},
       "last 'n': expected 1 inputs and 1 results, found 2 and 1"},
      {Difference{}, {5}, {5}, ""},
      {Difference{},
       {5},
       {4},
       "difference 'n': expected a result of shape [5], found [4]"},
      {Slice{2}, {5}, {3}, ""},
      {Slice{3},
       {5},
       {3},
       "slice 'n': 3 elements from 3 on are not those of [5]"},
      {Slice{std::numeric_limits<int64_t>::max()},
       {5},
       {3},
       "slice 'n': 3 elements from 9223372036854775807 on are not those of "
       "[5]"},
      {Concat{}, {5, 2}, {7}, ""},
      {Concat{},
       {5, 2},
       {6},
       "concat 'n': expected a result of shape [7], found [6]"},
      {Concat{}, {}, {6}, "concat 'n': expected an input at least"},
      {BlockMean{}, {6}, {3}, ""},
      {BlockMean{},
       {6},
       {4},
       "block_mean 'n': 6 elements cannot be cut into 4 blocks"},
      {Clamp{-1, 1}, {3}, {3}, ""},
      {Clamp{1, -1}, {3}, {3}, "clamp 'n': expected min <= max, found [1, -1]"},
      {Normalize{{0}, {1, 2, 3}}, {3}, {3}, ""},
      {Normalize{{0}, {1, 2}},
       {3},
       {3},
       "normalize 'n': scale: expected 1 or 3 numbers, found 2"},
      {Add{}, {3, 1}, {3}, ""},
      {Sub{},
       {3, 2},
       {3},
       "sub 'n': expected an input of shape [3], found [2]"},
      {Mul{},
       {3, 3},
       {1},
       "mul 'n': expected a result of shape [3], found [1]"},
      {Affine{{"w", "u"}, "b"}, {3, 2}, {4}, ""},
      {Affine{{"w"}, "b"},
       {3, 2},
       {4},
       "affine 'n': expected 1 inputs and 1 results, found 2 and 1"},
      {Affine{{}, "b"},
       {},
       {4},
       "affine 'n': weights: expected a matrix at least"},
      {Affine{{"w", "w"}, "b"},
       {3, 2},
       {4},
       "affine 'n': tensor 'w' is [4, 2] here and [4, 3] elsewhere"},
      {Affine{{"w"}, "b"},
       {65536},
       {65536},
       "affine 'n': more than 67108864 weights in all"},
      {Activate{Function::Tanh}, {3}, {3}, ""},
      {Activate{Function::Tanh},
       {3},
       {2},
       "activate 'n': expected a result of shape [3], found [2]"},
      {Interpolate{}, {3}, {8}, ""},
      {Interpolate{},
       {3},
       {7},
       "interpolate 'n': 7 elements do not lie evenly between 3 knots"},
      {Interpolate{},
       {1},
       {7},
       "interpolate 'n': 7 elements do not lie evenly between 1 knots"},
      {LayerNorm{"g", "b", 1e-5}, {3}, {3}, ""},
      {LayerNorm{"g", "b", 0},
       {3},
       {3},
       "layer_norm 'n': epsilon: expected a number in (0, 1], found 0"},
      {Reduce{}, {3}, {1}, ""},
      {Reduce{},
       {3},
       {3},
       "reduce 'n': expected a result of shape [1], found [3]"}};
  for (const Case &each : cases)
    EXPECT_EQ(problem(oneOf(each.operation, each.sizes, each.result)),
              each.expected)
        << name(each.operation);
}

TEST(VerifyGraph, Stack) {
  auto stacked = [](const std::vector<int64_t> &sizes, const Shape &result) {
    GraphBuilder builder;
    std::vector<Value> columns;
    for (int64_t size : sizes)
      columns.push_back(builder.add("c", Splat{1}, {}, {size}));
    builder.input(kIn, {1});
    Value zero = builder.add("z", Splat{0}, {}, {2});
    Value rows = builder.add("rows", Stack{}, columns, result);
    builder.output(kOut, builder.scan("s", rows, zero, [](Value, Value state) {
      return state;
    }));
    return problem(builder.finish());
  };
  EXPECT_EQ(stacked({4, 1}, {4, 2}), "");
  EXPECT_EQ(stacked({1, 1}, {4, 2}), "");
  EXPECT_EQ(stacked({4, 3}, {4, 2}),
            "stack 'rows': expected a column of shape [4], found [3]");
  EXPECT_EQ(stacked({4, 1}, {4, 3}),
            "stack 'rows': expected a result of shape [4, 2], found [4, 3]");
}

/// A stream of [?, 2] through a scan that carries two states and gives an
/// output at each step.
Graph streamed() {
  Graph graph;
  auto value = [&](const std::string &name, const Shape &shape) {
    graph.values.push_back({name, shape, {}});
    return Value{int32_t(graph.values.size() - 1)};
  };
  Value x = value("x", {kAnySteps, 2}), h = value("h", {3}),
        c = value("c", {1}), row = value("row", {2}), hIn = value("h.in", {3}),
        cIn = value("c.in", {1}), next = value("h.next", {3}),
        step = value("step", {4}), hOut = value("h.out", {3}),
        cOut = value("c.out", {1}), y = value("y", {kAnySteps, 4});
  Body body = {{row, hIn, cIn},
               {{Affine{{"w"}, "b"}, {row}, {next}, {}},
                {Affine{{"r"}, "d"}, {next}, {step}, {}}},
               {next, cIn, step}};
  graph.inputs = {{"x", "V", -1, 1, 1.0 / 8192, Rate::Step}};
  graph.outputs = {{"y", "A", -4, 4, 1.0 / 4096, Rate::Step}};
  graph.body = {{x},
                {{Splat{0}, {}, {h}, {}},
                 {Splat{0}, {}, {c}, {}},
                 {Scan{2, 0}, {h, c, x}, {hOut, cOut, y}, body}},
                {y}};
  return graph;
}

TEST(VerifyGraph, StreamsOfSeveralStates) {
  Graph graph = streamed();
  EXPECT_EQ(problem(graph), "");
  EXPECT_EQ(countMacs(graph), 3 * 2 + 4 * 3); // of one step
  EXPECT_EQ(countParameters(graph), 6 + 3 + 12 + 4);
  auto after = [](const std::function<void(Graph &, Node &)> &damage) {
    Graph graph = streamed();
    damage(graph, graph.body.nodes[2]);
    return problem(graph);
  };
  EXPECT_EQ(after([](Graph &, Node &scan) {
              std::swap(scan.inputs[0], scan.inputs[1]);
            }),
            "scan 'h.out': expected a result of shape [1], found [3]");
  EXPECT_EQ(after([](Graph &, Node &scan) {
              scan.body.yields[1] = scan.body.yields[0];
            }),
            "scan 'h.out': expected a next state of shape [1], found [3]");
  EXPECT_EQ(after([](Graph &, Node &scan) { scan.body.yields.pop_back(); }),
            "scan 'h.out': expected a body of 3 arguments that yields 3 "
            "values, found 3 and 2");
  EXPECT_EQ(after([](Graph &, Node &scan) { scan.inputs.pop_back(); }),
            "scan 'h.out': expected sequences or a count, found 0 and 0");
  EXPECT_EQ(
      after([](Graph &graph, Node &) { graph.values[10].shape = {5, 4}; }),
      "scan 'h.out': expected a result of shape [?, 4], found [5, 4]");
  EXPECT_EQ(after([](Graph &, Node &scan) { scan.operation = Scan{-1, 0}; }),
            "scan 'h.out': expected 0 to 256 states and a count of 0 to 65536, "
            "found -1 and 0");
  EXPECT_EQ(
      after([](Graph &graph, Node &) { graph.outputs[0].rate = Rate::Window; }),
      "output 'y': a window has a known number of steps");
}

TEST(VerifyGraph, ValuesAreSeenWhereTheyAreGiven) {
  auto after = [](const std::function<void(Graph &)> &damage) {
    Graph graph = streamed();
    damage(graph);
    return problem(graph);
  };
  EXPECT_EQ(
      after([](Graph &g) { std::swap(g.body.nodes[1], g.body.nodes[2]); }),
      "scan 'h.out': reads 'c', which is not given before it");
  // A cycle: the scan's result, read before the scan.
  EXPECT_EQ(
      after([](Graph &g) { g.body.nodes[2].body.nodes[0].inputs = {{8}}; }),
      "affine 'h.next': reads 'h.out', which is not given before it");
  EXPECT_EQ(after([](Graph &g) {
              g.values.push_back({"late", {4}, {}});
              g.body.nodes.push_back({Activate{}, {{7}}, {{11}}, {}});
            }),
            "activate 'late': reads 'step', which is seen only in the body "
            "that gives it");
  EXPECT_EQ(after([](Graph &g) { g.body.nodes[1].results = {{1}}; }),
            "splat 'h': value 'h' is given twice");
  EXPECT_EQ(after([](Graph &g) { g.values.push_back({"lost", {4}, {}}); }),
            "value 'lost': no operation gives it");
  EXPECT_EQ(after([](Graph &g) { g.body.nodes[2].inputs[2] = {99}; }),
            "scan 'h.out': reads a value that is not declared");
  EXPECT_EQ(after([](Graph &g) { g.values[3].name = "h"; }),
            "value 'h': there are two of that name");
  EXPECT_EQ(after([](Graph &g) { g.values[3].name = "a b"; }),
            "value 'a b': expected a name [a-z][a-z0-9_.]*(#[0-9]+)?");
  EXPECT_EQ(
      after([](Graph &g) { g.values[3].ranges = {{0, 1}, {0, 1}, {0, 1}}; }),
      "value 'row': expected one range, or 2, found 3");
}

TEST(VerifyGraph, OdeAndItsLimits) {
  auto solved = [](const Solver &solver) {
    GraphBuilder builder;
    Value v = builder.input(kIn, {2});
    builder.output(kOut, builder.ode("o", solver, v, [&](Value x) {
      return builder.binary("d", Sub{}, v, x);
    }));
    return problem(builder.finish());
  };
  EXPECT_EQ(solved({SolverKind::Fused, 4, 0.5}), "");
  EXPECT_EQ(solved({SolverKind::ClosedForm, 4, 0.5}),
            "ode 'o': solver: closed_form solves no differential equation");
  EXPECT_EQ(solved({SolverKind::Fused, 65, 0.5}),
            "ode 'o': steps: expected 1 to 64, found 65");
  EXPECT_EQ(solved({SolverKind::Fused, 1, 0}),
            "ode 'o': dt: expected a number in (0, 100], found 0");
}

TEST(VerifyGraph, Ports) {
  auto with = [](const Port &port, const Shape &shape) {
    GraphBuilder builder;
    Value v = builder.input(port, shape);
    builder.output(kOut, shape.size() == 1
                             ? builder.activate(Function::Tanh, v)
                             : builder.add("z", Splat{0}, {}, {1}));
    return problem(builder.finish());
  };
  EXPECT_EQ(with(sohPort("soh", Rate::Window), {20}), "");
  EXPECT_EQ(with(agePort(), {1}), "");
  EXPECT_EQ(with(agePort(), {2}),
            "input 'age': what steps count up is an input of one element, "
            "found [2]");
  EXPECT_EQ(
      with({"v", "V", 1, 1, 1, Rate::Once}, {1}),
      "input 'v': expected limits low < high of at most 1000000, found [1, 1]");
  EXPECT_EQ(with({"v", "V", 0, 1, 0, Rate::Once}, {1}),
            "input 'v': expected a positive scale of at most 1000000, found 0");
  EXPECT_EQ(
      with({"v", "V", 4e4, 5e4, 1, Rate::Once}, {1}),
      "input 'v': fewer than two int16 in units of 1 lie in [40000, 50000]");
  EXPECT_EQ(
      with({"v", "a\nb", 0, 1, 1, Rate::Once}, {1}),
      "input 'v': expected as unit at most 24 printable characters without */");
  EXPECT_EQ(with({"v", "V", 0, 1, 1, Rate::Step}, {1}),
            "input 'v': a stream's value is [?, n], found [1]");
}

TEST(VerifyGraph, Tensors) {
  Graph graph = oneOf(Affine{{"w"}, "b"}, {2}, {1});
  Tensors tensors = {{"w", {{1, 2}, {1, 2}}}, {"b", {{1}, {0}}}};
  EXPECT_TRUE(verify(graph, tensors));
  auto after = [&](const std::function<void(Tensors &)> &damage) {
    Tensors damaged = tensors;
    damage(damaged);
    Status status = verify(graph, damaged);
    return status ? "" : status.message();
  };
  EXPECT_EQ(after([](Tensors &t) { t.erase("w"); }), "w: missing tensor");
  EXPECT_EQ(after([](Tensors &t) { t["w"].shape = {2, 1}; }),
            "w.shape: expected [1, 2], found [2, 1]");
  EXPECT_EQ(after([](Tensors &t) { t["w"].values[1] = std::nanf(""); }),
            "w: expected finite numbers, found nan at element 1");
  EXPECT_EQ(after([](Tensors &t) { t["c"] = {{1}, {0}}; }),
            "c: unexpected tensor");
  graph = oneOf(Parameter{"p", true, false}, {}, {1});
  EXPECT_EQ(verify(graph, {{"p", {{1}, {0}}}}).message(),
            "p: expected positive numbers, found 0 at element 0");
}

} // namespace
