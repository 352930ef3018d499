// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the network: emitted C equals the integer executor bit for bit, and
// the integers stay near the floats that they stand for, within what is proved.
#include "TestModels.h"

#include "codegen/SelfTest.h"

#include "frontend/family/SohFormat.h"
#include "passes/Passes.h"
#include "test/tools/proof/Proof.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

class RandomNetwork
    : public testing::TestWithParam<std::tuple<CellKind, uint32_t>> {};

/// Zeroes a part of the 2x2 blocks of every matrix: none, some, or all.
void pruneBlocks(FamilyModel &model, uint32_t percent, std::mt19937 &random) {
  for (auto &[key, tensor] : model.tensors) {
    if (tensor.shape.size() != 2)
      continue;
    int64_t rows = tensor.shape[0], columns = tensor.shape[1];
    for (int64_t row = 0; row < rows; row += 2)
      for (int64_t column = 0; column < columns; column += 2) {
        if (random() % 100 >= percent)
          continue;
        for (int64_t i = row; i < std::min(row + 2, rows); ++i)
          for (int64_t j = column; j < std::min(column + 2, columns); ++j)
            tensor.values[i * columns + j] = 0;
      }
  }
}

/// Compiles and loads a model, and compares it with both executors.
void check(const FamilyModel &model, uint32_t seed,
           const CompileOptions &options,
           codegen::Place place = codegen::Place::Flash) {
  SCOPED_TRACE(testing::Message()
               << name(model.cell) << " units " << model.units << " window "
               << model.window << " block " << model.block << " horizon "
               << model.horizon << " basis " << model.basis << " steps "
               << model.solver.steps << " dt " << model.solver.dt << " "
               << name(model.solver.method)
               << (model.features.age ? " with age" : ""));
  Compiler compiler;
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  ASSERT_TRUE(mlir::succeeded(compiler.discretize(*compiled, options)));
  auto real = lnn::FloatExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(real));
  Proof proof(compiler, *compiled, options);
  ASSERT_TRUE(proof.holds());
  ASSERT_TRUE(mlir::succeeded(compiler.toInt8(*compiled, options)))
      << compiler.why();
  auto integer = lnn::IntegerExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(integer));
  codegen::EmitOptions emit = {
      "net", {}, place, {}, *cost::findTarget(options.target)};
  codegen::EmittedC c = codegen::emitC(compiled->model(), emit);
  auto selfTest = codegen::emitSelfTest(compiled->model(), emit, c);
  ASSERT_TRUE(mlir::succeeded(selfTest));
  auto loaded = LoadedModel::load(c, "net", "-O1", *selfTest);
  ASSERT_NE(loaded, nullptr);

  std::mt19937 random(seed);
  SohFormat format;
  std::vector<int32_t> state(c.stateBytes / 4);
  std::vector<int16_t> window(model.window), expected(model.horizon),
      found(model.horizon);
  EXPECT_EQ(loaded->selfTest(state.data(), found.data(), model.horizon), 0);
  std::vector<float> forecast(model.horizon);
  double difference = 0, swing = 0;
  int proved = 0;
  constexpr int kWindows = 60;
  for (int i = 0; i < kWindows; ++i) {
    std::vector<float> soh = randomWindow(model.window, random);
    bool extreme = i % 3 == 2;
    for (int64_t k = 0; k < model.window; ++k)
      window[k] = extreme ? static_cast<int16_t>(random() & 0xffff)
                          : format.toInteger(soh[k]);
    uint32_t age = extreme ? extremeAge(random) : randomAge(model, random);
    integer->run(window.data(), expected.data(), age);
    ASSERT_EQ(loaded->predict(model, state.data(), window, age, found), 0);
    ASSERT_EQ(found, expected) << "window " << i;
    Proof::Verdict verdict = proof.judge(window, age, expected);
    EXPECT_EQ(verdict.violation, "") << "window " << i;
    proved += verdict.applies;
    if (extreme)
      continue;
    real->run(soh.data(), forecast.data(), age);
    for (int64_t h = 0; h < model.horizon; ++h) {
      difference += std::abs(format.toReal(expected[h]) -
                             std::clamp<double>(forecast[h], 0.0, 2.0));
      swing += std::abs(forecast[h] - soh.back());
    }
  }
  // int8 weights carry 1 part in 254; a dozen steps may add up to a few
  // times that, of whatever the network makes of its input.
  EXPECT_LT(difference, 0.06 * swing + 2e-4 * kWindows * model.horizon);
  EXPECT_GT(proved, 0);
}

