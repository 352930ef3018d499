// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batteries that a model is used on are read as those that trained it, and held
// against them.
#include "TemporaryFolder.h"

#include "frontend/series/FamilyReading.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

using namespace dlnet;

namespace {

/// Trained on 0.85 to 1.0.
FamilyModel model() {
  FamilyModel model;
  model.name = "small";
  model.ranges.level = {(0.85 - 0.93) * 12, (1.0 - 0.93) * 12};
  return model;
}

Family family(SohKind soh = SohKind::Nominal, double nominalAh = 1.1) {
  Family family;
  family.data.soh = soh;
  family.data.nominalAh = nominalAh;
  return family;
}

/// A life in Ah, times `scale`, of a battery that holds 0.98 of `nominalAh` at
/// first.
std::string life(double nominalAh, const std::string &column = "capacity",
                 double scale = 1) {
  std::string text = column + "\n";
  for (int cycle = 0; cycle < 320; ++cycle)
    text += fmt::format("{:.6f}\n",
                        scale * nominalAh * (0.98 - 0.1 * cycle * cycle / 1e5));
  return text;
}

class FamilyReading : public testing::Test {
protected:
  std::string battery(const std::string &name, const std::string &text) {
    return folder.write("batteries/" + name + ".csv", text);
  }
  Result<FamilyBatteries> readAll(const Family &of,
                                  const BatteryArguments &arguments = {}) {
    return readBatteriesFor(of, model(), folder.path("batteries"), arguments, 200);
  }
  TemporaryFolder folder;
};

TEST_F(FamilyReading, TakesTheFamilysBasis) {
  battery("a", life(2));
  auto nominal = readAll(family(SohKind::Nominal, 2));
  ASSERT_TRUE(nominal) << nominal.message();
  EXPECT_TRUE(nominal->warnings.empty());
  EXPECT_NEAR(nominal->set.batteries[0].raw[0], 0.98, 1e-6);
  auto initial = readAll(family(SohKind::Initial));
  ASSERT_TRUE(initial) << initial.message();
  EXPECT_TRUE(initial->warnings.empty());
  EXPECT_NEAR(initial->set.batteries[0].raw[2], 1, 1e-6);
}

TEST_F(FamilyReading, RefusesCellsOfAnotherSizeAndNamesTheirs) {
  for (double ah : {2.0, 5.0, 0.5, 3.5, 50.0}) {
    std::string path = battery("a", life(ah));
    for (auto read : {readAll(family()),
                      readBatteryFor(family(), model(), path, {}, 100)}) {
      ASSERT_FALSE(read) << ah;
      EXPECT_NE(read.message().find(fmt::format("--nominal {:g}", ah)),
                std::string::npos)
          << read.message();
    }
  }
}

TEST_F(FamilyReading, TakesThemOnPurpose) {
  battery("a", life(2));
  BatteryArguments arguments;
  arguments.nominalAh = 2;
  auto read = readAll(family(), arguments);
  ASSERT_TRUE(read) << read.message();
  EXPECT_NEAR(read->set.batteries[0].raw[0], 0.98, 1e-6);
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_EQ(read->warnings[0],
            "SOH is capacity over the nominal 2 Ah here, and was capacity over "
            "the nominal 1.1 Ah in training");
  arguments.nominalAh = 1.6; // that far off, if it must be
  read = readAll(family(), arguments);
  ASSERT_TRUE(read) << read.message();
  ASSERT_EQ(read->warnings.size(), 2u);
  EXPECT_NE(read->warnings[1].find("likely --nominal 2"), std::string::npos);
  arguments = {};
  arguments.sohBy = SohKind::Initial;
  read = readAll(family(), arguments);
  ASSERT_TRUE(read) << read.message();
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_NE(read->warnings[0].find("initial"), std::string::npos);
}

TEST_F(FamilyReading, ANominalThatDoesNotCountIsSaid) {
  battery("a", life(2));
  BatteryArguments arguments;
  arguments.nominalAh = 2;
  auto read = readAll(family(SohKind::Initial), arguments);
  ASSERT_TRUE(read) << read.message();
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_EQ(read->warnings[0].rfind("--nominal: does not count", 0), 0u);
}

TEST_F(FamilyReading, WarnsOfSomeAndRefusesMost) {
  for (int i = 0; i < 4; ++i)
    battery(fmt::format("a{}", i), life(1.1 + 0.001 * i));
  battery("b0", life(1.35));
  auto read = readAll(family());
  ASSERT_TRUE(read) << read.message();
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_EQ(read->warnings[0].rfind("1 of 5 batteries begin at SOH 1.20", 0),
            0u)
      << read->warnings[0];
  for (int i = 1; i < 6; ++i)
    battery(fmt::format("b{}", i), life(1.35 + 0.001 * i));
  read = readAll(family());
  ASSERT_FALSE(read);
  EXPECT_NE(read.message().find("6 of 10 batteries"), std::string::npos);
}

TEST_F(FamilyReading, CellsOfManySizesWantTheirOwnCapacity) {
  int number = 0;
  for (double ah : {0.64, 0.65, 0.66, 1.35, 1.36})
    battery(fmt::format("c{}", ++number), life(ah));
  auto read = readAll(family());
  ASSERT_FALSE(read);
  EXPECT_NE(read.message().find("--soh initial"), std::string::npos)
      << read.message();
}

/// Makers rate batteries differently; an old one has lost much.
TEST_F(FamilyReading, IsSilentWithinTheMargin) {
  for (double ah : {1.1 * 1.16, 1.1, 1.1 * 0.73}) {
    battery("a", life(ah));
    auto read = readAll(family());
    ASSERT_TRUE(read) << read.message();
    EXPECT_TRUE(read->warnings.empty()) << read->warnings[0];
  }
}

TEST_F(FamilyReading, TakesTheFamilysColumnWhereItIs) {
  Family of = family();
  of.data.column = "Q";
  of.data.unit = "ah";
  battery(
      "a", "capacity,Q\n" + [] {
        std::string rows;
        for (int cycle = 0; cycle < 320; ++cycle)
          rows += fmt::format("0.5,{:.6f}\n", 1.1 * (0.98 - 1e-4 * cycle));
        return rows;
      }());
  auto read = readAll(of);
  ASSERT_TRUE(read) << read.message();
  EXPECT_NEAR(read->set.batteries[0].raw[0], 0.98, 1e-5);
  // Another tester's files.
  battery("a", life(1.1));
  read = readAll(of);
  ASSERT_TRUE(read) << read.message();
  EXPECT_NEAR(read->set.batteries[0].raw[0], 0.98, 1e-6);
}

TEST_F(FamilyReading, TrainingWantsANominalThatFits) {
  for (double ah : {1.1, 1.2, 0.9, 1.4, 0.6}) {
    std::string path = battery("a", life(ah));
    Result<BatterySet> set = readBatteries(path);
    ASSERT_TRUE(set) << set.message();
    Status usual = checkNominal(*set, {}, {});
    bool fits = ah > 0.8 && ah < 1.25;
    EXPECT_EQ(bool(usual), fits) << ah;
    if (!fits) {
      EXPECT_NE(usual.message().find(fmt::format("--nominal {:g}", ah)),
                std::string::npos)
          << usual.message();
    }
    BatteryArguments onPurpose;
    onPurpose.nominalAh = 1.1;
    EXPECT_TRUE(checkNominal(*set, {}, onPurpose));
  }
}

TEST(LikelyNominal, IsWhatAMakerWouldState) {
  const Range trained{0.85, 1.0};
  for (double ah : {0.1, 0.5, 0.75, 1.1, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 5.0,
                    10.0, 50.0, 280.0})
    for (double first : {0.95, 0.97, 0.99})
      EXPECT_NEAR(likelyNominal(ah * first, trained) / ah, 1, 0.08) << ah;
  EXPECT_DOUBLE_EQ(likelyNominal(1.94, trained), 2);
}

TEST(RecordReading, IsReadBack) {
  BatteryOptions options;
  options.nominalAh = 3.5;
  options.sohBy = SohKind::Initial;
  Reading reading;
  reading.column = "Q";
  reading.unit = CapacityUnit::MilliAh;
  DataRecord record;
  recordReading(options, reading, record);
  BatteryOptions back = readingOf(record);
  EXPECT_EQ(back.nominalAh, 3.5);
  EXPECT_EQ(back.sohBy, SohKind::Initial);
  EXPECT_EQ(back.column, "Q");
  EXPECT_EQ(back.unit, CapacityUnit::MilliAh);
}

TEST(SimulatedFor, HasTheFamilysBasis) {
  DataRecord record;
  Battery nominal = simulatedFor(record, "s", 3);
  record.soh = SohKind::Initial;
  Battery initial = simulatedFor(record, "s", 3);
  ASSERT_EQ(nominal.raw.size(), initial.raw.size());
  double ratio = nominal.raw[0] / initial.raw[0];
  EXPECT_NEAR(ratio, firstSoh(nominal), 0.01);
  for (size_t i = 0; i < nominal.raw.size(); ++i)
    EXPECT_NEAR(initial.raw[i] * ratio, nominal.raw[i], 1e-12);
}

} // namespace
