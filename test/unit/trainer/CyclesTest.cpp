// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Cycles.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

double fade(int64_t cycle) {
  // No two alike, as measured ones are.
  return 1.08 - 3e-4 * double(cycle) + 1e-5 * double(cycle * 7 % 11);
}

/// A numbered battery without rows.
RawBattery numbered() {
  RawBattery battery;
  battery.counted = true;
  return battery;
}

void add(RawBattery &battery, int64_t cycle, double value) {
  battery.rows.push_back(
      {cycle, value, uint32_t(battery.rows.size() + 2), false, 0});
}

RawBattery steady(int64_t cycles = 300) {
  RawBattery battery = numbered();
  for (int64_t t = 1; t <= cycles; ++t)
    add(battery, t, fade(t));
  return battery;
}

std::string reasonOf(const RawBattery &battery) {
  return arrangeCycles(battery).reason;
}

bool mentions(const std::string &text, const char *part) {
  return text.find(part) != std::string::npos;
}

TEST(Cycles, LeavesAloneWhatIsInOrder) {
  CycleSeries series = arrangeCycles(steady());
  EXPECT_EQ(series.reason, "");
  EXPECT_EQ(series.rows.size(), 300u);
  EXPECT_FALSE(series.sorted || series.negative);
  EXPECT_EQ(series.records, 1u);
}

TEST(Cycles, TakesEqualAndGrowingRecordsAsOne) {
  for (bool growing : {false, true}) {
    RawBattery battery = numbered();
    for (int64_t t = 1; t <= 100; ++t)
      for (int k = 1; k <= 12; ++k)
        add(battery, t, fade(t) * (growing ? k / 12.0 : 1));
    CycleSeries series = arrangeCycles(battery);
    ASSERT_EQ(series.reason, "");
    EXPECT_EQ(series.records, 12u);
    ASSERT_EQ(series.rows.size(), 100u);
    EXPECT_DOUBLE_EQ(series.rows[9].value, fade(10));
  }
}

TEST(Cycles, RefusesRecordsThatSayTwoThings) {
  RawBattery falling = numbered(), pair = numbered();
  for (int64_t t = 1; t <= 100; ++t) {
    for (double part : {0.3, 1.0, 0.2, 0.9})
      add(falling, t, part);
    add(pair, t, 1.0);
    add(pair, t, 1.01);
  }
  EXPECT_TRUE(mentions(reasonOf(falling), "cycle 1 has 4 rows whose capacity "
                                          "rises and falls"));
  EXPECT_TRUE(mentions(reasonOf(pair), "cycle 1 has 2 rows with other"));
}

TEST(Cycles, RefusesCellsOnTopOfOneAnother) {
  RawBattery stacked = numbered();
  for (double size : {0.5, 0.8, 1.1})
    for (int64_t t = 1; t <= 100; ++t)
      add(stacked, t, size * fade(t));
  EXPECT_EQ(
      reasonOf(stacked),
      "cycle 1 stands on line 2 and again on line 102: several batteries, "
      "or a test that starts again; name a column of batteries by "
      "--battery-column");
  RawBattery rows;
  for (int battery = 0; battery < 2; ++battery)
    for (int64_t t = 1; t <= 500; ++t)
      add(rows, int64_t(rows.rows.size() + 1), fade(t));
  EXPECT_TRUE(mentions(reasonOf(rows), "another battery, or another test"));
}

TEST(Cycles, DropsRepeatedRowsOnlyWhereTheySayTheSame) {
  RawBattery battery = steady();
  for (int64_t t = 281; t <= 320; ++t)
    add(battery, t, fade(t));
  CycleSeries series = arrangeCycles(battery);
  EXPECT_EQ(series.reason, "");
  EXPECT_EQ(series.repeated, 20u);
  EXPECT_EQ(series.rows.size(), 320u);
  EXPECT_FALSE(series.sorted);
  battery.rows.back().cycle = 300;
  EXPECT_TRUE(mentions(reasonOf(battery), "cycle 300 stands on line 301"));
}

TEST(Cycles, SortsAndSaysSo) {
  RawBattery battery = steady();
  std::reverse(battery.rows.begin() + 10, battery.rows.begin() + 90);
  CycleSeries series = arrangeCycles(battery);
  EXPECT_EQ(series.reason, "");
  EXPECT_TRUE(series.sorted);
  EXPECT_EQ(series.rows[49].cycle, 50);
}

TEST(Cycles, TurnsSigns) {
  RawBattery battery = steady();
  for (RawRow &row : battery.rows)
    row.value = -row.value;
  CycleSeries series = arrangeCycles(battery);
  EXPECT_TRUE(series.negative);
  EXPECT_EQ(series.rows[0].value, fade(1));
}

TEST(Cycles, RefusesRunningSums) {
  for (int64_t reset : {50, 100000}) {
    RawBattery battery = numbered();
    double sum = 0;
    for (int64_t t = 1; t <= 300; ++t) {
      sum = t % reset ? sum + fade(t) : fade(t);
      add(battery, t, sum);
    }
    EXPECT_TRUE(mentions(reasonOf(battery), "a running sum")) << reset;
  }
}

TEST(Cycles, RefusesValuesCarriedForward) {
  RawBattery battery;
  for (int64_t t = 1; t <= 600; ++t)
    add(battery, t, fade((t - 1) / 20 * 20));
  EXPECT_TRUE(mentions(reasonOf(battery), "each capacity stands in 20 rows"));
}

TEST(Cycles, RefusesReferenceTestsAmongOthers) {
  for (double factor : {1.04, 1.02, 0.95})
    for (int64_t period : {10, 25, 50}) {
      RawBattery battery = steady(500);
      for (RawRow &row : battery.rows)
        row.value *= row.cycle % period == 1 ? factor : 1;
      EXPECT_TRUE(mentions(reasonOf(battery), "reference tests"))
          << factor << " " << period << ": " << reasonOf(battery);
    }
  RawBattery glitches = steady(500);
  for (int64_t at : {40, 44, 230, 400, 401})
    glitches.rows[size_t(at)].value *= 0.9;
  EXPECT_EQ(reasonOf(glitches), "") << "glitches keep no time";
}

TEST(Cycles, SaysWhyThereIsNoRow) {
  RawBattery battery = numbered();
  add(battery, 1, kNoValue);
  battery.firstFault = "line 2: capacity 'x' is not a number";
  EXPECT_EQ(reasonOf(battery),
            "no row with a capacity: line 2: capacity 'x' is "
            "not a number");
}

TEST(Gaps, AFewAreClosedUp) {
  size_t missing = 0;
  std::vector<RawRow> rows = steady(200).rows;
  EXPECT_FALSE(faultOfGaps(rows, missing));
  EXPECT_EQ(missing, 0u);
  rows.erase(rows.begin() + 50, rows.begin() + 53);
  EXPECT_FALSE(faultOfGaps(rows, missing));
  EXPECT_EQ(missing, 3u);
  rows.erase(rows.begin() + 50);
  EXPECT_EQ(faultOfGaps(rows, missing), "4 cycles missing after cycle 50");
}

TEST(Gaps, OnlyEveryNth) {
  for (auto [step, text] : {std::pair(2, "2nd"), std::pair(50, "50th"),
                            std::pair(101, "101st"), std::pair(12, "12th")}) {
    std::vector<RawRow> rows;
    for (int64_t t = 0; t < 40; ++t)
      rows.push_back({t * step, fade(t), 0, false, 0});
    size_t missing = 0;
    EXPECT_EQ(faultOfGaps(rows, missing),
              std::string("measured only every ") + text + " cycle");
  }
}

} // namespace
