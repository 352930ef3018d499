// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table is the layout that people write by hand and by spreadsheet, so
// what is tolerated and what is refused is spelt out case by case.
#include "TemporaryFolder.h"
#include "frontend/series/Batteries.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

using namespace dlnet;

namespace {

/// Cycles `from`..`to` of a battery, one row each.
std::string rows(const std::string &battery, int from, int to) {
  std::string text;
  for (int cycle = from; cycle <= to; ++cycle)
    text += fmt::format("{},{},{}\n", battery, cycle, 1.1 - 1e-4 * cycle);
  return text;
}

const std::string kHeader = "battery,cycle,capacity_ah\n";

TEST(TableBatteries, ReadsCellsOneAfterTheOther) {
  TemporaryFolder folder;
  Result<BatterySet> set = readBatteries(folder.write(
      "batteries.csv", kHeader + rows("b", 1, 250) + rows("a", 0, 299)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[0].name, "a");
  EXPECT_EQ(set->batteries[0].raw.size(), 300u);
  EXPECT_DOUBLE_EQ(set->batteries[0].raw[0], 1);
  EXPECT_EQ(set->batteries[1].raw.size(), 250u);
  EXPECT_TRUE(set->skipped.empty());
}

TEST(TableBatteries, TakesInterleavedRowsAndColumnsInAnyOrder) {
  TemporaryFolder folder;
  std::string text = "# measured by hand\n"
                     "note,capacity_ah,batch,battery,cycle\n";
  for (int cycle = 1; cycle <= 220; ++cycle)
    for (const char *battery : {"x 1", "x 2"})
      text += fmt::format("n/a,{},east,{},{}\n", 1.1 - 1e-4 * cycle, battery,
                          cycle);
  Result<BatterySet> set = readBatteries(folder.write("batteries.csv", text));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[1].name, "x 2");
  EXPECT_EQ(set->batteries[1].batch, "east");
  EXPECT_EQ(set->batteries[0].raw, set->batteries[1].raw);
}

TEST(TableBatteries, ClosesUpAFewMissingCyclesAndCountsThem) {
  TemporaryFolder folder;
  Result<BatterySet> set = readBatteries(folder.write(
      "batteries.csv", kHeader + rows("a", 1, 200) + rows("a", 204, 400)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 1u);
  EXPECT_EQ(set->batteries[0].raw.size(), 397u);
  EXPECT_EQ(set->cleaning[0].missing, 3u);
}

TEST(TableBatteries, SkipsCellsWithGaps) {
  TemporaryFolder folder;
  std::string holes;
  for (int cycle = 1; cycle <= 400; ++cycle)
    if (cycle % 50)
      holes += rows("holes", cycle, cycle);
  Result<BatterySet> set = readBatteries(
      folder.write("batteries.csv",
                   kHeader + rows("gap", 1, 200) + rows("gap", 205, 400) +
                       holes + rows("sound", 1, 300) + rows("short", 1, 10)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 1u);
  ASSERT_EQ(set->skipped.size(), 3u);
  EXPECT_EQ(set->skipped[0].reason, "4 cycles missing after cycle 200");
  EXPECT_EQ(set->skipped[1].reason, "7 of 399 cycles missing");
  EXPECT_EQ(set->skipped[2].reason, "10 cycles, 200 needed");
}

TEST(TableBatteries, KnowsCellsByBatchAndNumber) {
  TemporaryFolder folder;
  std::string text = "batch,battery,cycle,capacity_ah\n";
  for (const char *batch : {"x", "y"})
    for (int cycle = 1; cycle <= 220; ++cycle)
      text += fmt::format("{},1,{},{}\n", batch, cycle,
                          (*batch == 'x' ? 1.1 : 1.05) - 1e-4 * cycle);
  Result<BatterySet> set = readBatteries(folder.write("batteries.csv", text));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[0].name, "x/1");
  EXPECT_EQ(set->batteries[1].batch, "y");
}

TEST(TableBatteries, ReadsAFolderOfTables) {
  TemporaryFolder folder;
  for (const char *table : {"b1", "b2"})
    folder.write(
        std::string(table) + ".csv", "battery_id;Cycle;Capacity\n" + [&] {
          std::string text;
          for (int battery = 1; battery <= 2; ++battery)
            for (int cycle = 1; cycle <= 210; ++cycle)
              text +=
                  fmt::format("{};{};{}\n", battery, cycle, 1.1 - 1e-4 * cycle);
          return text;
        }());
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 4u);
  EXPECT_EQ(set->batteries[0].name, "b1/1");
  EXPECT_EQ(set->batteries[0].batch, "b1");
  EXPECT_EQ(set->reading.text,
            "delimiter ';', battery from 'battery_id', cycle from 'Cycle', "
            "capacity from 'Capacity' in Ah (by magnitude), 4 batteries of 2 "
            "files");
}

TEST(TableBatteries, TakesNamesBeyondAscii) {
  TemporaryFolder folder;
  std::string text = kHeader + rows("Zelle_\xc3\x9c", 1, 210);
  Result<BatterySet> set = readBatteries(folder.write("batteries.csv", text));
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->batteries.at(0).name, "Zelle_\xc3\x9c");
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
  Result<BatterySet> set = readBatteries(path);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.message(), path + GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedTable,
    testing::Values(
        BadTable{"NoCapacity", "battery,cycle,volt\na,1,1\n",
                 ":1: no column of capacity among 'battery', 'cycle', 'volt'; "
                 "name it by --column (delimiter ',')"},
        BadTable{"CellTwice", "battery,battery,cycle,capacity_ah\na,a,1,1\n",
                 ":1: columns 'battery', 'battery' suit alike; choose by "
                 "--battery-column (delimiter ',')"},
        BadTable{"CommaAndPoint", "battery;cycle;capacity\na;1;1,1\na;2;1.1\n",
                 ":3: capacity has a decimal comma on line 2 and a point on "
                 "line 3"},
        BadTable{
            "Repeated",
            "battery,cycle,capacity_ah\na,1,1\na,2,1.01\na,1,1.02\n",
            ": holds no usable battery\n  a: cycle 1 stands on line 2 with "
            "1 and on line 4 with 1.02: a test that starts again, or "
            "another battery"},
        BadTable{"HalfCycles", "battery,cycle,capacity_ah\na,1.5,1\na,2.5,1\n",
                 ": holds no usable battery\n  a: no row with a capacity: line "
                 "2: cycle '1.5' is no whole number below 1e7"},
        BadTable{"Text", "battery,cycle,capacity_ah\na,1,1.0x\n",
                 ": holds no usable battery\n  a: no row with a capacity: line "
                 "2: capacity_ah '1.0x' is not a number"},
        BadTable{"Zero", "battery,cycle,capacity_ah\na,1,0\n",
                 ": holds no usable battery\n  a: no capacity above 0"},
        BadTable{"Names",
                 "battery,cycle,capacity_ah\n,1,1\n,2,1\n,3,1\n\x01,4,1\n",
                 ":1: 4 of the 4 rows below cannot be read: line 2: '' is no "
                 "name for a battery"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(TableBatteries, RefusesALineWithoutAnEnd) {
  TemporaryFolder folder;
  std::string path =
      folder.write("long.csv", kHeader + std::string(100000, 'a'));
  Result<BatterySet> set = readBatteries(path);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.message(), path + ":2: line is too long");
}

} // namespace
