// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One rounding rule, tried against exact arithmetic.
#include "passes/fixed/FixedPoint.h"
#include "passes/fixed/Choose.h"
#include "passes/fixed/Format.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

using namespace dlnet;

namespace {

TEST(FixedPoint, HalvesRoundUp) {
  EXPECT_EQ(roundShift(3, 1), 2);
  EXPECT_EQ(roundShift(-3, 1), -1);
  EXPECT_EQ(roundShift(-4, 1), -2);
  EXPECT_EQ(roundShift(5, 0), 5);
  EXPECT_EQ(roundReal(-0.5), 0);
  EXPECT_EQ(roundReal(0.5), 1);
}

TEST(FixedPoint, MultiplyHighIsTheRoundedProduct) {
  for (int64_t value : {-1000000L, -12345L, -1L, 0L, 1L, 7L, 999999L})
    for (int32_t multiplier : {0, 1, 12345, 1 << 30, INT32_MAX})
      for (unsigned shift : {0u, 1u, 5u}) {
        long double exact = static_cast<long double>(value) * multiplier *
                            std::pow(2.0L, static_cast<int>(shift) - 32);
        EXPECT_EQ(multiplyHigh(value, multiplier, shift),
                  static_cast<int64_t>(std::floor(exact + 0.5L)));
      }
}

TEST(FixedPoint, ATableMeetsItsEntriesAndStaysBetweenThem) {
  const int16_t table[] = {-32767, 100, 50, 50, 32767};
  EXPECT_EQ(interpolate(table, 2, -32768), -32767);
  EXPECT_EQ(interpolate(table, 2, -16384), 100);
  EXPECT_EQ(interpolate(table, 2, 0), 50);
  EXPECT_EQ(interpolate(table, 2, 8192), 50);
  for (int input = -32768; input <= 32767; ++input) {
    int64_t value = interpolate(table, 2, input);
    int interval = (input + 32768) >> 14;
    EXPECT_GE(value, std::min(table[interval], table[interval + 1]));
    EXPECT_LE(value, std::max(table[interval], table[interval + 1]));
  }
}

TEST(FixedPoint, PowersOfTwoAreLeastUpperBounds) {
  EXPECT_EQ(powerOfTwoAtLeast(1.0), 1.0);
  EXPECT_EQ(powerOfTwoAtLeast(1.0001), 2.0);
  EXPECT_EQ(powerOfTwoAtLeast(0.3), 0.5);
}

TEST(Ages, ARecordedRangeIsNeitherNarrowNorImpossible) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto check = [](Interval<double> recorded, Interval<double> wanted) {
    Interval<double> found = fixed::recordedAges(recorded);
    EXPECT_EQ(found.low, wanted.low);
    EXPECT_EQ(found.high, wanted.high);
  };
  check({100, 1900}, {100, 1900});
  check({700, 700}, {700, 704});
  check({-50, 60}, {0, 60});
  check({1e9, kInfinity}, {32763, 32767});
  check({-kInfinity, -1e9}, {0, 4});
}

TEST(Multipliers, RepresentTheirFactorsAndShareAShift) {
  auto made = fixed::makeMultipliers({0.9, 0.001, 0.0, 13.0});
  ASSERT_TRUE(made);
  const double factors[] = {0.9, 0.001, 0.0, 13.0};
  for (size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(std::ldexp(made->values[i], static_cast<int>(made->shift) - 32),
                factors[i], 1e-8);
  EXPECT_FALSE(fixed::makeMultipliers({4e9}));
}

TEST(FixedPoint, UnitNormsHaveFifteenBits) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    // Of every magnitude, down to single units and up to what 31 bits hold.
    int64_t reach = int64_t(1) << random() % 15, squares = 1 + random() % 100;
    std::vector<int64_t> values(1 + random() % 7);
    for (int64_t &value : values) {
      value = int64_t(random() % (2 * reach)) - reach;
      squares += value * value;
    }
    UnitNorm norm(squares);
    for (int64_t value : values) {
      double exact = 32768.0 * double(value) / std::sqrt(double(squares));
      EXPECT_NEAR(norm.of(value), std::min(exact, 32767.0), 5.0);
    }
  }
  EXPECT_EQ(UnitNorm(1).of(0), 0);
  EXPECT_EQ(UnitNorm(INT32_MAX).of(1), 1);
}

} // namespace
