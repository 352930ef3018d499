// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A battery on two sides of the split would make every later figure worthless.
#include "frontend/series/Split.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace dlnet;

namespace {

std::vector<Battery> namedBatteries(size_t perBatch) {
  std::vector<Battery> batteries;
  for (const char *batch : {"x", "y", "z"})
    for (size_t i = 0; i < perBatch; ++i)
      batteries.push_back(
          {fmt::format("{}{:02}", batch, i), batch, {}, {}, {}});
  return batteries;
}

TEST(Split, IsDisjointCompleteAndProportional) {
  Split split = splitBatteries(namedBatteries(20), 5);
  std::set<std::string> all;
  for (auto *side : {&split.train, &split.validation, &split.test})
    for (const Battery &battery : *side)
      EXPECT_TRUE(all.insert(battery.name).second) << battery.name;
  EXPECT_EQ(all.size(), 60u);
  for (const char *batch : {"x", "y", "z"}) {
    auto count = [&](const std::vector<Battery> &side) {
      return std::count_if(
          side.begin(), side.end(),
          [&](const Battery &battery) { return battery.batch == batch; });
    };
    EXPECT_EQ(count(split.train), 12);
    EXPECT_EQ(count(split.validation), 4);
    EXPECT_EQ(count(split.test), 4);
  }
}

TEST(Split, DependsOnTheSeedOnly) {
  std::vector<Battery> batteries = namedBatteries(7), reversed = batteries;
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(cellNames(splitBatteries(batteries, 1).test),
            cellNames(splitBatteries(reversed, 1).test));
  EXPECT_NE(cellNames(splitBatteries(batteries, 1).test),
            cellNames(splitBatteries(batteries, 2).test));
}

TEST(Split, IsTheSameOnEveryPlatform) {
  EXPECT_EQ(cellNames(splitBatteries(namedBatteries(3), 1).test),
            (std::vector<std::string>{"x02", "z02"}));
}

TEST(Split, FillsEverySideFromThreeCells) {
  Split split = splitBatteries(namedBatteries(1), 1);
  EXPECT_EQ(split.train.size(), 1u);
  EXPECT_EQ(split.validation.size(), 1u);
  EXPECT_EQ(split.test.size(), 1u);
}

TEST(Folds, TestEveryCellOnceAndEveryBatchInProportion) {
  std::vector<Battery> batteries = namedBatteries(20);
  std::set<std::string> tested;
  for (size_t fold = 0; fold < 5; ++fold) {
    Split split = foldBatteries(batteries, 5, fold, 3);
    EXPECT_EQ(split.test.size(), 12u);
    EXPECT_EQ(split.validation.size(), 6u);
    EXPECT_EQ(split.train.size(), 42u);
    EXPECT_TRUE(checkDisjoint(split));
    for (const char *batch : {"x", "y", "z"}) {
      auto count = [&](const std::vector<Battery> &side) {
        return std::count_if(
            side.begin(), side.end(),
            [&](const Battery &battery) { return battery.batch == batch; });
      };
      EXPECT_EQ(count(split.test), 4);
      EXPECT_EQ(count(split.validation), 2);
    }
    for (const Battery &battery : split.test)
      EXPECT_TRUE(tested.insert(battery.name).second) << battery.name;
  }
  EXPECT_EQ(tested.size(), 60u);
}

TEST(Folds, DependOnTheSeedOnly) {
  std::vector<Battery> batteries = namedBatteries(7), reversed = batteries;
  std::reverse(reversed.begin(), reversed.end());
  for (size_t fold = 0; fold < 3; ++fold) {
    Split once = foldBatteries(batteries, 3, fold, 1);
    Split again = foldBatteries(reversed, 3, fold, 1);
    EXPECT_EQ(cellNames(once.test), cellNames(again.test));
    EXPECT_EQ(cellNames(once.validation), cellNames(again.validation));
  }
  EXPECT_NE(cellNames(foldBatteries(batteries, 3, 0, 1).test),
            cellNames(foldBatteries(batteries, 3, 0, 2).test));
  EXPECT_EQ(cellNames(foldBatteries(namedBatteries(3), 5, 0, 1).test),
            (std::vector<std::string>{"x00", "y00"}))
      << "the same on every platform";
}

TEST(Folds, OfFewCellsStillHoldAnEighth) {
  Split split = foldBatteries(namedBatteries(1), 3, 0, 1);
  EXPECT_EQ(split.train.size(), 1u);
  EXPECT_EQ(split.validation.size(), 1u);
  EXPECT_EQ(split.test.size(), 1u);
}

TEST(Validation, IsDealtFromTrain) {
  Split split;
  split.train = namedBatteries(16);
  dealValidation(split, 1);
  EXPECT_EQ(split.train.size(), 42u);
  EXPECT_EQ(split.validation.size(), 6u);
  EXPECT_TRUE(checkDisjoint(split));
}

TEST(Disjoint, SeesACellOnTwoSides) {
  Split split{{makeBattery("a", "", {1.0, 0.9})},
              {makeBattery("b", "", {1.0, 0.8})},
              {makeBattery("c", "", {1.0, 0.7})}};
  EXPECT_TRUE(checkDisjoint(split));
  split.test[0].name = "a";
  ASSERT_FALSE(checkDisjoint(split));
  EXPECT_EQ(checkDisjoint(split).message(),
            "battery a is twice in the split: train and test");
}

TEST(Disjoint, SeesACellUnderAnotherName) {
  Split split{{makeBattery("a", "", {1.0, 0.9})},
              {makeBattery("b", "", {1.0, 0.8})},
              {makeBattery("c", "", {1.0, 0.8})}};
  ASSERT_FALSE(checkDisjoint(split));
  EXPECT_EQ(checkDisjoint(split).message(),
            "batteries b (validation) and c (test) are one series under two "
            "names, on two sides of the split");
  Split twins{
      {makeBattery("a", "", {1.0}), makeBattery("b", "", {1.0})}, {}, {}};
  EXPECT_TRUE(checkDisjoint(twins)) << "both on one side leak nothing";
}

} // namespace
