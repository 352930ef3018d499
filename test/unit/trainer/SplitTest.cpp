// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell on two sides of the split would make every later figure worthless.
#include "trainer/cells/Split.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace dlnet;

namespace {

std::vector<Cell> namedCells(size_t perBatch) {
  std::vector<Cell> cells;
  for (const char *batch : {"x", "y", "z"})
    for (size_t i = 0; i < perBatch; ++i)
      cells.push_back({fmt::format("{}{:02}", batch, i), batch, {}, {}, {}});
  return cells;
}

TEST(Split, IsDisjointCompleteAndProportional) {
  Split split = splitCells(namedCells(20), 5);
  std::set<std::string> all;
  for (auto *side : {&split.train, &split.validation, &split.test})
    for (const Cell &cell : *side)
      EXPECT_TRUE(all.insert(cell.name).second) << cell.name;
  EXPECT_EQ(all.size(), 60u);
  for (const char *batch : {"x", "y", "z"}) {
    auto count = [&](const std::vector<Cell> &side) {
      return std::count_if(side.begin(), side.end(), [&](const Cell &cell) {
        return cell.batch == batch;
      });
    };
    EXPECT_EQ(count(split.train), 12);
    EXPECT_EQ(count(split.validation), 4);
    EXPECT_EQ(count(split.test), 4);
  }
}

TEST(Split, DependsOnTheSeedOnly) {
  std::vector<Cell> cells = namedCells(7), reversed = cells;
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(cellNames(splitCells(cells, 1).test),
            cellNames(splitCells(reversed, 1).test));
  EXPECT_NE(cellNames(splitCells(cells, 1).test),
            cellNames(splitCells(cells, 2).test));
}

TEST(Split, IsTheSameOnEveryPlatform) {
  EXPECT_EQ(cellNames(splitCells(namedCells(3), 1).test),
            (std::vector<std::string>{"x02", "z02"}));
}

TEST(Split, FillsEverySideFromThreeCells) {
  Split split = splitCells(namedCells(1), 1);
  EXPECT_EQ(split.train.size(), 1u);
  EXPECT_EQ(split.validation.size(), 1u);
  EXPECT_EQ(split.test.size(), 1u);
}

} // namespace
