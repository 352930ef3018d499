// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reader that guesses shifts the cycle axis without a word, so every
// malformed file must be refused with the place where it is wrong.
#include "trainer/cells/Cells.h"
#include "TemporaryFolder.h"

#include "trainer/cells/CleaningReport.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace dlnet;

namespace {

std::string constantCell(size_t cycles, const std::string &capacity = "1.1") {
  std::string text = "capacity\n";
  for (size_t i = 0; i < cycles; ++i)
    text += capacity + "\n";
  return text;
}

/// The one cell of a file, whatever its length.
Result<Cell> readOne(const std::string &path, CellOptions options = {}) {
  options.minimumCycles = 1;
  Result<CellSet> set = readCell(path, options);
  if (!set)
    return set.failure();
  return set->cells.front();
}

TEST(ReadCell, TakesTheColumnByNameAndTheNameFromTheFile) {
  TemporaryFolder folder;
  Result<Cell> cell = readOne(
      folder.write("b1.csv", "CC Q,capacity,note\n0.1,1.1,x\n0.2,0.99,y\n"));
  ASSERT_TRUE(cell) << cell.message();
  EXPECT_EQ(cell->name, "b1");
  ASSERT_EQ(cell->raw.size(), 2u);
  EXPECT_DOUBLE_EQ(cell->raw[0], 1.0);
  EXPECT_DOUBLE_EQ(cell->raw[1], 0.9);
  EXPECT_EQ(cell->soh.size(), 2u);
  EXPECT_EQ(cell->target.size(), 2u);
}

TEST(ReadCell, TakesOtherEncodingsOfTheSameFile) {
  TemporaryFolder folder;
  for (const char *text :
       {"capacity\r\n1.1\r\n0.99\r\n", "capacity\n1.1\n0.99",
        "\xef\xbb\xbf"
        "capacity\n1.1\n0.99\n\n\n",
        "\"capacity\"\n \"1.1\" \n\t0.99\n", "capacity\n1.1e0\n9.9e-1\n"}) {
    Result<Cell> cell = readOne(folder.write("c.csv", text));
    ASSERT_TRUE(cell) << cell.message();
    EXPECT_EQ(cell->raw, (std::vector<double>{1.1 / 1.1, 0.99 / 1.1}));
  }
}

TEST(ReadCell, ScalesByTheNominalCapacity) {
  TemporaryFolder folder;
  CellOptions options;
  options.column = "Q";
  options.nominalAh = 50;
  Result<Cell> cell = readOne(folder.write("c.csv", "Q\n45\n"), options);
  ASSERT_TRUE(cell) << cell.message();
  EXPECT_DOUBLE_EQ(cell->raw[0], 0.9);
}

struct Malformed {
  const char *name, *text, *expected;
};

void PrintTo(const Malformed &malformed, std::ostream *stream) {
  *stream << malformed.name;
}

class MalformedCell : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedCell, IsRefusedWithItsPlace) {
  TemporaryFolder folder;
  std::string path = folder.write("bad.csv", GetParam().text);
  Result<Cell> cell = readOne(path);
  ASSERT_FALSE(cell);
  EXPECT_EQ(cell.message(), path + GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedCell,
    testing::Values(
        Malformed{"Empty", "", ": empty file"},
        Malformed{"NoRows", "capacity\n", ":1: no row after the header"},
        Malformed{"NoColumn", "cycle,soh\n1,1\n",
                  ":1: no column 'capacity' in the header"},
        Malformed{"ColumnTwice", "capacity,capacity\n1,1\n",
                  ":1: column 'capacity' appears twice"},
        Malformed{"Text", "capacity\n1.1\nhigh\n",
                  ":3: capacity 'high' is not a number"},
        Malformed{"TextBehind", "capacity\n1.1Ah\n",
                  ":2: capacity '1.1Ah' is not a number"},
        Malformed{"NoValue", "cycle,capacity\n1,\n",
                  ":2: capacity '' is not a number"},
        Malformed{"Binary", "capacity\n\x01\x02\n",
                  ":2: capacity '?\?' is not a number"},
        Malformed{"NaN", "capacity\nnan\n", ":2: capacity is not finite"},
        Malformed{"Infinite", "capacity\n1\n-inf\n",
                  ":3: capacity is not finite"},
        Malformed{"Overflow", "capacity\n1e999\n",
                  ":2: capacity '1e999' is not a number"},
        Malformed{"TooFew", "cycle,capacity\n1,1.1\n2\n",
                  ":3: 1 columns, expected 2"},
        Malformed{"TooMany", "capacity\n1.1,3\n", ":2: 2 columns, expected 1"},
        Malformed{"Zero", "capacity\n0\n",
                  ":2: capacity 0 Ah is not in (0, 2.2) Ah, twice the nominal"},
        Malformed{
            "Negative", "capacity\n-1\n",
            ":2: capacity -1 Ah is not in (0, 2.2) Ah, twice the nominal"},
        Malformed{
            "Absurd", "capacity\n1100\n",
            ":2: capacity 1100 Ah is not in (0, 2.2) Ah, twice the nominal"},
        Malformed{"BlankBetween", "capacity\n1.1\n\n1.1\n",
                  ":3: blank line between rows"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(ReadCell, RefusesWhatIsNoFile) {
  TemporaryFolder folder;
  EXPECT_FALSE(readOne(folder.path("absent.csv")));
  EXPECT_FALSE(readOne(folder.path()));
}

TEST(ReadCells, WalksFoldersSortsAndSaysWhatItSkips) {
  TemporaryFolder folder;
  folder.write("two/a.csv", constantCell(250));
  folder.write("one/b.csv", constantCell(250));
  folder.write("short.csv", constantCell(199));
  folder.write("notes.txt", "no cell");
  Result<CellSet> set = readCells(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 2u);
  EXPECT_EQ(set->cells[0].name, "a");
  EXPECT_EQ(set->cells[0].batch, "two");
  EXPECT_EQ(set->cells[1].name, "b");
  ASSERT_EQ(set->skipped.size(), 1u);
  EXPECT_EQ(set->skipped[0].name, "short");
  EXPECT_EQ(set->skipped[0].reason, "199 cycles, 200 needed");
}

TEST(ReadCells, CountsWhatItDropsAndReplaces) {
  TemporaryFolder folder;
  std::string odd = "capacity\n0.5\n", glitch = "capacity\n";
  for (int i = 0; i < 250; ++i) {
    odd += "1.1\n";
    glitch += i == 100 ? "0.9\n" : "1.1\n";
  }
  folder.write("odd.csv", odd);
  folder.write("glitch.csv", glitch);
  folder.write("sound.csv", constantCell(210));
  folder.write("one.csv", constantCell(1));
  Result<CellSet> set = readCells(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cleaning.size(), 3u);
  EXPECT_EQ(set->cleaning[0].name, "glitch");
  EXPECT_EQ(set->cleaning[0].inputsReplaced, 1u);
  EXPECT_EQ(set->cleaning[0].targetsReplaced, 1u);
  EXPECT_EQ(set->cleaning[1].firstDropped, 1u);
  EXPECT_EQ(set->cleaning[1].cycles, 250u);
  EXPECT_EQ(set->cells[1].raw.front(), 1.0);

  std::string table = printCleaning(*set);
  EXPECT_NE(table.find("glitch "), std::string::npos) << table;
  EXPECT_EQ(table.find("sound"), std::string::npos) << "untouched\n" << table;
  EXPECT_NE(table.find("3 cells, 2 touched"), std::string::npos) << table;
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

TEST(ReadCells, TakesOneFileAsOneCell) {
  TemporaryFolder folder;
  Result<CellSet> set = readCells(folder.write("a.csv", constantCell(250)));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->cells.size(), 1u);
  EXPECT_EQ(set->cells[0].name, "a");
}

TEST(ReadCells, ScalesByTheInitialCapacity) {
  TemporaryFolder folder;
  std::string text = "capacity\n20\n";
  for (double first : {50.0, 50.2, 49.9, 50.1, 49.8})
    text += std::to_string(first) + "\n";
  for (int i = 0; i < 250; ++i)
    text += "45\n";
  folder.write("big.csv", text);
  CellOptions options;
  options.sohBy = SohBy::InitialCapacity;
  Result<CellSet> set = readCells(folder.path(), options);
  ASSERT_TRUE(set) << set.message();
  // So early a fall is no missing stretch: there is no usual change yet.
  ASSERT_EQ(set->skipped.size(), 0u) << set->skipped[0].reason;
  ASSERT_EQ(set->cells.size(), 1u);
  EXPECT_DOUBLE_EQ(set->cells[0].raw[0], 1) << "the odd first cycle is gone";
  EXPECT_DOUBLE_EQ(set->cells[0].raw.back(), 0.9);
  EXPECT_FALSE(readCells(folder.path())) << "50 Ah are no 1.1 Ah";

  folder.write("big.csv", text + "200\n");
  Result<CellSet> absurd = readCells(folder.path(), options);
  ASSERT_TRUE(absurd) << absurd.message();
  ASSERT_EQ(absurd->skipped.size(), 1u);
  EXPECT_EQ(absurd->skipped[0].reason, "SOH 4 at cycle 255 is not in (0, 2)");
}

TEST(ReadCells, RefusesWhatItCannotTellApart) {
  TemporaryFolder folder;
  std::string text = folder.write("cells.txt", constantCell(250));
  EXPECT_EQ(readCells(text).message(),
            text + ": neither a .csv nor a .mat file");
  folder.write("both/a.csv", constantCell(250));
  folder.write("both/a.mat", "");
  EXPECT_EQ(readCells(folder.path("both")).message(),
            folder.path("both") +
                ": holds .csv and .mat files; give the folder of one kind");
  std::string odd = folder.write("odd/\x01.csv", constantCell(250));
  EXPECT_EQ(readCells(folder.path("odd")).message(),
            odd + ": '?' is no name for a cell");
}

TEST(ReadCells, FailsAsAWhole) {
  TemporaryFolder folder;
  EXPECT_FALSE(readCells(folder.path("absent")));
  EXPECT_FALSE(readCells(folder.path())) << "a folder without cells";
  folder.write("one/a.csv", constantCell(250));
  folder.write("two/a.csv", constantCell(250));
  EXPECT_FALSE(readCells(folder.path())) << "two cells of one name";
  folder.write("two/a.csv", "capacity\n1.1\nx\n");
  EXPECT_FALSE(readCells(folder.path())) << "a malformed cell";
}

TEST(ChooseCells, ThoseOutsideOfListsOrWithinOne) {
  std::vector<Cell> cells;
  for (const char *name : {"a", "b", "c"})
    cells.push_back(makeCell(name, "", {1.0}));
  std::vector<Cell> unseen = cellsOutside(cells, {{"a"}, {"c", "d"}});
  ASSERT_EQ(unseen.size(), 1u);
  EXPECT_EQ(unseen[0].name, "b");
  std::vector<Cell> within = cellsWithin(cells, {"c", "d", "a"});
  ASSERT_EQ(within.size(), 2u);
  EXPECT_EQ(within[0].name, "a");
  EXPECT_EQ(within[1].name, "c");
}

} // namespace
