// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reader that guesses shifts the cycle axis without a word, so every
// malformed file must be refused with the place where it is wrong.
#include "frontend/series/Batteries.h"
#include "TemporaryFolder.h"

#include "frontend/series/CleaningReport.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace dlnet;

namespace {

std::string constantBattery(size_t cycles,
                            const std::string &capacity = "1.1") {
  std::string text = "capacity\n";
  for (size_t i = 0; i < cycles; ++i)
    text += capacity + "\n";
  return text;
}

/// The one battery of a file, whatever its length.
Result<Battery> readOne(const std::string &path, BatteryOptions options = {}) {
  options.minimumCycles = 1;
  Result<BatterySet> set = readBattery(path, options);
  if (!set)
    return set.failure();
  return set->batteries.front();
}

/// Rows of a one-battery file with its cycles numbered, `from`..`to`.
std::string rows(int from, int to) {
  std::string text;
  for (int cycle = from; cycle <= to; ++cycle)
    text += fmt::format("{},{:.5f}\n", cycle, 1.1 - 1e-4 * cycle);
  return text;
}

std::string rowsOfOne(int count, double start) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format("{:.5f}\n", start - 0.0123 * i);
  return text;
}

std::string cycles(int from, int to) {
  return "cycle,capacity\n" + rows(from, to);
}

TEST(ReadBattery, TakesTheColumnByNameAndTheNameFromTheFile) {
  TemporaryFolder folder;
  Result<Battery> battery = readOne(
      folder.write("b1.csv", "CC Q,capacity,note\n0.1,1.1,x\n0.2,0.99,y\n"));
  ASSERT_TRUE(battery) << battery.message();
  EXPECT_EQ(battery->name, "b1");
  ASSERT_EQ(battery->raw.size(), 2u);
  EXPECT_DOUBLE_EQ(battery->raw[0], 1.0);
  EXPECT_DOUBLE_EQ(battery->raw[1], 0.9);
  EXPECT_EQ(battery->soh.size(), 2u);
  EXPECT_EQ(battery->target.size(), 2u);
  EXPECT_EQ(battery->capacity, (std::vector<double>{1.1, 0.99}));
  EXPECT_EQ(battery->cycles, (std::vector<int64_t>{1, 2}));
}

TEST(ReadBattery, TakesTheSameFromEveryUnit) {
  TemporaryFolder folder;
  for (const char *text :
       {"capacity\n1.1\n0.99\n", "capacity_ah\n1.1\n0.99\n",
        "capacity\n1100\n990\n", "Capacity (mAh)\n1100\n990\n", "soh\n1\n0.9\n",
        "soh\n100\n90\n", "QD\n-1.1\n-0.99\n", "capacity\n1,1\n0,99\n"}) {
    Result<Battery> battery = readOne(folder.write("c.csv", text));
    ASSERT_TRUE(battery) << text << battery.message();
    ASSERT_EQ(battery->raw.size(), 2u);
    EXPECT_DOUBLE_EQ(battery->raw[0], 1.0) << text;
    EXPECT_DOUBLE_EQ(battery->raw[1], 0.9) << text;
  }
}

TEST(ReadBattery, ScalesByTheNominalCapacity) {
  TemporaryFolder folder;
  BatteryOptions options;
  options.column = "Q";
  options.nominalAh = 50;
  Result<Battery> battery = readOne(folder.write("c.csv", "Q\n45\n"), options);
  ASSERT_TRUE(battery) << battery.message();
  EXPECT_DOUBLE_EQ(battery->raw[0], 0.9);
  options.nominalAh = 1.1;
  EXPECT_FALSE(readOne(folder.path("c.csv"), options)) << "45 Ah are no 1.1 Ah";
}

TEST(ReadBattery, AppliesTheRulesOfASet) {
  TemporaryFolder folder;
  std::string gap = folder.write("gap.csv", cycles(1, 200) + rows(260, 400));
  EXPECT_EQ(readBattery(gap).message(),
            gap + ": holds no usable battery\n  gap: 59 cycles missing after "
                  "cycle 200");
  std::string table = folder.write("t.csv", "battery,capacity\na,1\nb,1\n");
  BatteryOptions options;
  options.minimumCycles = 1;
  EXPECT_EQ(readBattery(table, options).message(),
            table + ": holds 2 batteries ('a', 'b'); name one");
  Result<BatterySet> one = readBattery(table, options, "b");
  ASSERT_TRUE(one) << one.message();
  EXPECT_EQ(one->batteries.at(0).name, "b");
  EXPECT_EQ(readBattery(table, options, "c").message(),
            table + ": no battery 'c' among 'a', 'b'");
  EXPECT_FALSE(readOne(folder.path("absent.csv")));
  EXPECT_FALSE(readOne(folder.path()));
}

