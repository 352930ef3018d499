// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantization-aware training sees what ships: its forecasts are those of the
// integer program, and its gradients lead the float weights downhill on them.
#include "trainer/engine/QuantizedNetwork.h"

#include "trainer/engine/IntegerKernel.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <ostream>

using namespace dlnet;

namespace {

struct CellCase {
  CellKind cell;
  SolverKind solver;
  bool readsAge = false;
};

std::string label(const CellCase &each) {
  return fmt::format("{}_{}{}", name(each.cell), name(each.solver),
                     each.readsAge ? "_age" : "");
}

void PrintTo(const CellCase &each, std::ostream *stream) {
  *stream << label(each);
}

FamilyModel shapeFor(const CellCase &each) {
  FamilyModel shape;
  shape.name = "student";
  shape.role = "student";
  shape.cell = each.cell;
  // Sub-steps so short that an explicit LTC step cannot overshoot.
  shape.solver = {each.solver, 4, 1.0};
  shape.units = 7;
  shape.window = 20;
  shape.horizon = 12;
  shape.block = 5;
  shape.basis = 3;
  shape.ranges = {{-8, 8}, {-1, 2}, {-2, 1}, {-1, 1}, {}, {}};
  shape.ranges.coefficients.assign(3, {-3, 3});
  if (each.readsAge) {
    shape.features.age.emplace();
    shape.ranges.age = {-1, 2};
  }
  return shape;
}

std::shared_ptr<Network> networkFor(const FamilyModel &shape,
                                    uint64_t seed = 3) {
  Basis basis{RowMatrix(shape.horizon, shape.basis),
              Eigen::VectorXf(shape.horizon)};
  for (Eigen::Index i = 0; i < shape.horizon; ++i) {
    basis.mean(i) = -0.1f * float(i);
    for (Eigen::Index j = 0; j < shape.basis; ++j)
      basis.curves(i, j) = std::sin(float((i + 1) * (j + 1)) / 5);
  }
  return makeNetwork(shape, basis, seed);
}

/// Ageing curves in the units that the compiled model reads, [N, W].
torch::Tensor someWindows(const FamilyModel &shape, int64_t samples = 100) {
  torch::manual_seed(7);
  torch::Tensor cycle = torch::arange(shape.window);
  torch::Tensor windows = 0.85 + 0.2 * torch::rand({samples, 1}) -
                          4e-4 * torch::rand({samples, 1}) * cycle +
                          3e-4 * torch::randn({samples, shape.window});
  return torch::floor(windows * 16384 + 0.5) / 16384;
}

/// Whole cycles, [N], for any shape.
torch::Tensor someAges(int64_t samples = 100) {
  torch::manual_seed(8);
  return torch::randint(100, 1300, {samples});
}

/// As training makes them, [T, F, N].
torch::Tensor featuresOf(const torch::Tensor &windows,
                         const FamilyModel &shape) {
  const Features &scales = shape.features;
  torch::Tensor last = windows.narrow(1, shape.window - 1, 1);
  torch::Tensor relative =
      (windows - last)
          .view({windows.size(0), shape.blocks(), shape.block})
          .mean(2);
  torch::Tensor difference = torch::zeros_like(relative);
  int64_t rest = shape.blocks() - 1;
  difference.narrow(1, 1, rest)
      .copy_(relative.narrow(1, 1, rest) - relative.narrow(1, 0, rest));
  difference.mul_(scales.differenceScale)
      .clamp_(-scales.differenceClip, scales.differenceClip);
  torch::Tensor level =
      (relative + last - scales.levelOffset) * scales.levelScale;
  std::vector<torch::Tensor> columns = {difference,
                                        relative * scales.relativeScale, level};
  if (scales.age)
    columns.push_back(
        ((someAges(windows.size(0)) - scales.age->offset) * scales.age->scale)
            .unsqueeze(1)
            .expand_as(level));
  return torch::stack(columns, 0).permute({2, 0, 1}).contiguous();
}

/// Gradients of the mean square of a forecast, all in one vector.
torch::Tensor gradientOf(Forecaster &forecaster, const torch::Tensor &features,
                         const torch::Tensor &target) {
  forecaster.zero_grad();
  (forecaster.forward(features) - target).square().mean().backward();
  std::vector<torch::Tensor> all;
  for (const torch::Tensor &parameter : forecaster.parameters())
    all.push_back(parameter.grad().flatten().clone());
  return torch::cat(all);
}

class QuantizedNetworkOf : public testing::TestWithParam<CellCase> {};

TEST_P(QuantizedNetworkOf, ForecastsWhatTheIntegersDo) {
  FamilyModel shape = shapeFor(GetParam());
  auto network = networkFor(shape);
  QuantizedNetwork quantized(network, shape);
  torch::Tensor windows = someWindows(shape);
  torch::Tensor ages = someAges();
  torch::Tensor soh = quantized.forecast(windows, ages);

  FamilyModel model = shape;
  network->store(model);
  Result<QuantizedModel> integers = Quantizer().quantize(model);
  ASSERT_TRUE(integers) << integers.message();
  torch::Tensor history = (windows * 16384).to(torch::kShort).contiguous();
  torch::Tensor expected =
      torch::empty({windows.size(0), shape.horizon}, torch::kShort);
  std::vector<uint32_t> lived(size_t(ages.numel()));
  for (size_t i = 0; i < lived.size(); ++i)
    lived[i] = uint32_t(ages.data_ptr<int64_t>()[i]);
  runWindows(integers->program, history.data_ptr<int16_t>(), lived.data(),
             windows.size(0), expected.data_ptr<int16_t>());
  EXPECT_TRUE(torch::equal(soh, expected.to(torch::kFloat) / 16384));

  // Out of features, the same integers.
  torch::Tensor delta = quantized.forward(featuresOf(windows, shape));
  torch::Tensor back =
      delta / shape.outputScale + windows.narrow(1, shape.window - 1, 1);
  EXPECT_TRUE(
      torch::equal(torch::round(back * 16384).to(torch::kShort), expected));
  EXPECT_LT((back - soh).abs().max().item<float>(), 1e-6);
}

TEST_P(QuantizedNetworkOf, ForecastsTheSameWithAndWithoutGradients) {
  FamilyModel shape = shapeFor(GetParam());
  QuantizedNetwork quantized(networkFor(shape), shape);
  torch::Tensor features = featuresOf(someWindows(shape), shape);
  torch::Tensor with = quantized.forward(features).detach();
  torch::NoGradGuard guard;
  EXPECT_TRUE(torch::equal(quantized.forward(features), with));
}

TEST_P(QuantizedNetworkOf, StaysNearTheFloatNetworkAndItsGradient) {
  FamilyModel shape = shapeFor(GetParam());
  auto network = networkFor(shape);
  QuantizedNetwork quantized(network, shape);
  torch::Tensor features = featuresOf(someWindows(shape), shape);
  torch::Tensor real = network->forward(features).detach();
  torch::Tensor exact = quantized.forward(features).detach();
  EXPECT_LT((exact - real).abs().mean().item<float>(),
            0.03 * real.abs().mean().item<float>());

  torch::Tensor target = torch::full_like(real, -1);
  torch::Tensor a = gradientOf(*network, features, target);
  torch::Tensor b = gradientOf(quantized, features, target);
  float cosine = (a.dot(b) / (a.norm() * b.norm())).item<float>();
  EXPECT_GT(cosine, 0.999f);
  EXPECT_NEAR((b.norm() / a.norm()).item<float>(), 1, 0.03);
}

TEST_P(QuantizedNetworkOf, LearnsInIntegers) {
  FamilyModel shape = shapeFor(GetParam());
  auto network = networkFor(shape);
  QuantizedNetwork quantized(network, shape);
  torch::Tensor features = featuresOf(someWindows(shape), shape);
  torch::Tensor target = 0.3 * features.select(1, 1).mean(0).unsqueeze(1) - 0.5;
  torch::optim::AdamW optimizer(quantized.parameters(),
                                torch::optim::AdamWOptions(0.01));
  auto loss = [&] {
    return (quantized.forward(features) - target).abs().mean();
  };
  float before = loss().item<float>();
  for (int step = 0; step < 60; ++step) {
    optimizer.zero_grad();
    loss().backward();
    optimizer.step();
  }
  EXPECT_LT(loss().item<float>(), 0.5f * before);
}

INSTANTIATE_TEST_SUITE_P(
    Batteries, QuantizedNetworkOf,
    testing::Values(CellCase{CellKind::Liquid, SolverKind::ExplicitEuler},
                    CellCase{CellKind::Liquid, SolverKind::Fused},
                    CellCase{CellKind::Ltc, SolverKind::ExplicitEuler},
                    CellCase{CellKind::Ltc, SolverKind::Fused},
                    CellCase{CellKind::CtRnn, SolverKind::ExplicitEuler},
                    CellCase{CellKind::CtRnn, SolverKind::Fused},
                    CellCase{CellKind::Cfc, SolverKind::ClosedForm},
                    CellCase{CellKind::Liquid, SolverKind::ExplicitEuler,
                                true},
                    CellCase{CellKind::Ltc, SolverKind::Fused, true},
                    CellCase{CellKind::Cfc, SolverKind::ClosedForm, true}),
    [](const auto &info) { return label(info.param); });

constexpr CellCase kLiquid{CellKind::Liquid, SolverKind::ExplicitEuler};

TEST(QuantizedNetwork, MaskedWeightsStayZero) {
  FamilyModel shape = shapeFor(kLiquid);
  auto network = networkFor(shape);
  Tensor mask{{7, 7}, std::vector<float>(49, 1.0f)};
  for (size_t i = 0; i < 49; i += 2)
    mask.values[i] = 0;
  ASSERT_TRUE(network->setMasks({{"cell.wf", mask}}));
  QuantizedNetwork quantized(network, shape);
  torch::optim::AdamW optimizer(quantized.parameters(),
                                torch::optim::AdamWOptions(0.01));
  torch::Tensor features = featuresOf(someWindows(shape), shape);
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    quantized.forward(features).square().mean().backward();
    optimizer.step();
  }
  FamilyModel model = shape;
  network->store(model);
  for (size_t i = 0; i < 49; ++i)
    EXPECT_EQ(model.tensor("cell.wf").values[i] == 0, i % 2 == 0) << i;
}

