// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The promise that matters most: what a model reads at a cycle never depends
// on later cycles.
#include "frontend/series/Clean.h"
#include "frontend/series/Random.h"
#include "frontend/series/Simulate.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace dlnet;

namespace {

std::vector<double> straightLine(size_t cycles, double slope = -1e-4) {
  std::vector<double> line;
  for (size_t i = 0; i < cycles; ++i)
    line.push_back(1 + slope * double(i));
  return line;
}

TEST(CleanInputs, AreCausal) {
  std::vector<double> raw = simulateBattery("c", 7).raw;
  Random random(1);
  for (double &soh : raw)
    if (random.below(10) == 0)
      soh -= random.uniform(0, 0.1);
  std::vector<double> clean = cleanInputs(raw);
  for (int round = 0; round < 50; ++round) {
    size_t from = 1 + random.below(raw.size() - 1);
    std::vector<double> changed = raw;
    for (size_t i = from; i < changed.size(); ++i)
      changed[i] = random.uniform(0.1, 1.9);
    std::vector<double> again = cleanInputs(changed);
    for (size_t i = 0; i < from; ++i)
      ASSERT_EQ(clean[i], again[i]) << "cycle " << i << ", changed " << from;
  }
}

TEST(CleanInputs, ReplaceAGlitchByTheMedianBefore) {
  std::vector<double> raw = straightLine(40), expected = raw;
  raw[20] -= 0.1;
  // The glitch is the smallest of the five, so the median is the third-latest.
  expected[20] = raw[18];
  EXPECT_EQ(cleanInputs(raw), expected);
}

TEST(CleanInputs, KeepSmallDeviationsAndFollowSteps) {
  std::vector<double> raw = straightLine(40);
  raw[20] -= 0.009;
  EXPECT_EQ(cleanInputs(raw), raw);
  for (size_t i = 30; i < raw.size(); ++i)
    raw[i] -= 0.05;
  std::vector<double> clean = cleanInputs(raw);
  EXPECT_EQ(clean[32], raw[32]) << "three of five are below the step";
}

TEST(CleanTargets, ReplaceGrossIsolatedGlitchesOnly) {
  std::vector<double> raw = straightLine(60);
  std::vector<double> line = raw;
  raw[30] -= 0.1;
  std::vector<double> clean = cleanTargets(raw);
  EXPECT_NEAR(clean[30], line[30], 1e-3);
  for (size_t i = 0; i < raw.size(); ++i) {
    if (i != 30) {
      EXPECT_EQ(clean[i], line[i]);
    }
  }
  for (size_t i = 40; i < raw.size(); ++i)
    line[i] -= 0.05;
  EXPECT_EQ(cleanTargets(line), line) << "a lasting step is no glitch";
  std::vector<double> steep = straightLine(60, -4e-3);
  EXPECT_EQ(cleanTargets(steep), steep) << "nor is a steep fade, at either end";
}

TEST(OddFirst, AreZerosAndWhateverIsOff) {
  std::vector<double> line = straightLine(40);
  EXPECT_EQ(countOddFirst(line), 0u);
  std::vector<double> odd = line;
  odd[0] = 0;
  EXPECT_EQ(countOddFirst(odd), 1u);
  odd[1] = 1.05;
  odd[2] = 0.9;
  EXPECT_EQ(countOddFirst(odd), 3u);
  for (size_t i = 0; i < 7; ++i)
    odd[i] = 0;
  EXPECT_EQ(countOddFirst(odd), 7u) << "zeros have no median to hide behind";
}

TEST(OddFirst, DoNotDependOnTheUnit) {
  std::vector<double> odd = straightLine(40);
  odd[0] = 0.95;
  for (double &value : odd)
    value *= 50;
  EXPECT_EQ(countOddFirst(odd), 1u);
}

TEST(OddFirst, LeaveNormalLifeAlone) {
  std::vector<double> rising = straightLine(40, 1e-3);
  EXPECT_EQ(countOddFirst(rising), 0u) << "a slow rise";
  std::vector<double> later = straightLine(40);
  later[1] = 0;
  EXPECT_EQ(countOddFirst(later), 0u) << "the first cycle is sound";
  std::vector<double> wild;
  for (size_t i = 0; i < 40; ++i)
    wild.push_back(i % 2 ? 1.0 : 0.5);
  EXPECT_LE(countOddFirst(wild), 10u);
}

TEST(OddFirst, DependOnTheFirstFifteenCyclesOnly) {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> raw(30, 1.0);
    for (size_t i = 0; i < 8; ++i)
      raw[i] = random.uniform(0.9, 1.1);
    std::vector<double> changed = raw;
    for (size_t i = 15; i < changed.size(); ++i)
      changed[i] = random.uniform(0, 2);
    EXPECT_EQ(countOddFirst(raw), countOddFirst(changed));
  }
}

TEST(Clean, TakesSeriesOfAnyLength) {
  for (size_t cycles : {0, 1, 2, 3, 5})
    EXPECT_EQ(countOddFirst(straightLine(cycles)), 0u);
  for (size_t cycles : {0, 1, 2, 3, 5})
    EXPECT_EQ(cleanInputs(straightLine(cycles)).size(), cycles);
  EXPECT_TRUE(cleanTargets({}).empty());
  EXPECT_FALSE(findFault({}));
  EXPECT_FALSE(findFault({1.0}));
}

TEST(FindFault, SeesOneLargeLastingDrop) {
  std::vector<double> raw = straightLine(300);
  for (size_t i = 150; i < raw.size(); ++i)
    raw[i] -= 0.03;
  ASSERT_TRUE(findFault(raw));
  EXPECT_EQ(*findFault(raw),
            "missing stretch: SOH falls by 0.030 at cycle 150");
}

TEST(FindFault, SeesCyclesLeftOutOfAFade) {
  std::vector<double> raw;
  for (size_t i = 0; i < 700; ++i)
    if (i < 200 || i % 40 < 10)
      raw.push_back(1 - 1e-4 * double(i));
  ASSERT_TRUE(findFault(raw));
  EXPECT_NE(findFault(raw)->find("missing stretches"), std::string::npos);
}

TEST(FindFault, SeesABadContact) {
  std::vector<double> raw = straightLine(300);
  for (size_t i = 0; i < raw.size(); i += 7)
    raw[i] -= 0.005;
  ASSERT_TRUE(findFault(raw));
  EXPECT_NE(findFault(raw)->find("unsteady"), std::string::npos);
}

TEST(FindFault, LeavesSoundCellsAlone) {
  EXPECT_FALSE(findFault(straightLine(300, -2e-3))) << "a fast fade";
  std::vector<double> glitch = straightLine(300);
  glitch[100] -= 0.1;
  EXPECT_FALSE(findFault(glitch)) << "one glitch";
  for (uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_FALSE(findFault(simulateBattery("c", seed).raw)) << seed;
}

} // namespace
