// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network is only as good as the file that it becomes: what is stored must be
// what was trained, pass the family's own checks, and hold its masks.
#include "trainer/engine/Network.h"
#include "CellCases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <ostream>
#include <vector>

using namespace dlnet;

namespace {

FamilyModel shapeFor(const CellCase &each, int64_t units = 5) {
  FamilyModel shape;
  shape.name = "student";
  shape.role = "student";
  shape.cell = each.cell;
  shape.solver = {each.solver, 2, 1.0};
  shape.units = units;
  shape.window = 20;
  shape.horizon = 12;
  shape.block = 5;
  shape.basis = 3;
  return shape;
}

Basis someBasis(const FamilyModel &shape) {
  Basis basis{RowMatrix(shape.horizon, shape.basis),
              Eigen::VectorXf(shape.horizon)};
  for (Eigen::Index i = 0; i < shape.horizon; ++i) {
    basis.mean(i) = -0.1f * float(i);
    for (Eigen::Index j = 0; j < shape.basis; ++j)
      basis.curves(i, j) = std::sin(float((i + 1) * (j + 1)) / 5);
  }
  return basis;
}

torch::Tensor someFeatures(const FamilyModel &shape, int64_t samples = 50) {
  torch::manual_seed(7);
  return torch::randn({shape.blocks(), shape.featureCount(), samples});
}

/// One step against the gradient, as any optimizer would take it.
void train(Network &network, const torch::Tensor &features, double rate) {
  network.zero_grad();
  network.forward(features).square().mean().backward();
  torch::NoGradGuard guard;
  for (torch::Tensor parameter : network.parameters())
    parameter.sub_(rate * parameter.grad());
}

class NetworkOf : public testing::TestWithParam<CellCase> {};

TEST_P(NetworkOf, HasTheTensorsOfItsFamily) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  train(*network, someFeatures(model), 0.05);
  network->store(model);
  auto expected = expectedTensors(model);
  ASSERT_EQ(model.tensors.size(), expected.size());
  int64_t count = 0;
  for (const auto &[key, shape] : expected) {
    ASSERT_TRUE(model.tensors.count(key)) << key;
    const Tensor &tensor = model.tensor(key);
    EXPECT_EQ(tensor.shape, shape) << key;
    count += int64_t(tensor.values.size());
    for (float value : tensor.values) {
      EXPECT_TRUE(std::isfinite(value)) << key;
      if (isPositive(model.cell, key)) {
        EXPECT_GT(value, 0) << key;
      }
    }
  }
  EXPECT_EQ(countParameters(model), count);
  EXPECT_EQ(network->parameterCount(), count);
}

TEST_P(NetworkOf, ComesBackFromItsFamily) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  torch::Tensor features = someFeatures(model);
  train(*network, features, 0.05);
  network->store(model);
  auto loaded = loadNetwork(model);
  ASSERT_TRUE(loaded) << loaded.message();
  EXPECT_TRUE(torch::allclose((*loaded)->forward(features),
                              network->forward(features), 1e-5, 1e-5));
}

TEST_P(NetworkOf, GivesForecastAndTrajectoryAtOnce) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  torch::Tensor features = someFeatures(model);
  Network::Outputs outputs = network->run(features);
  EXPECT_EQ(outputs.states.sizes(), at::IntArrayRef({4, 5, 50}));
  EXPECT_TRUE(torch::equal(outputs.forecast, network->forward(features)));
  EXPECT_TRUE(torch::equal(outputs.states, network->states(features)));
  EXPECT_TRUE(torch::equal(network->coefficients(features),
                           network->readOut(outputs.states[3])));
}

TEST_P(NetworkOf, ShowsEveryStateToACalibration) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  torch::Tensor features = someFeatures(model);
  torch::Tensor all = network->allStates(features);
  int64_t substeps = network->scanShape().substeps;
  EXPECT_EQ(substeps, isClosedForm(model.cell) ? 1 : 2);
  EXPECT_EQ(all.sizes(), at::IntArrayRef({4 * substeps + 1, 5, 50}));
  EXPECT_EQ(all[0].abs().max().item<double>(), 0);
  torch::Tensor states = network->states(features);
  for (int64_t t = 0; t < 4; ++t)
    EXPECT_TRUE(torch::equal(all[(t + 1) * substeps], states[t]));
}

TEST_P(NetworkOf, ReadsTheAgeWhereItsModelDoes) {
  FamilyModel model = shapeFor(GetParam());
  model.features.age = Features::Age();
  auto network = makeNetwork(model, someBasis(model), 3);
  torch::Tensor features = someFeatures(model);
  ASSERT_EQ(features.size(1), 4);
  torch::Tensor other = features.clone();
  other.select(1, 3).add_(1);
  EXPECT_FALSE(
      torch::equal(network->forward(features), network->forward(other)));
  network->store(model);
  EXPECT_TRUE(loadNetwork(model));
}

TEST_P(NetworkOf, EveryParameterLearns) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  network->run(someFeatures(model)).forecast.square().mean().backward();
  for (const auto &each : network->named_parameters()) {
    ASSERT_TRUE(each.value().grad().defined()) << each.key();
    EXPECT_GT(each.value().grad().abs().max().item<double>(), 0) << each.key();
  }
  EXPECT_EQ(network->matrices().size() + network->vectors().size(),
            network->parameters().size());
}