TEST(ReadBattery, LeavesOutSingleRowsAndSaysSo) {
  TemporaryFolder folder;
  std::string text = cycles(1, 100) + "101,\n102,high\n103,9.9\n104\n" +
                     rows(105, 300) + "301,nan\n";
  Result<BatterySet> set = readBattery(folder.write("c.csv", text));
  ASSERT_FALSE(set) << "four in a row";
  text = cycles(1, 100) + "101,\n102,9.9\n" + rows(103, 300) + "301,nan\n";
  set = readBattery(folder.write("c.csv", text));
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->batteries[0].raw.size(), 298u);
  EXPECT_EQ(set->cleaning[0].missing, 2u);
  ASSERT_EQ(set->skippedRows.size(), 2u);
  EXPECT_EQ(set->skippedRows[0].rows, 2u);
  EXPECT_EQ(set->skippedRows[0].reason,
            "line 102: capacity '' is not a number");
  EXPECT_EQ(set->skippedRows[1].reason, "SOH 9 at cycle 102 is not in (0, 2)");
  BatteryOptions strict;
  strict.strict = true;
  EXPECT_FALSE(readBattery(folder.path("c.csv"), strict));
}

TEST(ReadBatteries, WalksFoldersSortsAndSaysWhatItSkips) {
  TemporaryFolder folder;
  folder.write("two/a.csv", constantBattery(250));
  folder.write("one/b.CSV", constantBattery(250));
  folder.write("short.csv", constantBattery(199));
  folder.write("metadata.csv", "cell_id,chemistry\nc0,LFP\n");
  folder.write("._a.csv", std::string("\0\5\26\7", 4));
  folder.write("notes.txt", "no battery");
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[0].name, "a");
  EXPECT_EQ(set->batteries[0].batch, "two");
  EXPECT_EQ(set->batteries[1].name, "b");
  ASSERT_EQ(set->skipped.size(), 3u);
  EXPECT_EQ(set->skipped[0].name, "._a.csv");
  EXPECT_EQ(set->skipped[0].reason, "a hidden file");
  EXPECT_EQ(set->skipped[1].name, "metadata.csv");
  EXPECT_EQ(set->skipped[1].reason,
            "line 1: no column of capacity among 'cell_id', 'chemistry'; name "
            "it by --column (delimiter ',')");
  EXPECT_EQ(set->skipped[2].name, "short");
  EXPECT_EQ(set->skipped[2].reason, "199 cycles, 200 needed");
  EXPECT_EQ(set->reading.text,
            "delimiter none, cycles counted by rows, capacity from 'capacity' "
            "in Ah (by magnitude), 2 batteries of 2 files");
  BatteryOptions strict;
  strict.strict = true;
  std::string message = readBatteries(folder.path(), strict).message();
  EXPECT_NE(message.find("under --strict"), std::string::npos);
  EXPECT_NE(message.find("short: 199 cycles"), std::string::npos) << message;
}

TEST(ReadBatteries, MixesNoUnitsAndNoQuantities) {
  TemporaryFolder folder;
  for (const char *name : {"a", "b", "c"})
    folder.write(std::string(name) + ".csv", constantBattery(250));
  folder.write("d.csv", constantBattery(250, "1100"));
  folder.write("e.csv", "soh\n" + constantBattery(250, "1").substr(9));
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->batteries.size(), 3u);
  ASSERT_EQ(set->skipped.size(), 2u);
  EXPECT_EQ(set->skipped[0].name, "d");
  EXPECT_EQ(set->skipped[1].reason,
            "capacity from 'soh' in parts of SOH 1, unlike most batteries");
}

