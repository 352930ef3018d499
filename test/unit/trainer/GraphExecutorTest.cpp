// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each operation of a graph against numbers worked out by hand, and whole
// networks against the engine that trains: fused and eager, values and
// gradients.
#include "trainer/engine/GraphExecutor.h"
#include "CellCases.h"
#include "frontend/network/GraphBuilder.h"
#include "frontend/network/SohNetwork.h"
#include "trainer/Samples.h"
#include "trainer/engine/Network.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

using namespace dlnet;
using namespace dlnet::network;

namespace {

using TensorMap = std::map<std::string, torch::Tensor>;

Port port(const std::string &name) { return sohPort(name, Rate::Once); }

TensorSource from(const TensorMap &tensors) {
  return [&tensors](const std::string &key) { return tensors.at(key); };
}

/// What `build` makes of one input of `shape`, which is given as rows of one
/// number a sample.
torch::Tensor compute(const Shape &shape, const torch::Tensor &input,
                      const std::function<Value(GraphBuilder &, Value)> &build,
                      const TensorMap &tensors = {}) {
  GraphBuilder builder;
  Value value = builder.input(port("input"), shape);
  builder.output(port("output"), build(builder, value));
  return GraphExecutor(builder.finish()).run(from(tensors), {input})[0];
}

void expectNear(const torch::Tensor &found, const torch::Tensor &expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_TRUE(torch::allclose(found, expected, 1e-6, 1e-6))
      << found << expected;
}

/// Two samples of four numbers.
torch::Tensor twoSamples() {
  return torch::tensor(
      {{1.0f, 8.0f}, {2.0f, 6.0f}, {4.0f, 4.0f}, {8.0f, 2.0f}});
}

TEST(GraphExecutor, ReadsWindows) {
  torch::Tensor x = twoSamples();
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.add("last", Last{}, {v}, {1});
                     }),
             torch::tensor({{8.0f, 2.0f}}));
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.add("difference", Difference{}, {v}, {4});
                     }),
             torch::tensor(
                 {{0.0f, 0.0f}, {1.0f, -2.0f}, {2.0f, -2.0f}, {4.0f, -2.0f}}));
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.add("mean", BlockMean{}, {v}, {2});
                     }),
             torch::tensor({{1.5f, 7.0f}, {6.0f, 3.0f}}));
}

TEST(GraphExecutor, StacksAndNormalizesColumns) {
  torch::Tensor rows = compute({4}, twoSamples(), [](GraphBuilder &b, Value v) {
    Value last = b.add("last", Last{}, {v}, {1});
    Value stacked = b.add("rows", Stack{}, {v, last}, {4, 2});
    return b.add("rows", Normalize{{1, 0}, {10, 0.5}}, {stacked}, {4, 2});
  });
  ASSERT_EQ(rows.sizes(), at::IntArrayRef({4, 2, 2}));
  // (input - offset) * scale of each column, the last one at every step.
  expectNear(rows[1], torch::tensor({{10.0f, 50.0f}, {4.0f, 1.0f}}));
}

TEST(GraphExecutor, TakesVectorsApartAndTogether) {
  expectNear(compute({4}, twoSamples(),
                     [](GraphBuilder &b, Value v) {
                       Value middle = b.add("part", Slice{1}, {v}, {2});
                       Value one = b.add("one", Constant{{7}}, {}, {1});
                       return b.add("whole", Concat{}, {one, middle}, {3});
                     }),
             torch::tensor({{7.0f, 7.0f}, {2.0f, 6.0f}, {4.0f, 4.0f}}));
  for (auto [reduction, expected] :
       {std::pair(Reduction::Mean, torch::tensor({{3.75f, 5.0f}})),
        std::pair(Reduction::Sum, torch::tensor({{15.0f, 20.0f}})),
        std::pair(Reduction::Max, torch::tensor({{8.0f, 8.0f}}))})
    expectNear(compute({4}, twoSamples(),
                       [which = reduction](GraphBuilder &b, Value v) {
                         return b.add("all", Reduce{which}, {v}, {1});
                       }),
               expected);
}

