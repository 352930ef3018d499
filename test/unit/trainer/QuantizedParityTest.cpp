// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training runs what ships: on any network and any window its program equals
// the integer executor of the compiled model, and emitted C, bit for bit.
#include "../compiler/TestModels.h"
#include "frontend/family/SohFormat.h"
#include "trainer/engine/IntegerKernel.h"
#include "trainer/engine/Quantizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

/// Windows in a row, and the age of each.
struct Inputs {
  std::vector<int16_t> windows;
  std::vector<uint32_t> ages;
};

/// Inputs of every kind: ageing curves at ages that training saw, and any 16
/// bits at any age at all.
Inputs makeInputs(const FamilyModel &model, int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  SohFormat format;
  Inputs inputs;
  for (int64_t i = 0; i < count; ++i) {
    bool extreme = i % 3 == 2;
    for (float soh : randomWindow(size_t(model.window), random))
      inputs.windows.push_back(extreme ? static_cast<int16_t>(random() & 0xffff)
                                       : format.toInteger(soh));
    inputs.ages.push_back(extreme ? extremeAge(random)
                                  : randomAge(model, random));
  }
  return inputs;
}

/// The forecasts of the compiled model; empty, with a test failure, where it
/// does not compile.
std::vector<int16_t> compiledForecasts(const FamilyModel &model,
                                       const QuantizeOptions &quantize,
                                       const Inputs &inputs) {
  Compiler compiler;
  CompileOptions options;
  options.prefix = "net";
  options.stateBits = quantize.stateBits;
  options.lutBits = quantize.tableBits;
  options.knotTolerance = quantize.knotTolerance;
  auto compiled = compiler.compile(model, options);
  EXPECT_TRUE(mlir::succeeded(compiled));
  if (mlir::failed(compiled))
    return {};
  auto executor = lnn::IntegerExecutor::compile(compiled->model());
  EXPECT_TRUE(mlir::succeeded(executor));
  if (mlir::failed(executor))
    return {};
  size_t count = inputs.ages.size();
  std::vector<int16_t> forecasts(count * size_t(model.horizon));
  for (size_t i = 0; i < count; ++i)
    executor->run(inputs.windows.data() + i * size_t(model.window),
                  forecasts.data() + i * size_t(model.horizon), inputs.ages[i]);
  return forecasts;
}

std::vector<int16_t> trainedForecasts(const FamilyModel &model,
                                      const QuantizeOptions &options,
                                      const Inputs &inputs) {
  Result<QuantizedModel> quantized = Quantizer(options).quantize(model);
  EXPECT_TRUE(quantized) << quantized.message();
  if (!quantized)
    return {};
  size_t count = inputs.ages.size();
  std::vector<int16_t> forecasts(count * size_t(model.horizon));
  EXPECT_EQ(quantized->program.age >= 0, model.features.age.has_value());
  runWindows(quantized->program, inputs.windows.data(),
             model.features.age ? inputs.ages.data() : nullptr, int64_t(count),
             forecasts.data());
  return forecasts;
}

class QuantizedParity
    : public testing::TestWithParam<std::tuple<CellKind, uint32_t>> {
protected:
  void TearDown() override { setPortableProgram(false); }
};