TEST_P(NetworkOf, TheSeedDecidesTheWeights) {
  FamilyModel model = shapeFor(GetParam());
  auto weights = [&](uint64_t seed) {
    FamilyModel stored = model;
    makeNetwork(model, someBasis(model), seed)->store(stored);
    return stored.tensor("readout.w").values;
  };
  EXPECT_EQ(weights(1), weights(1));
  EXPECT_NE(weights(1), weights(2));
  torch::Tensor features = someFeatures(model);
  EXPECT_TRUE(makeNetwork(shapeFor(GetParam(), 1), someBasis(model), 1)
                  ->forward(features)
                  .isfinite()
                  .all()
                  .item<bool>());
}

TEST_P(NetworkOf, MaskedWeightsStayZero) {
  FamilyModel model = shapeFor(GetParam());
  auto network = makeNetwork(model, someBasis(model), 3);
  for (const auto &[key, shape] : expectedTensors(model))
    if (shape.size() == 2) {
      Tensor mask{shape, std::vector<float>(size_t(shape[0] * shape[1]))};
      for (size_t i = 0; i < mask.values.size(); ++i)
        mask.values[i] = float(i % 4 != 0);
      model.masks[key] = mask;
    }
  ASSERT_TRUE(network->setMasks(model.masks));
  auto expectMasked = [&](const FamilyModel &stored) {
    ASSERT_EQ(stored.masks.size(), model.masks.size());
    for (const auto &[key, mask] : model.masks)
      for (size_t i = 0; i < mask.values.size(); ++i)
        EXPECT_EQ(stored.tensor(key).values[i] == 0, mask.values[i] == 0)
            << key << " " << i;
  };
  torch::Tensor features = someFeatures(model);
  for (int step = 0; step < 3; ++step)
    train(*network, features, 0.05);
  FamilyModel stored = shapeFor(GetParam());
  network->store(stored);
  expectMasked(stored);

  auto loaded = loadNetwork(stored);
  ASSERT_TRUE(loaded) << loaded.message();
  train(**loaded, features, 0.05);
  FamilyModel again = shapeFor(GetParam());
  (*loaded)->store(again);
  expectMasked(again);
  EXPECT_NE(again.tensor("readout.w").values,
            stored.tensor("readout.w").values);

  // Without masks the same weights may move again.
  ASSERT_TRUE((*loaded)->setMasks({}));
  train(**loaded, features, 0.05);
  (*loaded)->store(again);
  EXPECT_TRUE(again.masks.empty());
  EXPECT_NE(again.tensor("readout.w").values[0], 0);
}

INSTANTIATE_TEST_SUITE_P(All, NetworkOf, testing::ValuesIn(kCases),
                         [](const auto &info) { return label(info.param); });

TEST(Network, RefusesMasksThatAreNotItsOwn) {
  FamilyModel model = shapeFor({CellKind::Liquid, SolverKind::ExplicitEuler});
  auto network = makeNetwork(model, someBasis(model), 3);
  Status unknown = network->setMasks({{"cell.w", {{5, 5}, {}}}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.message(), "mask.cell.w: no such matrix");
  Status vector = network->setMasks({{"cell.bf", {{5}, {}}}});
  ASSERT_FALSE(vector);
  EXPECT_EQ(vector.message(), "mask.cell.bf: no such matrix");
  Status shape = network->setMasks({{"cell.wf", {{5, 4}, {}}}});
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.message(), "mask.cell.wf: expected [5, 5], found [5, 4]");
}

TEST(Network, RefusesAModelOfAnotherShape) {
  FamilyModel model = shapeFor({CellKind::Ltc, SolverKind::ExplicitEuler});
  auto network = makeNetwork(model, someBasis(model), 3);
  network->store(model);

  FamilyModel lacking = model;
  lacking.tensors.erase("cell.tau");
  Status missing = network->load(lacking);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.message(), "student.cell.tau: missing tensor");

  FamilyModel other = model;
  other.tensors["cell.b"].shape = {4};
  Status shape = network->load(other);
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.message(), "student.cell.b: expected [5], found [4]");

  // Half a time unit a sub-step: below a third of a unit explicit Euler is not
  // stable for every gate.
  FamilyModel unstable = model;
  unstable.tensors["cell.tau"].values[1] = 0.3f;
  Status tau = network->load(unstable);
  ASSERT_FALSE(tau);
  EXPECT_EQ(tau.message(), "student.cell.tau: expected more than 1.02, where "
                           "the solver is stable, found 0.3");
  unstable.solver.method = SolverKind::Fused;
  EXPECT_TRUE(loadNetwork(unstable));
}

TEST(Network, CountsWhatItComputes) {
  FamilyModel model = shapeFor({CellKind::Liquid, SolverKind::ExplicitEuler});
  // 4 steps: 10 rows of 3 inputs, and twice 5 states; then 3 * 5 and 12 * 3.
  EXPECT_EQ(countMacs(model), 4 * 10 * (3 + 2 * 5) + 3 * 5 + 12 * 3);
}

TEST(Network, RestoresASnapshotAndRoundsRows) {
  FamilyModel model = shapeFor({CellKind::Liquid, SolverKind::ExplicitEuler});
  auto network = makeNetwork(model, someBasis(model), 3);
  torch::Tensor features = someFeatures(model);
  torch::Tensor before = network->forward(features).detach();
  auto snapshot = network->snapshot();
  network->roundRowsToInt8();
  torch::Tensor rounded = network->forward(features).detach();
  EXPECT_FALSE(torch::equal(rounded, before));
  EXPECT_TRUE(torch::allclose(rounded, before, 0.1, 0.1));
  network->restore(snapshot);
  EXPECT_TRUE(torch::equal(network->forward(features).detach(), before));
}

} // namespace