TEST(GraphExecutor, ComputesElementByElement) {
  torch::Tensor x = twoSamples();
  auto binary = [&](const Operation &op) {
    return compute({4}, x, [&](GraphBuilder &b, Value v) {
      Value three = b.add("three", Constant{{3}}, {}, {1});
      return b.binary("result", op, v, three);
    });
  };
  expectNear(binary(Add{}), x + 3);
  expectNear(binary(Sub{}), x - 3);
  expectNear(binary(Mul{}), x * 3);
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.add("limited", Clamp{2, 6}, {v}, {4});
                     }),
             x.clamp(2, 6));
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.activate(Function::Sigmoid, v);
                     }),
             1 / (1 + torch::exp(-x)));
  expectNear(compute({4}, x,
                     [](GraphBuilder &b, Value v) {
                       return b.activate(Function::Tanh, v);
                     }),
             torch::tanh(x));
}

TEST(GraphExecutor, ReadsWeights) {
  TensorMap tensors = {{"w", torch::tensor({{1.0f, 0.0f, 0.0f, 2.0f}})},
                       {"b", torch::tensor({0.5f})},
                       {"tau", torch::tensor({4.0f})}};
  expectNear(
      compute(
          {4}, twoSamples(),
          [](GraphBuilder &b, Value v) { return b.affine({v}, {"w"}, "b", 1); },
          tensors),
      torch::tensor({{17.5f, 12.5f}}));
  expectNear(compute(
                 {4}, twoSamples(),
                 [](GraphBuilder &b, Value v) {
                   Value rate =
                       b.add("tau", Parameter{"tau", true, true}, {}, {1});
                   return b.binary("scaled", Mul{}, v, rate);
                 },
                 tensors),
             twoSamples() / 4);
}

TEST(GraphExecutor, InterpolatesBetweenKnots) {
  // The first knot stands an element before the first.
  expectNear(
      compute({3}, torch::tensor({{0.0f}, {2.0f}, {-2.0f}}),
              [](GraphBuilder &b, Value v) {
                return b.add("curve", Interpolate{}, {v}, {8});
              }),
      torch::tensor(
          {{0.5f}, {1.0f}, {1.5f}, {2.0f}, {1.0f}, {0.0f}, {-1.0f}, {-2.0f}}));
}

TEST(GraphExecutor, NormalizesLayers) {
  TensorMap tensors = {{"gain", torch::tensor({1.0f, 2.0f, 1.0f, 1.0f})},
                       {"shift", torch::tensor({0.0f, 0.0f, 3.0f, 0.0f})}};
  torch::Tensor expected =
      torch::layer_norm(twoSamples().t().contiguous(), {4}, tensors["gain"],
                        tensors["shift"], 1e-3)
          .t();
  expectNear(compute(
                 {4}, twoSamples(),
                 [](GraphBuilder &b, Value v) {
                   return b.add("norm", LayerNorm{"gain", "shift", 1e-3}, {v},
                                {4});
                 },
                 tensors),
             expected);
}

TEST(GraphExecutor, RunsAnyLoop) {
  // x' = x + row, y' = x * y over the rows; both after each step, too.
  Graph graph;
  auto value = [&](const char *name, Shape shape) {
    graph.values.push_back({name, std::move(shape), {}});
    return Value{int32_t(graph.values.size()) - 1};
  };
  Value rows = value("rows", {3, 1}), x0 = value("x0", {1});
  Value row = value("row", {1}), x = value("x", {1}), y = value("y", {1});
  Value nextX = value("next_x", {1}), nextY = value("next_y", {1});
  Value lastX = value("last_x", {1}), lastY = value("last_y", {1});
  Value all = value("all", {3, 1}), steps = value("steps", {3, 1});
  Value newest = value("newest", {1});
  graph.inputs = {sohPort("rows", Rate::Window)};
  graph.outputs = {port("last_x"), port("last_y"), port("newest")};
  Node loop{Scan{2, 0}, {x0, x0, rows}, {lastX, lastY, all}, {}};
  loop.body = {{row, x, y},
               {{Add{}, {x, row}, {nextX}, {}}, {Mul{}, {x, y}, {nextY}, {}}},
               {nextX, nextY, nextX}};
  graph.body = {{rows},
                {{Splat{1}, {}, {x0}, {}},
                 loop,
                 {Difference{}, {all}, {steps}, {}},
                 {Last{}, {steps}, {newest}, {}}},
                {lastX, lastY, newest}};
  ASSERT_TRUE(verify(graph)) << verify(graph).message();
  GraphExecutor executor(graph);
  EXPECT_EQ(executor.fusedScans(), 0u);
  torch::Tensor input = torch::tensor({1.0f, 2.0f, 3.0f}).view({3, 1, 1});
  std::vector<torch::Tensor> found = executor.run(from({}), {input});
  EXPECT_EQ(found[0].item<float>(), 7);
  EXPECT_EQ(found[1].item<float>(), 1 * 2 * 4);
  expectNear(found[2], torch::tensor({{7.0f - 4.0f}}));
}

