// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the network: emitted C equals the integer executor bit for bit, and
// the integers stay near the floats that they stand for.
#include "TestModels.h"

#include "frontend/SohFormat.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

class RandomNetwork
    : public testing::TestWithParam<std::tuple<CellKind, uint32_t>> {};

TEST_P(RandomNetwork, EmittedCEqualsTheExecutorAndStaysNearFloat) {
  auto [cell, seed] = GetParam();
  FamilyModel model = randomModel(cell, seed);
  SCOPED_TRACE(testing::Message()
               << name(cell) << " units " << model.units << " window "
               << model.window << " block " << model.block << " horizon "
               << model.horizon << " basis " << model.basis << " steps "
               << model.solver.steps << " dt " << model.solver.dt << " "
               << name(model.solver.method)
               << (model.features.age ? " with age" : ""));
  Compiler compiler;
  CompileOptions options;
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  ASSERT_TRUE(mlir::succeeded(compiler.discretize(*compiled, options)));
  auto real = lnn::FloatExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(real));
  ASSERT_TRUE(mlir::succeeded(compiler.toInt8(*compiled, options)));
  auto integer = lnn::IntegerExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(integer));
  codegen::EmittedC c = codegen::emitC(compiled->model(), {"net", {}});
  auto loaded = LoadedModel::load(c, "net");
  ASSERT_NE(loaded, nullptr);

  std::mt19937 random(seed);
  SohFormat format;
  std::vector<int32_t> state(c.stateBytes / 4);
  std::vector<int16_t> window(model.window), expected(model.horizon),
      found(model.horizon);
  std::vector<float> forecast(model.horizon);
  double difference = 0, swing = 0;
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
}

INSTANTIATE_TEST_SUITE_P(
    Cells, RandomNetwork,
    testing::Combine(testing::Values(CellKind::Liquid, CellKind::Ltc,
                                     CellKind::CtRnn, CellKind::Cfc),
                     testing::Range(0u, 25u)),
    [](const auto &info) {
      return std::string(name(std::get<0>(info.param))) + "_" +
             std::to_string(std::get<1>(info.param));
    });

} // namespace
