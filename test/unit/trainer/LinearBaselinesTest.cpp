// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ridge is what networks are measured against, so it must be as good as
// ridge can be: exact where a linear map is exact, blind to nothing.
#include "frontend/series/LinearBaselines.h"
#include "frontend/series/Baselines.h"
#include "frontend/series/Simulate.h"
#include "frontend/series/Split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace dlnet;

namespace {

/// Windows of batteries that fade along straight lines of many slopes: the
/// future is a linear map of the window.
WindowSet straightWindows(double glitch = 0) {
  std::vector<Battery> batteries;
  for (int i = 0; i < 12; ++i) {
    std::vector<double> raw;
    for (int t = 0; t < 60; ++t)
      raw.push_back(1 - 0.002 * i - 1e-4 * (i % 7) * t);
    Battery battery{std::string(1, char('a' + i)), "", raw, raw, raw};
    // Every sixth battery's future is a lie that least squares believes.
    if (i % 6 == 5)
      for (int t = 20; t < 60; ++t)
        battery.target[size_t(t)] -= glitch;
    batteries.push_back(battery);
  }
  return makeWindows(batteries, {20, 30, 1});
}

WindowSet simulatedWindows(uint64_t seed, size_t batteries = 6) {
  return makeWindows(simulateFleet(batteries, seed), {100, 100, 5});
}

TEST(Ridge, IsExactOnStraightLines) {
  WindowSet windows = straightWindows();
  LinearBaseline ridge = fitRidge(windows, windows);
  EXPECT_EQ(ridge.penalty, 1e-6);
  EXPECT_LT(maeOf(ridge.forecast(windows.inputs), windows.targets), 2e-6);
}

TEST(Ridge, FollowsTheLevelOfTheWindow) {
  WindowSet windows = straightWindows();
  LinearBaseline ridge = fitRidge(windows, windows);
  RowMatrix flat = RowMatrix::Constant(1, 20, 0.95f);
  RowMatrix forecast = ridge.forecast(flat);
  EXPECT_NEAR(forecast(0, 0), 0.95, 1e-3);
  EXPECT_EQ(forecast.cols(), 30);
}

TEST(Ridge, ChoosesItsPenaltyOnTheValidationWindows) {
  WindowSet train = simulatedWindows(1), validation = simulatedWindows(2);
  LinearBaseline chosen = fitRidge(train, validation);
  LinearBaseline onItself = fitRidge(train, train);
  EXPECT_LE(maeOf(chosen.forecast(validation.inputs), validation.targets),
            maeOf(onItself.forecast(validation.inputs), validation.targets));
  EXPECT_EQ(fitRidge(train, makeWindows({})).penalty, 1e-6)
      << "nothing to choose on";
}

TEST(Ridge, BeatsPolynomialsOnUnseenCells) {
  WindowSet train = simulatedWindows(1, 20), test = simulatedWindows(9);
  LinearBaseline ridge = fitRidge(train, simulatedWindows(2));
  EXPECT_LT(
      maeOf(ridge.forecast(test.inputs), test.targets),
      bestPolynomialBaseline(measureBaselines(test.inputs, test.targets)).mae);
}

TEST(Ridge, SurvivesWindowsThatNeverChange) {
  Battery battery{"c", "", std::vector<double>(60, 0.9), {}, {}};
  battery.target = battery.raw = battery.soh;
  WindowSet windows = makeWindows({battery}, {20, 30, 1});
  for (const LinearBaseline &baseline :
       {fitRidge(windows, windows), fitAbsolute(windows)})
    EXPECT_LT(maeOf(baseline.forecast(windows.inputs), windows.targets), 1e-6)
        << baseline.name;
}

TEST(AbsoluteLoss, IsExactOnStraightLines) {
  WindowSet windows = straightWindows();
  EXPECT_LT(
      maeOf(fitAbsolute(windows).forecast(windows.inputs), windows.targets),
      2e-6);
}

TEST(AbsoluteLoss, IgnoresTheFewThatLie) {
  WindowSet lies = straightWindows(0.05), truth = straightWindows();
  double absolute =
      maeOf(fitAbsolute(lies).forecast(truth.inputs), truth.targets);
  double ridge =
      maeOf(fitRidge(lies, lies).forecast(truth.inputs), truth.targets);
  EXPECT_LT(absolute, 0.5 * ridge);
}

TEST(AbsoluteLoss, FitsItsTrainingWindowsBetterThanRidge) {
  WindowSet train = simulatedWindows(1, 20);
  EXPECT_LT(
      maeOf(fitAbsolute(train).forecast(train.inputs), train.targets),
      maeOf(fitRidge(train, train).forecast(train.inputs), train.targets));
}

TEST(LinearBaselines, GiveTheSameBitsTwice) {
  WindowSet train = simulatedWindows(3), validation = simulatedWindows(4);
  EXPECT_EQ(fitRidge(train, validation).map, fitRidge(train, validation).map);
  EXPECT_EQ(fitAbsolute(train).map, fitAbsolute(train).map);
}

} // namespace