TEST(ReadBatteries, CountsWhatItDropsAndReplaces) {
  TemporaryFolder folder;
  std::string odd = "capacity\n0.5\n", glitch = "capacity\n";
  for (int i = 0; i < 250; ++i) {
    odd += "1.1\n";
    glitch += i == 100 ? "0.9\n" : "1.1\n";
  }
  folder.write("odd.csv", odd);
  folder.write("glitch.csv", glitch);
  folder.write("sound.csv", constantBattery(210));
  folder.write("one.csv", constantBattery(1));
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cleaning.size(), 3u);
  EXPECT_EQ(set->cleaning[0].name, "glitch");
  EXPECT_EQ(set->cleaning[0].inputsReplaced, 1u);
  EXPECT_EQ(set->cleaning[0].targetsReplaced, 1u);
  EXPECT_EQ(set->cleaning[1].firstDropped, 1u);
  EXPECT_EQ(set->cleaning[1].cycles, 250u);
  EXPECT_EQ(set->batteries[1].raw.front(), 1.0);

  std::string table = printCleaning(*set);
  EXPECT_NE(table.find("glitch "), std::string::npos) << table;
  EXPECT_EQ(table.find("sound"), std::string::npos) << "untouched\n" << table;
  EXPECT_NE(table.find("3 batteries, 2 touched"), std::string::npos) << table;
  EXPECT_NE(table.find("skipped one: 1 cycles, 200 needed"), std::string::npos)
      << table;
  nlohmann::json json = cleaningJson(*set);
  EXPECT_EQ(json["cells_kept"], 3);
  EXPECT_EQ(json["cycles"], 710);
  EXPECT_EQ(json["first_dropped"], 1);
  EXPECT_EQ(json["inputs_replaced"], 1);
  EXPECT_EQ(json["cells"].size(), 2u);
  EXPECT_EQ(json["skipped"][0]["cell"], "one");
}

TEST(ReadBatteries, TakesOneFileAsOneCell) {
  TemporaryFolder folder;
  Result<BatterySet> set =
      readBatteries(folder.write("a.csv", constantBattery(250)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 1u);
  EXPECT_EQ(set->batteries[0].name, "a");
}

TEST(ReadBatteries, ScalesByTheInitialCapacity) {
  TemporaryFolder folder;
  std::string text = "capacity\n20\n";
  for (double first : {50.0, 50.2, 49.9, 50.1, 49.8})
    text += std::to_string(first) + "\n";
  for (int i = 0; i < 250; ++i)
    text += "45\n";
  folder.write("big.csv", text);
  BatteryOptions options;
  options.sohBy = SohKind::Initial;
  Result<BatterySet> set = readBatteries(folder.path(), options);
  ASSERT_TRUE(set) << set.message();
  // So early a fall is no missing stretch: there is no usual change yet.
  ASSERT_EQ(set->skipped.size(), 0u) << set->skipped[0].reason;
  ASSERT_EQ(set->batteries.size(), 1u);
  EXPECT_DOUBLE_EQ(set->batteries[0].raw[0], 1)
      << "the odd first cycle is gone";
  EXPECT_DOUBLE_EQ(set->batteries[0].raw.back(), 0.9);
  EXPECT_FALSE(set->reading.unitKnown);
  EXPECT_FALSE(readBatteries(folder.path())) << "50 Ah are no 1.1 Ah";

  folder.write("big.csv", text + "200\n");
  Result<BatterySet> absurd = readBatteries(folder.path(), options);
  ASSERT_TRUE(absurd) << absurd.message();
  ASSERT_EQ(absurd->skippedRows.size(), 1u);
  EXPECT_EQ(absurd->skippedRows[0].reason,
            "SOH 4 at cycle 257 is not in (0, 2)");
}

TEST(ReadBatteries, RefusesWhatItCannotTellApart) {
  TemporaryFolder folder;
  folder.write("both/a.csv", constantBattery(250));
  folder.write("both/a.mat", "");
  EXPECT_EQ(readBatteries(folder.path("both")).message(),
            folder.path("both") +
                ": holds tables and .mat files; give the folder of one kind");
  std::string odd = folder.write("odd/\x01.csv", constantBattery(250));
  EXPECT_EQ(readBatteries(folder.path("odd")).message(),
            odd + ": '?' is no name for a battery");
  std::string mat = folder.write("mat/a.mat", "");
  EXPECT_EQ(readBatteries(mat).message(),
            mat +
                ": MATLAB files are read by the trainer alone; convert them "
                "once: dlnet-train convert " +
                mat + " -o FOLDER");
}

TEST(ReadBatteries, FailsWithEveryReason) {
  TemporaryFolder folder;
  EXPECT_FALSE(readBatteries(folder.path("absent")));
  EXPECT_FALSE(readBatteries(folder.path())) << "a folder without batteries";
  folder.write("a.csv", constantBattery(20));
  folder.write("b.csv", "cycle,voltage\n1,3.2\n");
  folder.write("c.csv", "capacity\nx\n");
  EXPECT_EQ(readBatteries(folder.path()).message(),
            folder.path() +
                ": holds no usable battery\n"
                "  a: 20 cycles, 200 needed\n"
                "  b.csv: line 1: no column of capacity among 'cycle', "
                "'voltage'; name it by --column (delimiter ',')\n"
                "  c: no row with a capacity: line 2: capacity 'x' is not a "
                "number");
}

TEST(ReadBatteries, NamesCellsOfOneNameByTheirFolder) {
  TemporaryFolder folder;
  for (const char *path : {"one/a.csv", "two/a.csv", "two/b.csv"})
    folder.write(path, constantBattery(250));
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 3u);
  EXPECT_EQ(set->batteries[0].name, "b");
  EXPECT_EQ(set->batteries[1].name, "one/a");
  EXPECT_EQ(set->batteries[2].name, "two/a");
}