TEST(GraphExecutor, RefusesInputsOfOtherSizes) {
  GraphBuilder builder;
  Value input = builder.input(port("window"), {4});
  builder.output(port("last"), builder.add("last", Last{}, {input}, {1}));
  GraphExecutor executor(builder.finish());
  EXPECT_THROW(executor.run(from({}), {torch::zeros({5, 2})}),
               std::invalid_argument);
  EXPECT_THROW(executor.run(from({}), {}), std::invalid_argument);
}

// ---- Whole networks ----

class GraphNetwork : public testing::TestWithParam<CellCase> {
protected:
  GraphNetwork() {
    model.name = "student";
    model.role = "student";
    model.cell = GetParam().cell;
    model.solver = {GetParam().solver, 2, 1.0};
    if (isClosedForm(model.cell))
      model.solver.steps = 1;
    model.units = 6;
    model.window = 20;
    model.horizon = 12;
    model.block = 5;
    model.basis = 3;
    model.features.age.emplace();
    model.ranges.coefficients.resize(3);
    Basis basis{RowMatrix::Random(12, 3), Eigen::VectorXf::Random(12)};
    network = makeNetwork(model, basis, 3);
    network->store(model);
    for (const auto &[key, tensor] : model.tensors)
      tensors[key] = torch::tensor(tensor.values)
                         .view(tensor.shape)
                         .set_requires_grad(true);
    torch::manual_seed(5);
    window = 0.9 + 0.01 * torch::randn({model.window, kSamples});
    age = torch::rand({1, kSamples}) * 900;
  }

  static constexpr int64_t kSamples = 70;
  FamilyModel model;
  std::shared_ptr<Network> network;
  TensorMap tensors;
  torch::Tensor window, age;
};

TEST_P(GraphNetwork, RunsTheSameFusedAndEagerly) {
  GraphExecutor executor(buildSohNetwork(model));
  EXPECT_EQ(executor.fusedScans(), 1u);
  std::vector<torch::Tensor> inputs = {window, age}, parameters;
  for (const auto &[key, tensor] : tensors)
    parameters.push_back(tensor);
  torch::Tensor fused = executor.run(from(tensors), inputs)[0];
  torch::Tensor eager = executor.run(from(tensors), inputs, false)[0];
  ASSERT_EQ(fused.sizes(), at::IntArrayRef({12, kSamples}));
  EXPECT_TRUE(torch::allclose(fused, eager, 1e-5, 1e-6));
  torch::Tensor weights = torch::randn_like(fused);
  auto ours = torch::autograd::grad({(fused * weights).sum()}, parameters);
  auto theirs = torch::autograd::grad({(eager * weights).sum()}, parameters);
  for (size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(torch::allclose(ours[i], theirs[i], 1e-3, 1e-5)) << i;
}

TEST_P(GraphNetwork, IsTheNetworkThatTrains) {
  GraphExecutor executor(buildSohNetwork(model));
  torch::Tensor forecast =
      executor.run(from(tensors), {window, age})[0].detach();
  torch::Tensor last = window.narrow(0, model.window - 1, 1);
  View view{(window - last).t().contiguous(), last.t(), age.t()};
  torch::Tensor expected =
      network->forward(makeFeatures(view, model)).t() / model.outputScale +
      last;
  EXPECT_TRUE(torch::allclose(forecast, expected, 0, 1e-5));
}

INSTANTIATE_TEST_SUITE_P(All, GraphNetwork, testing::ValuesIn(kCases),
                         [](const auto &info) { return label(info.param); });

} // namespace