TEST_P(QuantizedParity, TrainingRunsTheCompiledModel) {
  auto [cell, seed] = GetParam();
  FamilyModel model = randomModel(cell, seed);
  SCOPED_TRACE(testing::Message()
               << name(cell) << " units " << model.units << " window "
               << model.window << " block " << model.block << " steps "
               << model.solver.steps << " dt " << model.solver.dt << " "
               << name(model.solver.method)
               << (model.features.age ? " with age" : ""));
  QuantizeOptions options;
  options.stateBits = seed % 4 == 3 ? 16 : 8;
  options.tableBits = seed % 5 == 4 ? 6 : 8;
  options.knotTolerance = seed % 6 == 5 ? 0 : fixed::kKnotTolerance;
  std::mt19937 random(seed);
  bool straight = seed % 2 == 1;
  if (straight)
    straighten(model, random);
  // More than a tile, and not a whole number of them.
  Inputs inputs = makeInputs(model, 75, seed);
  std::vector<int16_t> expected = compiledForecasts(model, options, inputs);
  EXPECT_EQ(trainedForecasts(model, options, inputs), expected);
  Result<QuantizedModel> quantized = Quantizer(options).quantize(model);
  ASSERT_TRUE(quantized);
  EXPECT_EQ(std::count_if(quantized->program.after.begin(),
                          quantized->program.after.end(),
                          [](const IntegerInstruction &op) {
                            return op.opcode == IntegerOpcode::Interpolate;
                          }),
            straight && options.knotTolerance > 0);
  setPortableProgram(true);
  EXPECT_EQ(trainedForecasts(model, options, inputs), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Batteries, QuantizedParity,
    testing::Combine(testing::Values(CellKind::Liquid, CellKind::Ltc,
                                     CellKind::CtRnn, CellKind::Cfc),
                     testing::Range(0u, 40u)),
    [](const auto &info) {
      return std::string(name(std::get<0>(info.param))) + "_" +
             std::to_string(std::get<1>(info.param));
    });

TEST(QuantizedParityEdges, RefusesOptionsThatTheCompilerRefuses) {
  FamilyModel model = randomModel(CellKind::Liquid, 1);
  for (auto [options, said] :
       {std::pair(QuantizeOptions{12, 8}, "state-bits 8 or 16"),
        std::pair(QuantizeOptions{8, 13}, "tables of 2^4 to 2^12"),
        std::pair(QuantizeOptions{8, 3}, "tables of 2^4 to 2^12"),
        std::pair(QuantizeOptions{8, 8, -1e-6}, "a tolerance of 0 or more"),
        std::pair(QuantizeOptions{8, 8, std::nan("")},
                  "a tolerance of 0 or")}) {
    Result<QuantizedModel> quantized = Quantizer(options).quantize(model);
    ASSERT_FALSE(quantized);
    EXPECT_EQ(quantized.message().rfind("random: the compiler refuses it: ", 0),
              0u);
    EXPECT_NE(quantized.message().find(said), std::string::npos)
        << quantized.message();
  }
}

/// Training may reach weights that no family holds.
TEST(QuantizedParityEdges, RefusesWeightsThatAreNoNumbers) {
  for (float value : {std::nanf(""), HUGE_VALF})
    for (const char *key : {"cell.wf", "cell.bf", "readout.w", "basis.mean"}) {
      FamilyModel model = randomModel(CellKind::Liquid, 1);
      model.tensors.at(key).values.back() = value;
      Result<QuantizedModel> quantized = Quantizer().quantize(model);
      ASSERT_FALSE(quantized);
      EXPECT_EQ(
          quantized.message(),
          fmt::format("random.{}: holds {}, which is no weight", key, value));
    }
}

/// Finite weights of any size give a program or a reason, and what comes after
/// a refusal is as good as before.
TEST(QuantizedParityEdges, SurvivesHugeWeights) {
  Quantizer quantizer;
  for (CellKind cell :
       {CellKind::Liquid, CellKind::Ltc, CellKind::CtRnn, CellKind::Cfc})
    for (float factor : {1e10f, 1e30f, 1e-30f, 0.0f}) {
      FamilyModel model = randomModel(cell, 7), scaled = model;
      for (auto &[key, tensor] : scaled.tensors)
        if (key != "cell.tau")
          for (float &value : tensor.values)
            value *= factor;
      Result<QuantizedModel> extreme = quantizer.quantize(scaled);
      if (!extreme) {
        EXPECT_EQ(extreme.message().rfind("random: ", 0), 0u);
      }
      EXPECT_TRUE(quantizer.quantize(model));
    }
}

/// Past the executor, the C itself.
TEST(QuantizedParityEdges, EmittedCForecastsTheSame) {
  for (CellKind cell :
       {CellKind::Liquid, CellKind::Ltc, CellKind::CtRnn, CellKind::Cfc}) {
    FamilyModel model = randomModel(cell, 2);
    Compiler compiler;
    CompileOptions options;
    options.prefix = "net";
    auto compiled = compiler.compile(model, options);
    ASSERT_TRUE(mlir::succeeded(compiled));
    codegen::EmittedC c = codegen::emitC(compiled->model(), {"net", {}});
    auto loaded = LoadedModel::load(c, "net");
    ASSERT_TRUE(loaded);
    std::vector<int32_t> state(c.stateBytes / 4);
    Inputs inputs = makeInputs(model, 24, 3);
    std::vector<int16_t> expected = trainedForecasts(model, {}, inputs), all;
    for (size_t i = 0; i < inputs.ages.size(); ++i) {
      auto first = inputs.windows.begin() + ptrdiff_t(i) * model.window;
      std::vector<int16_t> window(first, first + model.window);
      std::vector<int16_t> out(size_t(model.horizon));
      ASSERT_EQ(
          loaded->predict(model, state.data(), window, inputs.ages[i], out), 0);
      all.insert(all.end(), out.begin(), out.end());
    }
    EXPECT_EQ(all, expected) << name(cell);
  }
}

/// A quantizer that goes on to another context gives the same program.
TEST(QuantizedParityEdges, QuantizesAlikeForEver) {
  FamilyModel model = randomModel(CellKind::Liquid, 1);
  Inputs inputs = makeInputs(model, 8, 1);
  Quantizer quantizer;
  std::vector<int16_t> expected = trainedForecasts(model, {}, inputs);
  for (int run = 0; run < 150; ++run) {
    Result<QuantizedModel> quantized = quantizer.quantize(model);
    ASSERT_TRUE(quantized);
    std::vector<int16_t> forecasts(expected.size());
    runWindows(quantized->program, inputs.windows.data(), inputs.ages.data(), 8,
               forecasts.data());
    ASSERT_EQ(forecasts, expected) << run;
  }
}

/// Pruned weights and constants that the compiler folds away.
TEST(QuantizedParityEdges, SparseAndTrivialWeights) {
  for (CellKind cell :
       {CellKind::Liquid, CellKind::Ltc, CellKind::CtRnn, CellKind::Cfc})
    for (uint32_t seed = 100; seed < 106; ++seed) {
      FamilyModel model = randomModel(cell, seed);
      std::mt19937 random(seed);
      for (auto &[key, tensor] : model.tensors) {
        if (tensor.isMatrix())
          for (float &weight : tensor.values)
            weight = random() % 2 ? weight : 0.0f;
        if (key == "cell.a" || key == "cell.beta" || key == "cell.alpha")
          std::fill(tensor.values.begin(), tensor.values.end(),
                    seed % 2 ? 1.0f : 0.5f);
      }
      if (seed % 3 == 0)
        model.outputScale = 1.0;
      SCOPED_TRACE(testing::Message() << name(cell) << " " << seed);
      Inputs inputs = makeInputs(model, 20, seed);
      EXPECT_EQ(trainedForecasts(model, {}, inputs),
                compiledForecasts(model, {}, inputs));
    }
}

/// What no forecast depends on the compiler removes, and training keeps it
/// without a say in any format, whatever its weights and constants are.
TEST(QuantizedParityEdges, DeadUnitsAndCoefficients) {
  for (CellKind cell :
       {CellKind::Liquid, CellKind::Ltc, CellKind::CtRnn, CellKind::Cfc})
    for (uint32_t seed = 300; seed < 312; ++seed) {
      FamilyModel model = randomModel(cell, seed);
      std::mt19937 random(seed);
      std::vector<bool> dead(size_t(model.units));
      for (size_t unit = 0; unit < dead.size(); ++unit)
        dead[unit] = random() % 2 || seed % 6 == 5;
      for (auto &[key, tensor] : model.tensors) {
        size_t columns = tensor.values.size() / size_t(tensor.shape[0]);
        bool readsUnits = key.rfind("cell.w", 0) == 0 || key == "readout.w";
        for (size_t i = 0; i < tensor.values.size(); ++i) {
          size_t row = i / columns, column = i % columns;
          bool deadRow = key.rfind("cell.", 0) == 0 && dead[row];
          // Dead units may read anything, and one another.
          if (readsUnits && dead[column] && !deadRow)
            tensor.values[i] = 0;
          else if (key == "basis.curves" && column == seed % columns)
            tensor.values[i] = 0;
          else if (deadRow && columns == 1 && seed % 2)
            tensor.values[i] *= key == "cell.alpha" ? 0.5f : 3.0f;
        }
      }
      SCOPED_TRACE(testing::Message() << name(cell) << " " << seed);
      Inputs inputs = makeInputs(model, 20, seed);
      EXPECT_EQ(trainedForecasts(model, {}, inputs),
                compiledForecasts(model, {}, inputs));
    }
}

/// Whatever was recorded of the age, the compiler accepts it and training
/// agrees.
TEST(QuantizedParityEdges, RecordedAgesOfAnyKind) {
  for (Range recorded : {Range{0, 0}, Range{-1e6, -1e6}, Range{1e6, 1e6},
                         Range{-1e6, 1e6}, Range{0, 1e-6}, Range{0.9, 1}})
    for (double scale : {1e-6, 1.0 / 400, 1.0}) {
      FamilyModel model = randomModel(CellKind::Liquid, 5);
      model.features.age = Features::Age{500, scale};
      model.ranges.age = recorded;
      SCOPED_TRACE(testing::Message()
                   << recorded.low << " " << recorded.high << " " << scale);
      Inputs inputs = makeInputs(model, 24, 1);
      std::mt19937 random(9);
      for (uint32_t &age : inputs.ages)
        age = extremeAge(random);
      EXPECT_EQ(trainedForecasts(model, {}, inputs),
                compiledForecasts(model, {}, inputs));
    }
}

} // namespace