TEST(ReadBatteries, PutsNoPartsOfATestOnTwoSides) {
  TemporaryFolder folder;
  folder.write("part1/a.csv", cycles(1, 250));
  folder.write("part2/a.csv", cycles(251, 500));
  folder.write("b.csv", cycles(1, 250));
  Result<BatterySet> set = readBatteries(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 1u);
  ASSERT_EQ(set->skipped.size(), 2u);
  EXPECT_EQ(set->skipped[1].name, "part2/a");
  EXPECT_EQ(set->skipped[1].reason,
            "cycles 251 to 500 of a battery that other files or batches hold "
            "more of; put them into one");
}

TEST(WriteBatteries, ReadsAsTheSameCells) {
  TemporaryFolder folder;
  folder.write("in/x/a.csv", "soh_percent\n40\n" + rowsOfOne(220, 97.31));
  folder.write("in/y/a.csv", "soh_percent\n" + rowsOfOne(240, 98.77));
  Result<BatterySet> set = readBatteries(folder.path("in"));
  ASSERT_TRUE(set) << set.message();
  ASSERT_TRUE(writeBatteries(set->batteries, folder.path("out"), {},
                             set->reading.unit));
  Result<BatterySet> again = readBatteries(folder.path("out"));
  ASSERT_TRUE(again) << again.message();
  ASSERT_EQ(again->batteries.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again->batteries[i].name, set->batteries[i].name);
    EXPECT_EQ(again->batteries[i].batch, set->batteries[i].batch);
    EXPECT_EQ(again->batteries[i].raw, set->batteries[i].raw);
    EXPECT_EQ(again->batteries[i].cycles, set->batteries[i].cycles);
  }
}

TEST(WriteBatteries, LeavesTheFolderByNoName) {
  TemporaryFolder folder;
  for (const char *name : {"../a", "/a", "a/../../b", ".a", "a//.b"})
    EXPECT_FALSE(
        writeBatteries({makeBattery(name, "", {1.0})}, folder.path("out")))
        << name;
  EXPECT_FALSE(
      writeBatteries({makeBattery("a", "", {1.0}), makeBattery("a", "", {1.0})},
                     folder.path("out")));
}

TEST(ChooseCells, ThoseOutsideOfListsOrWithinOne) {
  std::vector<Battery> batteries;
  for (const char *name : {"a", "b", "c"})
    batteries.push_back(makeBattery(name, "", {1.0}));
  std::vector<Battery> unseen =
      batteriesOutside(batteries, {{"a"}, {"c", "d"}});
  ASSERT_EQ(unseen.size(), 1u);
  EXPECT_EQ(unseen[0].name, "b");
  std::vector<Battery> within = batteriesWithin(batteries, {"c", "d", "a"});
  ASSERT_EQ(within.size(), 2u);
  EXPECT_EQ(within[0].name, "a");
  EXPECT_EQ(within[1].name, "c");
}

} // namespace
