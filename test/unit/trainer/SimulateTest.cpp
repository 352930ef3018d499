// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Demo and tests without data rest on the simulator: the same seed must give
// the same batteries, and they must look like batteries.
#include "frontend/series/Simulate.h"
#include "TemporaryFolder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace dlnet;

namespace {

TEST(Simulate, SameSeedSameCells) {
  std::vector<Battery> once = simulateFleet(5, 3), again = simulateFleet(5, 3);
  for (size_t i = 0; i < once.size(); ++i)
    EXPECT_EQ(once[i].raw, again[i].raw);
  EXPECT_EQ(simulateFleet(8, 3)[2].raw, once[2].raw)
      << "a battery does not depend on how many there are";
  EXPECT_NE(simulateFleet(1, 4)[0].raw, once[0].raw);
}

TEST(Simulate, CellsAgeLikeCells) {
  std::set<size_t> lives;
  for (const Battery &battery : simulateFleet(40, 1)) {
    EXPECT_GE(battery.raw.size(), 220u);
    EXPECT_GT(battery.soh.front(), 0.96);
    EXPECT_LT(battery.soh.front(), 1.01);
    EXPECT_LT(battery.soh.back(), 0.9);
    EXPECT_GT(*std::min_element(battery.target.begin(), battery.target.end()),
              0.7);
    lives.insert(battery.raw.size());
  }
  EXPECT_GT(lives.size(), 30u) << "lives differ";
  EXPECT_GT(*lives.rbegin(), 900u);
}

TEST(Simulate, SurvivesTheCsvLayout) {
  TemporaryFolder folder;
  std::vector<Battery> fleet = simulateFleet(3, 2);
  ASSERT_TRUE(writeBatteries(fleet, folder.path("fleet")));
  Result<BatterySet> set = readBatteries(folder.path("fleet"));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), fleet.size());
  for (size_t i = 0; i < fleet.size(); ++i) {
    EXPECT_EQ(set->batteries[i].name, fleet[i].name);
    ASSERT_EQ(set->batteries[i].raw.size(), fleet[i].raw.size());
    for (size_t t = 0; t < fleet[i].raw.size(); ++t)
      ASSERT_NEAR(set->batteries[i].raw[t], fleet[i].raw[t], 1e-7);
  }
}

TEST(Simulate, SaysSoEvenAfterTheWayThroughAFile) {
  TemporaryFolder folder;
  std::vector<Battery> fleet = simulateFleet(2, 2);
  EXPECT_TRUE(holdsSimulated(fleet));
  EXPECT_TRUE(holdsSimulated({simulateBattery("any name", 1)}));
  ASSERT_TRUE(writeBatteries(fleet, folder.path("fleet")));
  Result<BatterySet> set = readBatteries(folder.path("fleet"));
  ASSERT_TRUE(set) << set.message();
  EXPECT_TRUE(holdsSimulated(set->batteries));
  EXPECT_FALSE(holdsSimulated({makeBattery("battery-1", "2017", {1.0})}));
}

} // namespace
