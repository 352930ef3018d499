// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table is the layout that people write by hand and by spreadsheet, so
// what is tolerated and what is refused is spelt out case by case.
#include "TemporaryFolder.h"
#include "trainer/cells/Cells.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

using namespace dlnet;

namespace {

/// Cycles `from`..`to` of a cell, one row each.
std::string rows(const std::string &cell, int from, int to) {
  std::string text;
  for (int cycle = from; cycle <= to; ++cycle)
    text += fmt::format("{},{},{}\n", cell, cycle, 1.1 - 1e-4 * cycle);
  return text;
}

const std::string kHeader = "cell,cycle,capacity_ah\n";

TEST(TableReader, ReadsCellsOneAfterTheOther) {
  TemporaryFolder folder;
  Result<CellSet> set = readCells(folder.write(
      "cells.csv", kHeader + rows("b", 1, 250) + rows("a", 0, 299)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 2u);
  EXPECT_EQ(set->cells[0].name, "a");
  EXPECT_EQ(set->cells[0].raw.size(), 300u);
  EXPECT_DOUBLE_EQ(set->cells[0].raw[0], 1);
  EXPECT_EQ(set->cells[1].raw.size(), 250u);
  EXPECT_TRUE(set->skipped.empty());
}

TEST(TableReader, TakesInterleavedRowsAndColumnsInAnyOrder) {
  TemporaryFolder folder;
  std::string text = "# measured by hand\n"
                     "note,capacity_ah,batch,cell,cycle\n";
  for (int cycle = 1; cycle <= 220; ++cycle)
    for (const char *cell : {"x 1", "x 2"})
      text +=
          fmt::format("n/a,{},east,{},{}\n", 1.1 - 1e-4 * cycle, cell, cycle);
  Result<CellSet> set = readCells(folder.write("cells.csv", text));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 2u);
  EXPECT_EQ(set->cells[1].name, "x 2");
  EXPECT_EQ(set->cells[1].batch, "east");
  EXPECT_EQ(set->cells[0].raw, set->cells[1].raw);
}

TEST(TableReader, ClosesUpAFewMissingCyclesAndCountsThem) {
  TemporaryFolder folder;
  Result<CellSet> set = readCells(folder.write(
      "cells.csv", kHeader + rows("a", 1, 200) + rows("a", 204, 400)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 1u);
  EXPECT_EQ(set->cells[0].raw.size(), 397u);
  EXPECT_EQ(set->cleaning[0].missing, 3u);
}

TEST(TableReader, SkipsCellsWithGaps) {
  TemporaryFolder folder;
  std::string holes;
  for (int cycle = 1; cycle <= 400; ++cycle)
    if (cycle % 50)
      holes += rows("holes", cycle, cycle);
  Result<CellSet> set = readCells(folder.write(
      "cells.csv", kHeader + rows("gap", 1, 200) + rows("gap", 205, 400) +
                       holes + rows("sound", 1, 300) + rows("short", 1, 10)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 1u);
  ASSERT_EQ(set->skipped.size(), 3u);
  EXPECT_EQ(set->skipped[0].reason, "4 cycles missing after cycle 200");
  EXPECT_EQ(set->skipped[1].reason, "7 of 399 cycles missing");
  EXPECT_EQ(set->skipped[2].reason, "10 cycles, 200 needed");
}

struct BadTable {
  const char *name, *text, *expected;
};

void PrintTo(const BadTable &table, std::ostream *stream) {
  *stream << table.name;
}

class MalformedTable : public testing::TestWithParam<BadTable> {};

TEST_P(MalformedTable, IsRefusedWithItsPlace) {
  TemporaryFolder folder;
  std::string path = folder.write("bad.csv", GetParam().text);
  Result<CellSet> set = readCells(path);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.message(), path + GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedTable,
    testing::Values(
        BadTable{"NoCycle", "cell,capacity_ah\na,1\n",
                 ":1: no column 'cycle' in the header"},
        BadTable{"NoCapacity", "cell,cycle,capacity\na,1,1\n",
                 ":1: no column 'capacity_ah' in the header"},
        BadTable{"CellTwice", "cell,cell,cycle,capacity_ah\na,a,1,1\n",
                 ":1: column 'cell' appears twice"},
        BadTable{"BatchTwice", "cell,cycle,capacity_ah,batch,batch\n",
                 ":1: column 'batch' appears twice"},
        BadTable{"NoRows", "cell,cycle,capacity_ah\n",
                 ":1: no row after the header"},
        BadTable{"Repeated", "cell,cycle,capacity_ah\na,1,1\nb,1,1\na,1,1\n",
                 ":4: cycle 1 of cell 'a' is repeated"},
        BadTable{"Decreasing", "cell,cycle,capacity_ah\na,5,1\na,6,1\na,4,1\n",
                 ":4: cycle 4 of cell 'a' comes after cycle 6"},
        BadTable{"HalfCycle", "cell,cycle,capacity_ah\na,1.5,1\n",
                 ":2: cycle 1.5 is no whole number below 1e7"},
        BadTable{"NegativeCycle", "cell,cycle,capacity_ah\na,-1,1\n",
                 ":2: cycle -1 is no whole number below 1e7"},
        BadTable{"HugeCycle", "cell,cycle,capacity_ah\na,1e300,1\n",
                 ":2: cycle 1e+300 is no whole number below 1e7"},
        BadTable{"TextCycle", "cell,cycle,capacity_ah\na,one,1\n",
                 ":2: cycle 'one' is not a number"},
        BadTable{"TextCapacity", "cell,cycle,capacity_ah\na,1,1.0x\n",
                 ":2: capacity_ah '1.0x' is not a number"},
        BadTable{"NoCapacityValue", "cell,cycle,capacity_ah\na,1,\n",
                 ":2: capacity_ah '' is not a number"},
        BadTable{"NaN", "cell,cycle,capacity_ah\na,1,1\na,2,nan\n",
                 ":3: capacity_ah is not finite"},
        BadTable{"Zero", "cell,cycle,capacity_ah\na,1,0\n",
                 ":2: capacity_ah 0 Ah is not in (0, 2.2) Ah, twice the "
                 "nominal"},
        BadTable{"NoName", "cell,cycle,capacity_ah\n,1,1\n",
                 ":2: '' is no name for a cell"},
        BadTable{"BinaryName", "cell,cycle,capacity_ah\n\x01\x02,1,1\n",
                 ":2: '?\?' is no name for a cell"},
        BadTable{"TwoBatches",
                 "cell,cycle,capacity_ah,batch\na,1,1,x\na,2,1,y\n",
                 ":3: cell 'a' is of batch 'y' here and 'x' on line 2"},
        BadTable{"TooFew", "cell,cycle,capacity_ah\na,1\n",
                 ":2: 2 columns, expected 3"},
        BadTable{"BlankBetween", "cell,cycle,capacity_ah\na,1,1\n\na,2,1\n",
                 ":3: blank line between rows"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(TableReader, RefusesALineWithoutAnEnd) {
  TemporaryFolder folder;
  std::string path =
      folder.write("long.csv", kHeader + std::string(100000, 'a'));
  Result<CellSet> set = readCells(path);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.message(), path + ":2: line is too long");
}

} // namespace
