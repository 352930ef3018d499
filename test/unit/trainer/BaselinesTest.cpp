// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A baseline that is too high flatters every network, so the fits must be exact
// where a polynomial is exact.
#include "frontend/series/Baselines.h"
#include "frontend/series/Simulate.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

WindowSet windowsOf(double (*soh)(double)) {
  std::vector<double> raw;
  for (int i = 0; i < 220; ++i)
    raw.push_back(soh(i / 220.0));
  return makeWindows({makeBattery("c", "", raw)});
}

double maeNamed(const std::vector<Baseline> &baselines,
                const std::string &name) {
  for (const Baseline &baseline : baselines)
    if (baseline.name == name)
      return baseline.mae;
  ADD_FAILURE() << "no baseline " << name;
  return -1;
}

TEST(Baselines, AreExactOnPolynomials) {
  WindowSet line = windowsOf([](double t) { return 1 - 0.1 * t; });
  WindowSet square = windowsOf([](double t) { return 1 - 0.1 * t * t; });
  WindowSet cube = windowsOf([](double t) { return 1 - 0.1 * t * t * t; });
  auto lineBaselines = measureBaselines(line.inputs, line.targets);
  auto squareBaselines = measureBaselines(square.inputs, square.targets);
  auto cubeBaselines = measureBaselines(cube.inputs, cube.targets);
  EXPECT_LT(maeNamed(lineBaselines, "linear, last 20 cycles"), 2e-6);
  EXPECT_LT(maeNamed(lineBaselines, "linear, last 100 cycles"), 1e-6);
  EXPECT_LT(maeNamed(squareBaselines, "quadratic, last 100 cycles"), 1e-6);
  EXPECT_GT(maeNamed(squareBaselines, "linear, last 100 cycles"), 1e-3);
  EXPECT_LT(maeNamed(cubeBaselines, "cubic, last 100 cycles"), 3e-6);
  EXPECT_GT(maeNamed(cubeBaselines, "quadratic, last 100 cycles"), 1e-4);
  EXPECT_EQ(bestPolynomialBaseline(cubeBaselines).name,
            "cubic, last 100 cycles");
}

TEST(Baselines, PersistenceIsTheLastValue) {
  WindowSet line = windowsOf([](double t) { return 1 - 0.22 * t; });
  // 1e-3 a cycle, and 50.5 cycles ahead in the mean.
  EXPECT_NEAR(
      maeNamed(measureBaselines(line.inputs, line.targets), "persistence"),
      0.0505, 1e-6);
}

TEST(Baselines, UseTheWholeOfAShortWindow) {
  WindowSet set = makeWindows({simulateBattery("c", 1)}, {40, 30, 1});
  std::vector<Baseline> baselines = measureBaselines(set.inputs, set.targets);
  EXPECT_GE(maeNamed(baselines, "quadratic, last 40 cycles"), 0);
}

TEST(MaeOf, IsTheMeanAbsoluteDifference) {
  RowMatrix a(2, 2), b(2, 2);
  a << 1, 2, 3, 4;
  b << 2, 2, 1, 4;
  EXPECT_DOUBLE_EQ(maeOf(a, b), 0.75);
  EXPECT_EQ(maeOf(RowMatrix(0, 2), RowMatrix(0, 2)), 0);
}

} // namespace
