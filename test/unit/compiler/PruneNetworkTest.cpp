// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the network and whatever is pruned of it: removing dead units
// changes no bit of a forecast in float, nothing of them is left, and emitted C
// equals the integer executor bit for bit, within what is proved of float.
#include "TestModels.h"

#include "frontend/family/SohFormat.h"
#include "passes/Lanes.h"
#include "passes/Passes.h"
#include "test/tools/proof/Proof.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

/// Zeroes rows of the curves' coefficients, and whole columns, as training of
/// its own accord might: there is more to remove than what was pruned.
void thinOut(FamilyModel &model, std::mt19937 &random) {
  for (const char *key : {"basis.curves", "readout.w"}) {
    Tensor &matrix = model.tensors.at(key);
    size_t columns = size_t(matrix.shape[1]), column = random() % columns;
    for (size_t i = 0; i < matrix.values.size(); ++i)
      if (i % columns == column)
        matrix.values[i] = 0;
  }
}

void setRandomOptions(lnn::PruneOptions &options, const FamilyModel &model,
                      std::mt19937 &random) {
  options.what = random() % 3 ? "units" : "blocks";
  options.score = random() % 2 ? "magnitude" : "sensitivity";
  switch (random() % 3) {
  case 0:
    options.ratio = (random() % 90) / 100.0;
    break;
  case 1:
    options.threshold = (random() % 100) / 50.0;
    break;
  default:
    options.budgetBytes = model.units * model.units / int64_t(1 + random() % 4);
  }
}

int64_t deadUnits(lnn::ModelOp model) {
  lnn::Lanes lanes(model);
  int64_t dead = 0;
  for (auto [index, alive] : llvm::enumerate(lanes.alive()))
    if (lanes.holdsState(index))
      dead += alive.size() - alive.count();
  return dead;
}

int64_t unitsOf(lnn::ModelOp model) {
  int64_t units = 0;
  model.walk([&](lnn::ScanOp op) { units = lnn::sizeOf(op.getResult()); });
  return units;
}

std::vector<float> forecastsOf(lnn::ModelOp op, const FamilyModel &model,
                               uint32_t seed) {
  auto executor = lnn::FloatExecutor::compile(op);
  EXPECT_TRUE(mlir::succeeded(executor));
  std::vector<float> forecasts;
  std::mt19937 random(seed);
  for (int i = 0; mlir::succeeded(executor) && i < 10; ++i) {
    std::vector<float> forecast(size_t(model.horizon));
    std::vector<float> window = randomWindow(size_t(model.window), random);
    executor->run(window.data(), forecast.data(), randomAge(model, random));
    forecasts.insert(forecasts.end(), forecast.begin(), forecast.end());
  }
  return forecasts;
}

/// Whether all weights that a mask holds at 0 are, and no others were touched.
void expectMasked(lnn::ModelOp pruned, const FamilyModel &model) {
  pruned.walk([&](lnn::AffineOp op) {
    auto masks = op->getAttrOfType<mlir::ArrayAttr>(lnn::kMasksAttr);
    auto keys = op->getAttrOfType<mlir::ArrayAttr>(lnn::kKeysAttr);
    ASSERT_TRUE(keys);
    for (size_t i = 0; i < op.getWeights().size(); ++i) {
      std::string key = mlir::cast<mlir::StringAttr>(keys[i]).str();
      auto weights =
          llvm::to_vector(mlir::cast<mlir::ElementsAttr>(op.getWeights()[i])
                              .getValues<float>());
      std::vector<float> expected = model.tensor(key).values;
      if (masks)
        for (auto [value, lives] :
             llvm::zip(expected, mlir::cast<mlir::DenseElementsAttr>(masks[i])
                                     .getValues<bool>()))
          value = lives ? value : 0.0f;
      EXPECT_EQ(std::vector<float>(weights.begin(), weights.end()), expected)
          << key;
    }
  });
}

class PruneNetwork
    : public testing::TestWithParam<std::tuple<CellKind, uint32_t>> {};

