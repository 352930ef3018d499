// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph becomes the operations of the same names, and what they compute is
// what the graph says.
#include "frontend/import/ImportGraph.h"
#include "frontend/compile/Compiler.h"
#include "frontend/network/GraphBuilder.h"
#include "passes/Executor.h"
#include "test/tools/random-models/RandomModels.h"

#include "mlir/IR/Verifier.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace dlnet;
using namespace dlnet::network;

namespace {

/// The operations of the model, in their order, bodies in braces.
std::string operationsOf(mlir::Block &block) {
  std::string text;
  for (mlir::Operation &op : block) {
    text += (text.empty() ? "" : " ") + op.getName().stripDialect().str();
    if (op.getNumRegions() > 0)
      text += " { " + operationsOf(op.getRegion(0).front()) + " }";
  }
  return text;
}

struct Imported {
  Compiler compiler;
  mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> module;

  Imported(const Graph &graph, const Tensors &tensors)
      : module(importGraph(compiler.context, graph, tensors, "net")) {}
  lnn::ModelOp model() { return *(**module).getOps<lnn::ModelOp>().begin(); }
};

TEST(ImportGraph, GivesTheOperationsOfEachCell) {
  struct Case {
    CellKind cell;
    const char *body;
  };
  const Case cases[] = {
      {CellKind::Liquid,
       "ode { affine activate affine activate sub mul yield } yield"},
      {CellKind::Ltc, "ode { affine activate constant sub mul constant mul sub "
                      "yield } yield"},
      {CellKind::CtRnn,
       "ode { affine activate constant mul constant mul sub yield } yield"},
      {CellKind::Cfc, "affine activate affine activate affine activate "
                      "constant sub mul mul add yield"}};
  for (const Case &each : cases) {
    FamilyModel model = test::randomModel(each.cell, 1);
    Imported imported(graphOf(model), model.tensors);
    ASSERT_TRUE(mlir::succeeded(imported.module));
    EXPECT_TRUE(mlir::succeeded(mlir::verify(**imported.module)));
    EXPECT_EQ(operationsOf(imported.model().getBody().front()),
              "last block_mean difference clamp sub stack normalize splat scan "
              "{ " +
                  std::string(each.body) +
                  " } affine affine normalize add return");
  }
}

TEST(ImportGraph, RecordsRangesAndKeys) {
  FamilyModel model = test::randomModel(CellKind::Liquid, 1);
  Imported imported(graphOf(model), model.tensors);
  ASSERT_TRUE(mlir::succeeded(imported.module));
  size_t ranges = 0, keys = 0;
  imported.model().walk([&](mlir::Operation *op) {
    ranges += op->hasAttr(lnn::kRangeAttr);
    if (auto list = op->getAttrOfType<mlir::ArrayAttr>(lnn::kKeysAttr))
      keys += list.size();
  });
  EXPECT_EQ(ranges, 3u);              // inputs, state, coefficients
  EXPECT_EQ(keys, 3u + 3u + 2u + 2u); // weights and bias of each affine
}

/// v [2] -> affine -> tanh -> y [2].
Graph composed(const Port &in, const Port &out) {
  GraphBuilder builder;
  Value v = builder.input(in, {2});
  Value w = builder.affine({v}, {"w"}, "b", 2);
  builder.output(out, builder.activate(Function::Tanh, w));
  return builder.finish();
}

const Tensors kTensors = {{"w", {{2, 2}, {1, 2, 1, 0.5f}}},
                          {"b", {{2}, {0.25f, 0}}}};

TEST(ImportGraph, ComputesWhatAComposedGraphSays) {
  Graph graph =
      composed(sohPort("soh", Rate::Window), sohPort("forecast", Rate::Once));
  ASSERT_TRUE(verify(graph, kTensors));
  Imported imported(graph, kTensors);
  ASSERT_TRUE(mlir::succeeded(imported.module)) << imported.compiler.why();
  auto executor = lnn::FloatExecutor::compile(imported.model());
  ASSERT_TRUE(mlir::succeeded(executor)) << imported.compiler.why();
  std::vector<float> window = {0.5f, 0.25f}, forecast(2);
  executor->run(window.data(), forecast.data());
  EXPECT_FLOAT_EQ(forecast[0], std::tanh(0.5f + 0.5f + 0.25f));
  EXPECT_FLOAT_EQ(forecast[1], std::tanh(0.5f + 0.125f));
}

} // namespace