/// The compiler takes out what no forecast depends on, and gradients still go
/// where the units that stay have their weights.
TEST_P(QuantizedNetworkOf, DeadUnitsTakeNoGradient) {
  FamilyModel shape = shapeFor(GetParam());
  auto network = networkFor(shape);
  FamilyModel stored = shape;
  network->store(stored);
  // Nothing but themselves reads the units 0 and 4, nothing at all curve 1.
  std::map<std::string, Tensor> masks;
  for (const auto &[key, tensor] : stored.tensors) {
    bool readsUnits = key.rfind("cell.w", 0) == 0 || key == "readout.w";
    if (!readsUnits && key != "basis.curves")
      continue;
    Tensor &mask = masks[key] = tensor;
    int64_t columns = tensor.shape[1];
    for (int64_t i = 0; i < int64_t(mask.values.size()); ++i) {
      int64_t column = i % columns, row = i / columns;
      bool gone = key == "basis.curves"
                      ? column == 1
                      : column % 4 == 0 && (key == "readout.w" || row % 4 != 0);
      mask.values[size_t(i)] = !gone;
    }
  }
  ASSERT_TRUE(network->setMasks(masks));
  QuantizedNetwork quantized(network, shape);
  torch::Tensor features = featuresOf(someWindows(shape), shape);
  torch::Tensor target = torch::full({100, shape.horizon}, -1.0f);
  torch::Tensor a = gradientOf(*network, features, target);
  torch::Tensor b = gradientOf(quantized, features, target);
  EXPECT_GT((a.dot(b) / (a.norm() * b.norm())).item<float>(), 0.999f);
  EXPECT_NEAR((b.norm() / a.norm()).item<float>(), 1, 0.03);
}

