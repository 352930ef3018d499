// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A range that excludes a possible value would be a false proof.
#include "passes/fixed/Interval.h"

#include <gtest/gtest.h>

#include <random>

using namespace dlnet;

namespace {

using R = Ranged<double>;

TEST(Ranged, AStableStepKeepsItsBox) {
  // x + f * (a - x) with f in [0, 1], a in [-1, 1] stays in [-1, 1]; plain
  // intervals would give [-3, 3].
  R x = R::state({-1, 1}), f = R::independent({0, 1}),
    a = R::independent({-1, 1});
  R next = x + f * (a - x);
  EXPECT_DOUBLE_EQ(next.all.low, -1);
  EXPECT_DOUBLE_EQ(next.all.high, 1);
}

TEST(Ranged, AnOvershootingStepDoesNot) {
  R x = R::state({-1, 1}), f = R::independent({0, 3}),
    a = R::independent({-1, 1});
  EXPECT_GT((x + f * (a - x)).all.high, 1.5);
}

TEST(Ranged, TwoFactorsWithTheStateHaveNoSlope) {
  R x = R::state({-1, 2});
  R square = x * x;
  EXPECT_FALSE(square.sloped);
  EXPECT_LE(square.all.low, 0);
  EXPECT_GE(square.all.high, 4);
}

TEST(Ranged, AnInfiniteFactorTimesZeroIsZero) {
  double infinity = std::numeric_limits<double>::infinity();
  Interval<double> all{-infinity, infinity};
  Interval<double> product = all * Interval<double>{0, 0};
  EXPECT_EQ(product.low, 0);
  EXPECT_EQ(product.high, 0);
}

TEST(Ranged, EveryValueOfARandomExpressionLiesWithin) {
  std::mt19937 random(5);
  auto number = [&] { return random() / 4294967296.0 * 4 - 2; };
  for (int trial = 0; trial < 2000; ++trial) {
    // An expression tree over the state and two other values, built with its
    // range and evaluated at a random point alongside.
    Interval<double> box{-1, 1.5};
    double xs = box.low + (random() % 1001) / 1000.0 * (box.high - box.low);
    Interval<double> za{number(), 0}, zb{number(), 0};
    za.high = za.low + std::abs(number()),
    zb.high = zb.low + std::abs(number());
    double va = za.low + (random() % 1001) / 1000.0 * (za.high - za.low);
    double vb = zb.low + (random() % 1001) / 1000.0 * (zb.high - zb.low);
    std::vector<std::pair<R, double>> values = {{R::state(box), xs},
                                                {R::independent(za), va},
                                                {R::independent(zb), vb}};
    for (int step = 0; step < 5; ++step) {
      auto [a, x] = values[random() % values.size()];
      auto [b, y] = values[random() % values.size()];
      switch (random() % 3) {
      case 0:
        values.emplace_back(a + b, x + y);
        break;
      case 1:
        values.emplace_back(a - b, x - y);
        break;
      default:
        values.emplace_back(a * b, x * y);
      }
      const auto &[range, value] = values.back();
      double slack = 1e-9 * (1 + std::abs(value));
      EXPECT_GE(value, range.all.low - slack) << "trial " << trial;
      EXPECT_LE(value, range.all.high + slack) << "trial " << trial;
    }
  }
}

} // namespace
