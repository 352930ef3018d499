// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The training loop: a run that was stopped ends as one that was not, and its
// checkpoint is of use to nobody else.
#include "TemporaryFolder.h"
#include "frontend/series/Simulate.h"
#include "trainer/Prune.h"
#include "trainer/Train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

using namespace dlnet;

namespace {

class Fit : public testing::Test {
protected:
  Fit() {
    shape.name = "small";
    shape.role = "student";
    shape.units = 3;
    shape.window = shape.horizon = 100;
    shape.block = 20;
    shape.basis = 2;
    shape.features.age.emplace();
    shape.seed = 4;
    options.epochs = 3;
    Trainer::Options cut;
    cut.stride = 40;
    cut.blocks = {shape.block};
    trainer = std::move(
        *Trainer::create(splitBatteries(simulateFleet(8, 2), 1), cut));
  }

  Result<Trained> train(const EpochDone &done = [](int64_t, const Epoch &) {}) {
    return trainer.train(shape, {}, options, done);
  }

  TemporaryFolder folder;
  FamilyModel shape;
  FitOptions options;
  Trainer trainer;
};

void expectSame(const FamilyModel &a, const FamilyModel &b) {
  for (const auto &[key, tensor] : a.tensors)
    EXPECT_EQ(tensor.values, b.tensor(key).values) << key;
}

TEST_F(Fit, GoesOnAfterAStopAndEndsWithTheSameWeights) {
  Result<Trained> whole = train();
  ASSERT_TRUE(whole) << whole.message();

  options.checkpoint = folder.path("state");
  struct Killed {};
  EXPECT_THROW(train([](int64_t epoch, const Epoch &) {
                 if (epoch == 2)
                   throw Killed();
               }),
               Killed);
  std::vector<int64_t> epochs;
  Result<Trained> resumed =
      train([&](int64_t epoch, const Epoch &) { epochs.push_back(epoch); });
  ASSERT_TRUE(resumed) << resumed.message();
  EXPECT_EQ(epochs, (std::vector<int64_t>{3}));
  EXPECT_EQ(resumed->epochs.size(), 3u);
  EXPECT_EQ(resumed->epochs[0].loss, whole->epochs[0].loss);
  expectSame(whole->model, resumed->model);
}

TEST_F(Fit, PrunesMoreWithEveryEpochAndTheSameAfterAStop) {
  shape.units = 8;
  Result<Trained> dense = train();
  ASSERT_TRUE(dense) << dense.message();
  options.epochs = 4;
  options.pruning = {0.5, 3};
  auto recover = [&](const EpochDone &done) {
    return trainer.recover(dense->model, {}, options, done);
  };
  Result<Trained> whole = recover([](int64_t, const Epoch &) {});
  ASSERT_TRUE(whole) << whole.message();
  for (const char *key : {"cell.wf", "cell.wa"})
    EXPECT_DOUBLE_EQ(densityOf(whole->model.masks.at(key)), 0.5) << key;

  struct Killed {};
  // Between two prunings, and when nothing but the file is left to write.
  for (int64_t stop : {2, 4}) {
    options.checkpoint = folder.path("pruned" + std::to_string(stop));
    EXPECT_THROW(recover([&](int64_t epoch, const Epoch &) {
                   if (epoch == stop)
                     throw Killed();
                 }),
                 Killed);
    Result<Trained> resumed = recover([](int64_t, const Epoch &) {});
    ASSERT_TRUE(resumed) << resumed.message();
    expectSame(whole->model, resumed->model);
    for (const auto &[key, mask] : whole->model.masks)
      EXPECT_EQ(resumed->model.masks.at(key).values, mask.values) << key;
  }
}

TEST(Pruning, RisesToItsShareAndStays) {
  Pruning gradual{0.8, 4}, atOnce{0.8, 0};
  EXPECT_DOUBLE_EQ(gradual.shareAt(0), 0.8 * (1 - 27.0 / 64));
  for (int64_t epoch = 1; epoch < 3; ++epoch) {
    EXPECT_GT(gradual.shareAt(epoch), gradual.shareAt(epoch - 1));
    EXPECT_LT(gradual.shareAt(epoch), 0.8);
  }
  EXPECT_EQ(gradual.shareAt(3), 0.8);
  EXPECT_EQ(gradual.shareAt(9), 0.8);
  EXPECT_EQ(atOnce.shareAt(0), 0.8);
}

TEST_F(Fit, RefusesTheCheckpointOfAnotherRun) {
  options.checkpoint = folder.path("state");
  ASSERT_TRUE(train());
  options.rate *= 2;
  Result<Trained> other = train();
  ASSERT_FALSE(other);
  EXPECT_NE(other.message().find("another run"), std::string::npos);
}

TEST_F(Fit, RefusesADamagedCheckpoint) {
  options.checkpoint = folder.path("state");
  ASSERT_TRUE(train());
  std::string bytes = folder.read("state");
  for (size_t length : {size_t(0), size_t(20), bytes.size() / 2}) {
    folder.write("state", bytes.substr(0, length));
    Result<Trained> run = train();
    ASSERT_FALSE(run) << length;
    EXPECT_NE(run.message().find("damaged"), std::string::npos);
  }
}

TEST_F(Fit, RefusesACheckpointWithOneFlippedBit) {
  options.checkpoint = folder.path("state");
  ASSERT_TRUE(train());
  const std::string bytes = folder.read("state");
  // Among them weights, moments and the curve, which are valid as any numbers.
  for (size_t i = 0; i < 60; ++i) {
    std::string flipped = bytes;
    flipped[bytes.size() * i / 60] ^= char(1 << i % 8);
    folder.write("state", flipped);
    Result<Trained> run = train();
    ASSERT_FALSE(run) << i;
    EXPECT_NE(run.message().find("damaged"), std::string::npos);
  }
  folder.write("state", bytes);
  EXPECT_TRUE(train());
}

TEST_F(Fit, AnotherSeedGivesOtherWeights) {
  Result<Trained> first = train();
  options.seed = 2;
  Result<Trained> second = train();
  EXPECT_NE(first->model.tensor("cell.wf").values,
            second->model.tensor("cell.wf").values);
}

TEST_F(Fit, TunesUnderIntegerArithmeticAndKeepsTheRanges) {
  Result<Trained> trained = train();
  ASSERT_TRUE(trained) << trained.message();
  options.epochs = 1;
  options.rate = 1e-4;
  Result<Trained> tuned = trainer.tuneQuantized(trained->model, {}, options,
                                                [](int64_t, const Epoch &) {});
  ASSERT_TRUE(tuned) << tuned.message();
  EXPECT_NE(tuned->model.tensor("cell.wf").values,
            trained->model.tensor("cell.wf").values);
  EXPECT_EQ(tuned->model.ranges.state.high, trained->model.ranges.state.high);
  EXPECT_TRUE(tuned->model.measured.at("validation").maeInt8);
}

TEST(Shape, RefusesACellWithASolverThatIsNotItsOwn) {
  FamilyModel shape;
  shape.window = shape.horizon = 100;
  shape.block = 10;
  shape.basis = 2;
  EXPECT_TRUE(checkShape(shape));
  shape.solver.method = SolverKind::ClosedForm;
  EXPECT_FALSE(checkShape(shape));
  shape.cell = CellKind::Cfc;
  EXPECT_TRUE(checkShape(shape));
  shape.block = 7;
  EXPECT_FALSE(checkShape(shape));
}

TEST(Prune, DropsTheSmallestBlocksAndMasksThem) {
  FamilyModel model;
  model.tensors["cell.wf"] = {{3, 4}, {9, 9, 1, 1, 9, 9, 1, 1, 5, 5, 6, 6}};
  model.tensors["cell.uf"] = {{3, 1}, {1, 1, 1}};
  pruneBlocks(model, 0.5);
  EXPECT_EQ(model.tensor("cell.wf").values,
            (std::vector<float>{9, 9, 0, 0, 9, 9, 0, 0, 0, 0, 6, 6}));
  EXPECT_EQ(model.masks.at("cell.wf").values,
            (std::vector<float>{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1}));
  EXPECT_FALSE(model.masks.count("cell.uf"));
}

TEST(Prune, KeepsWhatWasMaskedBefore) {
  FamilyModel model;
  model.tensors["cell.wf"] = {{2, 4}, {9, 9, 0, 0, 9, 0, 0, 0}};
  model.masks["cell.wf"] = {{2, 4}, {1, 1, 0, 0, 1, 0, 0, 0}};
  pruneBlocks(model, 0);
  EXPECT_EQ(model.masks.at("cell.wf").values,
            (std::vector<float>{1, 1, 0, 0, 1, 0, 0, 0}));
}

TEST(Samples, AgeIsThatOfTheNewestCycle) {
  std::vector<Battery> cells = simulateFleet(1, 1);
  Samples samples = makeSamples(makeWindows(cells), 10, 100);
  EXPECT_EQ(samples.view.age[0].item<float>(), 100);
  EXPECT_EQ(samples.view.age[5].item<float>(), 105);
}

TEST(Samples, InputsFollowTheirFormulas) {
  FamilyModel model;
  model.window = model.horizon = 100;
  model.block = 20;
  model.features.age.emplace();
  WindowSet windows = makeWindows(simulateFleet(1, 1));
  torch::Tensor inputs =
      makeFeatures(makeSamples(windows, 10, 100).view, model);
  const Features &f = model.features;
  for (int64_t i : {int64_t(0), int64_t(windows.size()) - 1}) {
    double before = 0, newest = windows.inputs(i, 99);
    for (int64_t t = 0; t < 5; ++t) {
      double mean = 0;
      for (int64_t k = 0; k < 20; ++k)
        mean += windows.inputs(i, 20 * t + k) / 20;
      double expected[] = {
          t == 0 ? 0
                 : std::clamp((mean - before) * f.differenceScale,
                              -f.differenceClip, f.differenceClip),
          (mean - newest) * f.relativeScale,
          (mean - f.levelOffset) * f.levelScale,
          (double(windows.first[size_t(i)]) + 100 - f.age->offset) *
              f.age->scale};
      before = mean;
      for (int64_t column = 0; column < 4; ++column)
        EXPECT_NEAR(inputs[t][column][i].item<double>(), expected[column], 1e-4)
            << t << " " << column;
    }
  }
}

TEST(Samples, CoarseBlocksAreMeansOfFineOnes) {
  FamilyModel model;
  model.window = model.horizon = 100;
  model.block = 20;
  WindowSet windows = makeWindows(simulateFleet(1, 1));
  torch::Tensor coarse =
      makeFeatures(makeSamples(windows, 20, 100).view, model);
  torch::Tensor fine = makeFeatures(makeSamples(windows, 5, 100).view, model);
  EXPECT_EQ(coarse.sizes(), at::IntArrayRef({5, 3, windows.size()}));
  EXPECT_TRUE(torch::allclose(coarse, fine, 1e-4, 1e-4));
}

TEST(Augmentation, ADipLeavesTheFutureWhereItWas) {
  WindowSet windows = makeWindows(simulateFleet(1, 1));
  Samples samples = makeSamples(windows, 5, 100);
  std::vector<int64_t> rows(size_t(samples.size()));
  for (size_t i = 0; i < rows.size(); ++i)
    rows[i] = int64_t(i);
  Augmentation dips;
  dips.amplitudeLow = dips.amplitudeHigh = 1;
  dips.levelShift = dips.ageSpread = 0;
  dips.dipShare = 1;
  Random random(3);
  Samples dipped =
      augment(samples, rows.data(), samples.size(), 100, 100, dips, random);
  auto future = [](const Samples &each) {
    return each.deltas / 100 + each.view.last;
  };
  EXPECT_TRUE(torch::allclose(future(samples), future(dipped), 0, 1e-6));
  // No cycle rises, and none falls by more than the depth.
  auto past = [](const Samples &each) {
    return each.view.relative + each.view.last;
  };
  torch::Tensor lowered = past(samples) - past(dipped);
  EXPECT_GE(lowered.min().item<double>(), -1e-6);
  EXPECT_LE(lowered.max().item<double>(), dips.dipDepth + 1e-6);
  EXPECT_GT(lowered.max().item<double>(), dips.dipDepth / 2);
  EXPECT_TRUE(torch::equal(samples.view.age, dipped.view.age));
}

} // namespace