TEST_P(RandomNetwork, EmittedCEqualsTheExecutorAndStaysNearFloat) {
  auto [cell, seed] = GetParam();
  check(randomModel(cell, seed), seed, {});
}

TEST_P(RandomNetwork, WithPrunedBlocksItDoesSoToo) {
  auto [cell, seed] = GetParam();
  FamilyModel model = randomModel(cell, seed);
  std::mt19937 random(seed);
  constexpr uint32_t kPercent[] = {30, 50, 70, 90, 100};
  pruneBlocks(model, kPercent[seed % std::size(kPercent)], random);
  CompileOptions options;
  options.objective = seed % 2 ? "speed" : "size";
  constexpr int64_t kUnrollFlash[] = {-1, 0, 200, 100000};
  options.unrollFlash = kUnrollFlash[seed % std::size(kUnrollFlash)];
  options.target = cost::targets()[seed % cost::targets().size()].name;
  check(model, seed, options,
        seed % 3 ? codegen::Place::Flash : codegen::Place::Ram);
}

/// What a model forecasts on the real level, thinned with a tolerance.
std::vector<float> thinnedForecast(const FamilyModel &model, double tolerance,
                                   const std::vector<float> &soh, uint32_t age,
                                   int64_t &interpolations) {
  Compiler compiler;
  auto compiled = compiler.import(model, "net");
  EXPECT_TRUE(mlir::succeeded(compiled));
  EXPECT_TRUE(mlir::succeeded(compiler.discretize(*compiled, {})));
  mlir::PassManager pm(compiled->module->getContext());
  pm.addNestedPass<lnn::ModelOp>(lnn::createThinHorizon({tolerance}));
  EXPECT_TRUE(mlir::succeeded(pm.run(*compiled->module)));
  compiled->module->walk([&](lnn::InterpolateOp) { ++interpolations; });
  auto real = lnn::FloatExecutor::compile(compiled->model());
  EXPECT_TRUE(mlir::succeeded(real));
  std::vector<float> forecast(model.horizon);
  real->run(soh.data(), forecast.data(), age);
  return forecast;
}

TEST_P(RandomNetwork, KnotsChangeTheForecastWithinTheTolerance) {
  auto [cell, seed] = GetParam();
  FamilyModel model = randomModel(cell, seed);
  std::mt19937 random(seed);
  straighten(model, random);
  std::vector<float> soh = randomWindow(model.window, random);
  uint32_t age = randomAge(model, random);
  int64_t before = 0, after = 0;
  std::vector<float> whole = thinnedForecast(model, 0, soh, age, before);
  std::vector<float> thin =
      thinnedForecast(model, fixed::kKnotTolerance, soh, age, after);
  EXPECT_EQ(before, 0);
  EXPECT_EQ(after, 1);
  double change = 0;
  for (int64_t h = 0; h < model.horizon; ++h)
    change += std::abs(double(thin[h]) - double(whole[h]));
  EXPECT_LT(change / double(model.horizon), fixed::kKnotTolerance + 1e-6);
  check(model, seed, {});
}

INSTANTIATE_TEST_SUITE_P(
    Cells, RandomNetwork,
    testing::Combine(testing::Values(CellKind::Liquid, CellKind::Ltc,
                                     CellKind::CtRnn, CellKind::Cfc,
                                     CellKind::Gru),
                     testing::Range(0u, 25u)),
    [](const auto &info) {
      return std::string(name(std::get<0>(info.param))) + "_" +
             std::to_string(std::get<1>(info.param));
    });

} // namespace