TEST(QuantizedNetwork, WhatSaturatesTakesNoGradient) {
  FamilyModel shape = shapeFor(kLiquid);
  // Coefficients far beyond what was recorded: all are at the limit.
  shape.ranges.coefficients.assign(3, {-1e-5, 1e-5});
  auto network = networkFor(shape);
  QuantizedNetwork quantized(network, shape);
  {
    torch::NoGradGuard guard;
    for (auto &each : network->named_parameters(/*recurse=*/false))
      if (each.key() == "readoutB")
        each.value().fill_(1);
  }
  quantized.forward(featuresOf(someWindows(shape), shape))
      .square()
      .mean()
      .backward();
  for (const auto &each : network->named_parameters(/*recurse=*/false))
    if (each.key() == "readoutB" || each.key() == "readoutW") {
      EXPECT_EQ(each.value().grad().abs().max().item<float>(), 0) << each.key();
    }
}

TEST(QuantizedNetwork, AgesAreWholeCyclesThatSaturate) {
  FamilyModel shape = shapeFor({CellKind::Liquid, SolverKind::Fused, true});
  QuantizedNetwork quantized(networkFor(shape), shape);
  torch::Tensor windows = someWindows(shape, 6);
  auto at = [&](double age) {
    return quantized.forecast(windows, torch::full({6}, age));
  };
  EXPECT_TRUE(torch::equal(at(-3), at(0)));
  EXPECT_TRUE(torch::equal(at(1e9), at(32767)));
  EXPECT_TRUE(torch::equal(at(600.4), at(600)));
  EXPECT_FALSE(torch::equal(at(0), at(600)));
  EXPECT_THROW(quantized.forecast(windows), std::invalid_argument);
  EXPECT_THROW(quantized.forecast(windows, torch::zeros({5})),
               std::invalid_argument);
}

TEST(QuantizedNetwork, SaysWhenTheCompilerWouldRefuse) {
  // Explicit steps this long overshoot whatever the weights are.
  FamilyModel shape = shapeFor({CellKind::CtRnn, SolverKind::ExplicitEuler});
  auto network = networkFor(shape);
  shape.solver = {SolverKind::ExplicitEuler, 1, 40.0};
  QuantizedNetwork quantized(network, shape);
  Status status = quantized.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.message().rfind("student: the compiler refuses it: explicit "
                                   "Euler is unstable: unit 0 ",
                                   0),
            0u)
      << status.message();
  EXPECT_THROW(quantized.forward(featuresOf(someWindows(shape), shape)),
               std::runtime_error);
}

} // namespace
