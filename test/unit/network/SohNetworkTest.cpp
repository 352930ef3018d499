// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The network of a recipe: well-formed for every cell, and of the size that its
// numbers say.
#include "frontend/network/SohNetwork.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::network;

namespace {

SohRecipe recipeOf(CellKind cell) {
  SohRecipe recipe;
  recipe.cell = cell;
  recipe.units = 5;
  recipe.window = 20;
  recipe.block = 5;
  recipe.horizon = 12;
  recipe.basis = 3;
  recipe.solver = {usualSolver(cell), 2, 0.5};
  recipe.ranges.state = {-1, 1};
  recipe.ranges.coefficients.assign(3, {-2, 2});
  return recipe;
}

TEST(SohNetwork, IsWellFormedForEveryCell) {
  forEachCell([](auto cell) {
    SohRecipe recipe = recipeOf(*cellNamed(decltype(cell)::kName));
    for (bool aged : {false, true}) {
      if (aged)
        recipe.features.age.emplace();
      Graph graph = buildSohNetwork(recipe);
      Status status = verify(graph);
      ASSERT_TRUE(status) << cell.kName << ": " << status.message();
      EXPECT_EQ(graph.inputs.size(), aged ? 2u : 1u);
      EXPECT_EQ(graph[graph.body.yields[0]].shape, Shape{12});
      // What a step multiplies from outside its sub-steps is multiplied once.
      int64_t substeps = cells::kIsClosedForm<decltype(cell)> ? 1 : 2, macs = 0;
      size_t tensors = 4 + cell.kUnitParameters.size();
      for (const cells::Projection &each : cell.kProjections) {
        macs += 4 * 5 *
                ((each.readsState() ? 5 * substeps : 0) +
                 (each.readsInput() ? recipe.featureCount() : 0));
        tensors += 1 + each.readsState() + each.readsInput();
      }
      EXPECT_EQ(countMacs(graph), macs + 3 * 5 + 12 * 3);
      EXPECT_EQ(tensorsOf(graph).size(), tensors);
    }
  });
}

TEST(SohNetwork, RecordsRangesBeforeNormalization) {
  SohRecipe recipe = recipeOf(CellKind::Liquid);
  recipe.ranges.difference = {-4, 8};
  recipe.ranges.level = {-1.2, 0.6};
  Graph graph = buildSohNetwork(recipe);
  for (const ValueInfo &value : graph.values)
    if (value.name == "inputs") {
      ASSERT_EQ(value.ranges.size(), 3u);
      EXPECT_EQ(value.ranges[0].high, 0.02);
      EXPECT_NEAR(value.ranges[2].low, 0.83, 1e-12);
      EXPECT_NEAR(value.ranges[2].high, 0.98, 1e-12);
    } else if (value.name == "recurrence") {
      EXPECT_EQ(value.ranges, std::vector<Range>({{-1, 1}}));
    } else if (value.name != "readout.w") {
      EXPECT_TRUE(value.ranges.empty()) << value.name;
    }
}

TEST(SohNetwork, LabelsAreNamesWithoutNumbers) {
  Graph graph = buildSohNetwork(recipeOf(CellKind::Ltc));
  std::map<std::string, int> labels;
  for (const ValueInfo &value : graph.values)
    ++labels[labelOf(value)];
  EXPECT_EQ(labels["difference"], 2);
  EXPECT_EQ(labels["cell.w"], 2); // the product and its sigmoid
  EXPECT_EQ(labels["cell.tau"], 1);
  EXPECT_EQ(graph.input("soh"), graph.body.arguments[0]);
  EXPECT_FALSE(graph.input("age"));
}

} // namespace
