// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every number of every report comes from here, so each is checked against
// one that was worked out by hand.
#include "frontend/series/Figures.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace dlnet;

namespace {

/// Three windows of two batteries: two cycles in, two out.
WindowSet smallSet() {
  WindowSet set;
  set.inputs.resize(3, 2);
  set.targets.resize(3, 2);
  set.inputs << 1.0f, 1.0f, 1.0f, 1.0f, 0.875f, 0.875f;
  set.targets << 1.0f, 0.5f, 1.0f, 1.0f, 0.5f, 0.25f;
  set.rawTargets = set.targets;
  set.rawTargets(0, 0) = 0.75f;
  set.battery = {0, 0, 1};
  set.first = {0, 1, 0};
  set.names = {"a", "b"};
  return set;
}

RowMatrix smallForecast() {
  RowMatrix forecast(3, 2);
  forecast << 1.0f, 0.75f, 0.5f, 0.5f, 0.5f, 0.5f;
  return forecast;
}

TEST(Figures, OfASmallSetByHand) {
  // Errors: 0, 0.25 | 0.5, 0.5 | 0, 0.25.
  Figures figures = measureFigures(smallForecast(), smallSet());
  EXPECT_EQ(figures.windows, 3u);
  EXPECT_DOUBLE_EQ(figures.mae, 1.5 / 6);
  EXPECT_DOUBLE_EQ(figures.rmse, std::sqrt(0.625 / 6));
  EXPECT_DOUBLE_EQ(figures.mape, (0.5 + 0.5 + 0.5 + 1) / 6);
  EXPECT_DOUBLE_EQ(figures.maeRaw, 1.75 / 6);
  ASSERT_EQ(figures.maeByHorizon.size(), 2u);
  EXPECT_DOUBLE_EQ(figures.maeByHorizon[0], 0.5 / 3);
  EXPECT_DOUBLE_EQ(figures.maeByHorizon[1], 1.0 / 3);
  ASSERT_EQ(figures.maeAt.size(), 1u) << "the horizon has two cycles";
  EXPECT_EQ(figures.maeAt[0].first, 1);
  EXPECT_DOUBLE_EQ(figures.maeAt[0].second, 0.5 / 3);
}

TEST(Figures, CountEachCellOnce) {
  Figures figures = measureFigures(smallForecast(), smallSet());
  ASSERT_EQ(figures.batteries.size(), 2u);
  EXPECT_EQ(figures.batteries[0].battery, "a");
  EXPECT_EQ(figures.batteries[0].windows, 2u);
  EXPECT_DOUBLE_EQ(figures.batteries[0].mae, 1.25 / 4);
  EXPECT_EQ(figures.batteries[1].battery, "b");
  EXPECT_DOUBLE_EQ(figures.batteries[1].mae, 0.25 / 2);
  EXPECT_DOUBLE_EQ(figures.spread.mean, (0.3125 + 0.125) / 2);
  EXPECT_DOUBLE_EQ(figures.spread.median, (0.3125 + 0.125) / 2);
  EXPECT_DOUBLE_EQ(figures.spread.max, 0.3125);
  EXPECT_DOUBLE_EQ(figures.spread.sd, 0.1875 / std::sqrt(2.0));
}

TEST(Figures, CountACellOnceWhoseWindowsLieApart) {
  WindowSet set = smallSet();
  set.battery = {0, 1, 0};
  Figures figures = measureFigures(smallForecast(), set);
  ASSERT_EQ(figures.batteries.size(), 2u);
  EXPECT_EQ(figures.batteries[0].windows, 2u);
  EXPECT_DOUBLE_EQ(figures.batteries[0].mae, 0.5 / 4);
  EXPECT_DOUBLE_EQ(figures.batteries[1].mae, 1.0 / 2);
}

TEST(Figures, MedianOfThreeCells) {
  WindowSet set = smallSet();
  set.battery = {0, 1, 2};
  set.names = {"a", "b", "c"};
  Figures figures = measureFigures(smallForecast(), set);
  EXPECT_DOUBLE_EQ(figures.spread.median, 0.125);
  EXPECT_DOUBLE_EQ(figures.spread.max, 0.5);
}

TEST(Figures, SeparateWindowsWithAKnee) {
  // The second window stays flat, the others fall from a flat window.
  EXPECT_EQ(findKnees(smallSet()), (std::vector<bool>{true, false, true}));
  Figures figures = measureFigures(smallForecast(), smallSet());
  EXPECT_EQ(figures.kneeWindows, 2u);
  EXPECT_DOUBLE_EQ(figures.maeKnee.value(), 0.5 / 4);
  EXPECT_DOUBLE_EQ(figures.maeNoKnee.value(), 1.0 / 2);
}

TEST(Knees, NeedMoreThanTwiceTheSlopeAndAVisibleFall) {
  auto knee = [](double past, double future) -> bool {
    WindowSet set;
    set.inputs.resize(1, 100);
    set.targets.resize(1, 100);
    for (int t = 0; t < 100; ++t) {
      set.inputs(0, t) = float(1 - past * t);
      set.targets(0, t) = float(1 - past * 100 - future * t);
    }
    return findKnees(set).front();
  };
  EXPECT_FALSE(knee(1e-4, 1e-4)) << "a straight line";
  EXPECT_FALSE(knee(1e-4, 1.9e-4)) << "less than twice";
  EXPECT_TRUE(knee(1e-4, 2.1e-4));
  EXPECT_FALSE(knee(0, 0.4e-4)) << "a fall of 0.004";
  EXPECT_TRUE(knee(0, 0.6e-4)) << "a fall of 0.006";
  EXPECT_TRUE(knee(-1e-3, 0.6e-4)) << "a rising window counts as flat";
}

TEST(Figures, FindTheEndOfLife) {
  WindowSet set;
  set.inputs = RowMatrix::Constant(5, 2, 0.9f);
  set.inputs(4, 1) = 0.79f; // Has ended before.
  set.targets.resize(5, 4);
  set.targets << 0.9f, 0.8f, 0.7f, 0.6f, // ends at the second
      0.9f, 0.9f, 0.9f, 0.7f,            // ends at the fourth
      0.9f, 0.8f, 0.9f, 0.7f,            // ends at the second
      0.9f, 0.9f, 0.9f, 0.9f,            // lives on
      0.7f, 0.7f, 0.7f, 0.7f;
  set.rawTargets = set.targets;
  set.battery = {0, 0, 0, 0, 0};
  set.names = {"a"};
  RowMatrix forecast(5, 4);
  forecast << 0.9f, 0.9f, 0.9f, 0.8f, // two late
      0.9f, 0.9f, 0.8f, 0.8f,         // one early
      0.9f, 0.9f, 0.9f, 0.9f,         // missed
      0.9f, 0.8f, 0.8f, 0.8f,         // a false end
      0.7f, 0.7f, 0.7f, 0.7f;
  // 0.8f lies above 0.8; the limit leaves no doubt.
  EndFigures end = measureFigures(forecast, set, {0.801}).end;
  EXPECT_EQ(end.within, 3u);
  EXPECT_EQ(end.found, 2u);
  EXPECT_EQ(end.missed, 1u);
  EXPECT_EQ(end.falseEnds, 1u);
  EXPECT_DOUBLE_EQ(end.meanCycles.value(), 1.5);
}

TEST(Figures, SayNothingWhereNoWindowCan) {
  WindowSet set = smallSet();
  set.targets.setConstant(1);
  Figures figures = measureFigures(smallForecast(), set);
  EXPECT_FALSE(figures.maeKnee);
  EXPECT_TRUE(figures.maeNoKnee);
  EXPECT_FALSE(figures.end.meanCycles);
  nlohmann::json json = toJson(figures);
  EXPECT_TRUE(json["mae_knee"].is_null());
  EXPECT_TRUE(json["end_mean_cycles"].is_null());
}

TEST(Figures, AsJson) {
  nlohmann::json json = toJson(measureFigures(smallForecast(), smallSet()));
  EXPECT_EQ(json["windows"], 3);
  EXPECT_DOUBLE_EQ(json["mae"], 0.25);
  EXPECT_DOUBLE_EQ(json["mae_at_1"], 0.5 / 3);
  EXPECT_FALSE(json.contains("mae_at_10"));
  EXPECT_EQ(json["cells"][1]["cell"], "b");
  EXPECT_EQ(json["mae_by_horizon"].size(), 2u);
}

} // namespace