TEST_P(PruneNetwork, KeepsForecastsAndLeavesNoDeadUnit) {
  auto [cell, seed] = GetParam();
  FamilyModel model = randomModel(cell, 200 + seed);
  recordAllCoefficients(model); // which is what the proof assumes
  std::mt19937 random(seed);
  if (seed % 4 == 0)
    thinOut(model, random);
  lnn::PruneOptions prune;
  setRandomOptions(prune, model, random);
  SCOPED_TRACE(testing::Message()
               << name(cell) << " units " << model.units << " "
               << prune.what.getValue() << " by " << prune.score.getValue()
               << " ratio " << prune.ratio << " threshold " << prune.threshold
               << " budget " << prune.budgetBytes);
  Compiler compiler;
  CompileOptions options;
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  {
    // To ask for too much is an error, and then a little less must do.
    mlir::ScopedDiagnosticHandler quiet(
        &compiler.context, [](mlir::Diagnostic &) { return mlir::success(); });
    if (mlir::failed(compiler.prune(*compiled, prune))) {
      compiled = compiler.import(model, "net");
      lnn::PruneOptions less;
      less.what = "units";
      less.ratio = 0.4;
      ASSERT_TRUE(mlir::succeeded(compiler.prune(*compiled, less)));
    }
    expectMasked(compiled->model(), model);
  }
  mlir::PassManager discretize(&compiler.context);
  auto &passes = discretize.nest<lnn::ModelOp>();
  passes.addPass(lnn::createSpecializeShape());
  passes.addPass(lnn::createDiscretize());
  ASSERT_TRUE(mlir::succeeded(discretize.run(*compiled->module)));
  std::vector<float> before = forecastsOf(compiled->model(), model, seed);
  int64_t units = unitsOf(compiled->model());
  int64_t dead = deadUnits(compiled->model());

  mlir::PassManager pm(&compiler.context);
  pm.nest<lnn::ModelOp>().addPass(lnn::createEliminateDeadUnits());
  ASSERT_TRUE(mlir::succeeded(pm.run(*compiled->module)));
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*compiled->module)));
  EXPECT_EQ(unitsOf(compiled->model()), std::max<int64_t>(units - dead, 1));
  EXPECT_EQ(forecastsOf(compiled->model(), model, seed), before);

  Proof proof(compiler, *compiled, options);
  ASSERT_TRUE(proof.holds());
  ASSERT_TRUE(mlir::succeeded(compiler.toInt8(*compiled, options)));
  auto integer = lnn::IntegerExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(integer));
  codegen::EmittedC c = codegen::emitC(compiled->model(), {"net", {}});
  auto loaded = LoadedModel::load(c, "net");
  ASSERT_NE(loaded, nullptr);
  SohFormat format;
  std::vector<int32_t> state(c.stateBytes / 4);
  std::vector<int16_t> window(model.window), expected(model.horizon),
      found(model.horizon);
  int proved = 0;
  for (int i = 0; i < 20; ++i) {
    std::vector<float> soh = randomWindow(size_t(model.window), random);
    for (int64_t k = 0; k < model.window; ++k)
      window[k] = i % 3 == 2 ? static_cast<int16_t>(random() & 0xffff)
                             : format.toInteger(soh[k]);
    uint32_t age = i % 3 == 2 ? extremeAge(random) : randomAge(model, random);
    integer->run(window.data(), expected.data(), age);
    ASSERT_EQ(loaded->predict(model, state.data(), window, age, found), 0);
    ASSERT_EQ(found, expected) << "window " << i;
    Proof::Verdict verdict = proof.judge(window, age, expected);
    EXPECT_EQ(verdict.violation, "");
    proved += verdict.applies;
  }
  EXPECT_GT(proved, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Cells, PruneNetwork,
    testing::Combine(testing::Values(CellKind::Liquid, CellKind::Ltc,
                                     CellKind::CtRnn, CellKind::Cfc),
                     testing::Range(0u, 25u)),
    [](const auto &info) {
      return std::string(name(std::get<0>(info.param))) + "_" +
             std::to_string(std::get<1>(info.param));
    });

/// Half of the units gone are gone from tables and from the arena.
TEST(PruneNetworkEdges, EmittedTablesAndStateShrink) {
  for (CellKind cell :
       {CellKind::Liquid, CellKind::Ltc, CellKind::CtRnn, CellKind::Cfc}) {
    FamilyModel model = randomModel(cell, 1);
    model.units = 0;
    for (uint32_t seed = 2; model.units < 16; ++seed)
      model = randomModel(cell, seed);
    SCOPED_TRACE(testing::Message() << name(cell) << " " << model.units);
    auto emit = [&](double ratio) {
      Compiler compiler;
      CompileOptions options;
      auto compiled = compiler.import(model, "net");
      lnn::PruneOptions prune;
      prune.what = "units";
      prune.ratio = ratio;
      EXPECT_TRUE(mlir::succeeded(compiler.prune(*compiled, prune)));
      EXPECT_TRUE(mlir::succeeded(compiler.discretize(*compiled, options)));
      EXPECT_TRUE(mlir::succeeded(compiler.toInt8(*compiled, options)));
      return codegen::emitC(compiled->model(), {"net", {}});
    };
    codegen::EmittedC whole = emit(0.0), half = emit(0.5);
    EXPECT_LT(half.stateBytes, whole.stateBytes);
    // Of n * n weights in each recurrent product a quarter remains.
    size_t gone = size_t(model.units * model.units) / 2;
    EXPECT_LT(half.tableBytes + gone, whole.tableBytes);
  }
}

} // namespace
