// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interpolation where no imported network has it: two in one loop, with other
// vectors, and in a scan. Executor and emitted C against the formula.
#include "TestModels.h"

#include "passes/Passes.h"
#include "passes/operations/Operations.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <random>

using namespace dlnet;
using namespace dlnet::test;

namespace {

constexpr const char *kNetwork = R"mlir(
lnn.model @net {
^bb0(%x: tensor<4xi16>):
  %first = lnn.scale_s32 %x by 3 : tensor<4xi16> -> tensor<4xi32>
  %other = lnn.constant dense<[500, -70000, 900000, 3]> : tensor<4xi32>
  %zero = lnn.constant dense<[100, -3000]> : tensor<2xi16>
  %state = lnn.scan times 3 from %zero : tensor<2xi16> {
  ^bb0(%s: tensor<2xi16>):
    %knots = lnn.scale_s32 %s by -5 : tensor<2xi16> -> tensor<2xi32>
    %mixed = lnn.interpolate_s32 %knots : tensor<2xi32> -> tensor<2xi32>
    %moved = lnn.add_s32 %mixed, %s : tensor<2xi32>, tensor<2xi16> -> tensor<2xi32>
    %next = lnn.clamp_s32 %moved to [-3000, 4000] : tensor<2xi32> -> tensor<2xi16>
    lnn.yield %next : tensor<2xi16>
  }
  %newest = lnn.last %state : tensor<2xi16> -> tensor<1xi16>
  %a = lnn.interpolate_s32 %first : tensor<4xi32> -> tensor<6xi32>
  %b = lnn.interpolate_s32 %other : tensor<4xi32> -> tensor<6xi32>
  %table = lnn.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
  %sum = lnn.add_s32 %a, %b : tensor<6xi32>, tensor<6xi32> -> tensor<6xi32>
  %more = lnn.add_s32 %sum, %table : tensor<6xi32>, tensor<6xi32> -> tensor<6xi32>
  %all = lnn.add_s32 %more, %newest : tensor<6xi32>, tensor<1xi16> -> tensor<6xi32>
  %rounded = lnn.round_shift_s32 %all by 3 : tensor<6xi32> -> tensor<6xi32>
  %forecast = lnn.clamp_s32 %rounded to [-32768, 32767] : tensor<6xi32> -> tensor<6xi16>
  lnn.return %forecast : tensor<6xi16>
}
)mlir";

int32_t clampTo(int32_t value, int32_t low, int32_t high) {
  return std::min(std::max(value, low), high);
}

std::vector<int16_t> reference(const std::vector<int16_t> &window) {
  int32_t s0 = 100, s1 = -3000;
  for (int step = 0; step < 3; ++step) {
    int32_t half = -5 * s0 - 5 * s1 + s0, whole = 2 * (-5 * s1) + s1;
    s0 = clampTo(half, -3000, 4000);
    s1 = clampTo(whole, -3000, 4000);
  }
  const int32_t other[] = {500, -70000, 900000, 3};
  std::vector<int16_t> forecast;
  for (int i = 0; i < 6; ++i) {
    int knot = i / 2, offset = i % 2 + 1;
    int32_t sum = i + 1 + s1;
    sum += (2 - offset) * (3 * std::max<int32_t>(window[knot], 0)) +
           offset * (3 * std::max<int32_t>(window[knot + 1], 0));
    sum += (2 - offset) * other[knot] + offset * other[knot + 1];
    forecast.push_back(int16_t(clampTo((sum + 4) >> 3, -32768, 32767)));
  }
  return forecast;
}

TEST(Interpolate, ExecutorAndEmittedCGiveTheFormula) {
  mlir::MLIRContext context;
  lnn::loadLnn(context);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kNetwork, &context);
  ASSERT_TRUE(module);
  mlir::PassManager pm(&context);
  mlir::OpPassManager &nested = pm.nest<lnn::ModelOp>();
  nested.addPass(lnn::createFuseElementwise());
  nested.addPass(lnn::createProveRanges());
  nested.addPass(lnn::createPlanMemory());
  nested.addPass(lnn::createVerifyTarget());
  ASSERT_TRUE(mlir::succeeded(pm.run(*module)));
  auto model = *module->getOps<lnn::ModelOp>().begin();
  auto executor = lnn::IntegerExecutor::compile(model);
  ASSERT_TRUE(mlir::succeeded(executor));
  codegen::EmittedC c = codegen::emitC(model, {"net", {}, {}});
  auto loaded = LoadedModel::load(c, "net");
  ASSERT_NE(loaded, nullptr);

  std::mt19937 random(6);
  std::vector<int32_t> state(c.stateBytes / 4);
  for (int i = 0; i < 1000; ++i) {
    std::vector<int16_t> window(4), executed(6), called(6);
    for (int16_t &soh : window)
      soh = static_cast<int16_t>(random());
    std::vector<int16_t> expected = reference(window);
    executor->run(window.data(), executed.data());
    EXPECT_EQ(executed, expected);
    ASSERT_EQ(loaded->predict(state.data(), window.data(), 4, called.data(), 6),
              0);
    EXPECT_EQ(called, expected);
  }
}

} // namespace
