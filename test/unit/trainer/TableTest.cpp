// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same table, as a dozen programs write it; and what is no table.
#include "frontend/series/Table.h"
#include "frontend/series/Random.h"
#include "frontend/series/Text.h"

#include <gtest/gtest.h>

#include <ostream>

using namespace dlnet;

namespace {

int hasCapacity(const std::vector<std::string> &header) {
  for (const std::string &name : header)
    if (lowered(name) == "capacity")
      return 1;
  return 0;
}

std::string utf16(const std::string &text, bool bigEndian, bool mark) {
  std::string bytes;
  auto add = [&](unsigned char high, unsigned char low) {
    bytes += char(bigEndian ? high : low);
    bytes += char(bigEndian ? low : high);
  };
  if (mark)
    add(0xfe, 0xff);
  for (char c : text)
    add(0, static_cast<unsigned char>(c));
  return bytes;
}

struct Written {
  std::string name, bytes;
};

void PrintTo(const Written &written, std::ostream *stream) {
  *stream << written.name;
}

class OneTable : public testing::TestWithParam<Written> {};

TEST_P(OneTable, IsUnderstood) {
  Result<Table> table = parseTable(GetParam().bytes, "t", hasCapacity);
  ASSERT_TRUE(table) << table.message();
  ASSERT_GE(table->header().size(), 2u);
  EXPECT_EQ(lowered(table->header()[0]), "cycle");
  EXPECT_EQ(lowered(table->header()[1]), "capacity");
  ASSERT_EQ(table->rows(), 2u);
  std::vector<std::string_view> fields;
  for (size_t row = 0; row < 2; ++row) {
    ASSERT_TRUE(table->split(row, fields));
    EXPECT_EQ(parseNumber(fields[0]).value, double(row + 1));
    EXPECT_EQ(parseNumber(fields[1]).value, row ? 1.0625 : 1.125);
  }
}

const std::string kPlain = "cycle,capacity\n1,1.125\n2,1.0625\n";

INSTANTIATE_TEST_SUITE_P(
    All, OneTable,
    testing::Values(
        Written{"Plain", kPlain},
        Written{"WithoutALastEnd", "cycle,capacity\n1,1.125\n2,1.0625"},
        Written{"Windows", "\xef\xbb\xbf"
                           "cycle,capacity\r\n1,1.125\r\n2,1.0625\r\n"},
        Written{"OldMac", "cycle,capacity\r1,1.125\r2,1.0625\r"},
        Written{"ConvertedTwice",
                "cycle,capacity\r\r\n1,1.125\r\r\n2,1.0625\r\r\n"},
        Written{"Utf16Little", utf16(kPlain, false, true)},
        Written{"Utf16Big", utf16(kPlain, true, true)},
        Written{"Utf16Unmarked", utf16(kPlain, false, false)},
        Written{"German", "cycle;capacity\n1;1,125\n2;1,0625\n"},
        Written{"Tabs", "cycle\tcapacity\n1\t1.125\n2\t1.0625\n"},
        Written{"Bars", "cycle | capacity\n1 | 1.125\n2 | 1.0625\n"},
        Written{"Quoted",
                "\"cycle\",\"capacity\"\n\"1\",\"1,125\"\n\"2\",\"1,0625\"\n"},
        Written{"QuotedDelimiter",
                "cycle,capacity,note\n1,1.125,\"a, b\"\n2,1.0625,\"\"\n"},
        Written{"TrailingDelimiter", "cycle,capacity,\n1,1.125,\n2,1.0625,\n"},
        Written{"TrailingInRowsOnly", "cycle;capacity\n1;1.125;\n2;1.0625;\n"},
        Written{"TrailingInHeaderOnly",
                "cycle;capacity;;\n1;1.125\n2;1.0625\n"},
        Written{"Preamble", "Today's Date,01/02/2024\nFilename,C:\\a.1\n\n"
                            "Cycle,Capacity\n1,1.125\n2,1.0625\n"},
        Written{"PreambleOfNumbers",
                "Nominal capacity,1.1\nChannel,4\nCycle,Capacity\n1,1.125\n"
                "2,1.0625\n"},
        Written{"Remarks",
                "# a test\ncycle,capacity\n1,1.125\n# stopped\n2,1.0625\n"},
        Written{"HeaderAsRemark", "# cycle,capacity\n1,1.125\n2,1.0625\n"},
        Written{"HeaderAgain",
                "cycle,capacity\n1,1.125\ncycle,capacity\n2,1.0625\n"},
        Written{"BlankLines", "cycle,capacity\n\n1,1.125\n\n,\n2,1.0625\n\n"},
        Written{"OtherNumbers", "cycle,capacity\n1.0,+1.125\n2e0,10.625E-1\n"}),
    [](const auto &info) { return info.param.name; });

TEST(Table, TakesUnitsBelowTheNames) {
  auto score = [](const std::vector<std::string> &header) {
    return header[0] == "capacity [Ah]" ? 2 : header[0] == "capacity" ? 1 : 0;
  };
  Result<Table> table = parseTable("capacity;cycle\nAh;-\n1.1;1\n", "t", score);
  ASSERT_TRUE(table) << table.message();
  EXPECT_EQ(table->header(),
            (std::vector<std::string>{"capacity [Ah]", "cycle"}));
  EXPECT_EQ(table->headerLine(), 2u);
  EXPECT_EQ(table->line(0), 3u);
}

TEST(Table, KeepsHolesInASingleColumn) {
  Result<Table> table = parseTable("capacity\n1,1\n\n1,05\n\n", "t");
  ASSERT_TRUE(table) << table.message();
  EXPECT_EQ(table->rows(), 3u);
  EXPECT_EQ(table->describe(), "delimiter none");
}

TEST(Table, TakesLatin1) {
  Result<Table> table = parseTable("battery,capacity\nZelle_\xdc,1.1\n", "t");
  ASSERT_TRUE(table) << table.message();
  std::vector<std::string_view> fields;
  ASSERT_TRUE(table->split(0, fields));
  EXPECT_EQ(fields[0], "Zelle_\xc3\x9c");
}

TEST(Table, SplitsNoRowOfAnotherShape) {
  Result<Table> table = parseTable(
      "a,b\n1,2\n3\n4,5,6\n\"7,8\n\"9\" x,10\n1,2\n1,2\n1,2\n1,2\n", "t");
  ASSERT_TRUE(table) << table.message();
  std::vector<std::string_view> fields;
  EXPECT_TRUE(table->split(0, fields));
  for (size_t row = 1; row < 5; ++row)
    EXPECT_FALSE(table->split(row, fields)) << row;
}

struct NoTable {
  const char *name, *bytes, *expected;
};

void PrintTo(const NoTable &none, std::ostream *stream) {
  *stream << none.name;
}

class Refused : public testing::TestWithParam<NoTable> {};

TEST_P(Refused, SaysWhy) {
  Result<Table> table = parseTable(GetParam().bytes, "t", hasCapacity);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.message(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        NoTable{"Empty", "", "t: empty file"},
        NoTable{"Blank", "\n \n", "t: empty file"},
        NoTable{"HeaderAlone", "cycle,capacity\n",
                "t:1: no row after the header 'cycle', 'capacity'"},
        NoTable{"NoHeader", "1,1.1\n2,1.0\n",
                "t:1: no header: the file starts with '1,1.1'; name the "
                "columns in a first line, such as cycle,capacity"},
        NoTable{"DecimalCommaAmongCommas", "cycle,capacity\n1,1,1\n",
                "t:1: no header with rows of as many fields below it; this "
                "line has 2 ('cycle', 'capacity'), the next 3 (delimiter "
                "',')"},
        NoTable{"Workbook", "PK\x03\x04xyz",
                "t: is no text but a workbook or an archive; save its table "
                "as CSV"},
        NoTable{"Matlab", "MATLAB 5.0 MAT-file",
                "t: is no text but a MATLAB file; name it .mat"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Table, RefusesBinaryAndEndlessLines) {
  EXPECT_EQ(parseTable(std::string("a,b\n1,\0\n", 8), "t").message(),
            "t: is no text: it holds zero bytes");
  EXPECT_EQ(parseTable("a\n" + std::string(100000, '1'), "t").message(),
            "t:2: line is too long");
}

TEST(Table, LivesThroughAnyBytes) {
  Random random(5);
  const std::string alphabet = "a1.,;\t|\"#\r\n \xc3\x9c-+e";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (size_t i = 0, n = random.below(120); i < n; ++i)
      bytes += round % 3 ? alphabet[random.below(alphabet.size())]
                         : char(random.below(256));
    Result<Table> table = parseTable(bytes, "t", hasCapacity);
    if (!table) {
      EXPECT_EQ(table.message().rfind("t:", 0), 0u) << table.message();
      continue;
    }
    std::vector<std::string_view> fields;
    for (size_t row = 0; row < table->rows(); ++row)
      if (table->split(row, fields)) {
        ASSERT_EQ(fields.size(), table->header().size());
      }
  }
}

TEST(Number, IsFiniteMissingOrNone) {
  for (const char *text : {"1.5", "+1.5", "1,5", "15e-1", "1.5E+00", "+1,5"})
    EXPECT_EQ(parseNumber(text).value, 1.5) << text;
  for (const char *text : {"", "nan", "NaN", "NA", "n/a", "null", "-", "#N/A"})
    EXPECT_EQ(parseNumber(text).kind, Number::Missing) << text;
  for (const char *text :
       {"1,234.5", "1.234,5", "1,234,567", "1 234", "1e999", "inf", "1.1Ah",
        "high", "+", "++1", ",5", "5,", "0x10", "1.2.3"})
    EXPECT_EQ(parseNumber(text).kind, Number::None) << text;
}

} // namespace
