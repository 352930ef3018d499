// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Units.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

BatteryOptions nominal(double ah) {
  BatteryOptions options;
  options.nominalAh = ah;
  return options;
}

TEST(Units, ByHeaderBeforeMagnitude) {
  Result<CapacityUnit> unit = chooseUnit(
      {1.05}, {Quantity::Capacity, CapacityUnit::MilliAh}, nominal(0.0011));
  ASSERT_TRUE(unit) << unit.message();
  EXPECT_EQ(*unit, CapacityUnit::MilliAh);
}

TEST(Units, ByMagnitudeAgainstTheNominal) {
  struct {
    double start, nominalAh;
    Quantity quantity;
    CapacityUnit expected;
  } cases[] = {{1.05, 1.1, Quantity::Capacity, CapacityUnit::Ah},
               {1050, 1.1, Quantity::Discharge, CapacityUnit::MilliAh},
               {2.05, 0.0021, Quantity::Capacity, CapacityUnit::MilliAh},
               {280, 280, Quantity::Capacity, CapacityUnit::Ah},
               {0.97, 1.1, Quantity::Soh, CapacityUnit::Fraction},
               {97, 1.1, Quantity::Soh, CapacityUnit::Percent}};
  for (const auto &[start, ah, quantity, expected] : cases) {
    Result<CapacityUnit> unit = chooseUnit(
        {start, start, 0.1}, {quantity, CapacityUnit::Auto}, nominal(ah));
    ASSERT_TRUE(unit) << unit.message();
    EXPECT_EQ(*unit, expected) << start;
  }
}

TEST(Units, RefusesWhatNoUnitExplainsAndSaysWhatMight) {
  ColumnMeaning plain{Quantity::Capacity, CapacityUnit::Auto};
  EXPECT_EQ(
      chooseUnit({1.96}, plain, nominal(1.1)).message(),
      "batteries start at 1.96, neither in Ah nor in mAh the capacity of "
      "batteries of nominal 1.1 Ah; likely: --nominal 2, or --nominal 0.002 "
      "--unit mah");
  EXPECT_EQ(
      chooseUnit({1.96}, {Quantity::Capacity, CapacityUnit::Ah}, nominal(1.1))
          .message(),
      "batteries start at 1.96 Ah, an SOH of 1.78 by the nominal 1.1 Ah; "
      "likely: --nominal 2");
  EXPECT_NE(
      chooseUnit({97.0}, plain, nominal(1.1)).message().find("--unit percent"),
      std::string::npos);
  EXPECT_NE(chooseUnit({2050.0}, plain, nominal(1.1))
                .message()
                .find("--nominal 2.1 --unit mah"),
            std::string::npos);
}

TEST(Units, TheOptionDecides) {
  BatteryOptions options = nominal(1.1);
  options.unit = CapacityUnit::Percent;
  Result<CapacityUnit> unit =
      chooseUnit({97.0}, {Quantity::Capacity, CapacityUnit::Auto}, options);
  ASSERT_TRUE(unit) << unit.message();
  EXPECT_EQ(*unit, CapacityUnit::Percent);
}

TEST(Units, InitialCapacityNeedsNone) {
  BatteryOptions options;
  options.sohBy = SohKind::Initial;
  EXPECT_TRUE(
      chooseUnit({3300.0}, {Quantity::Capacity, CapacityUnit::Auto}, options));
  EXPECT_EQ(faultOfStart(3300, CapacityUnit::Ah, options), "");
}

TEST(Units, ACellOfAnotherSizeIsNoneOfTheSet) {
  EXPECT_EQ(faultOfStart(1.05, CapacityUnit::Ah, nominal(1.1)), "");
  EXPECT_NE(faultOfStart(1050, CapacityUnit::Ah, nominal(1.1)), "");
  EXPECT_NE(faultOfStart(2.0, CapacityUnit::Ah, nominal(1.1)), "");
}

} // namespace
