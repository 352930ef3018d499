// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Knots are the least squares fit, and what they change is bounded.
#include "passes/fixed/Knots.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace dlnet;
using namespace dlnet::fixed;

namespace {

double uniform(std::mt19937 &random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

/// Rows between knots as dialect/SPEC.md has it, of one column and a bias.
double between(const std::vector<double> &knots, size_t i, size_t step) {
  size_t knot = i / step, offset = i % step + 1;
  return (knots[knot] * double(step - offset) +
          knots[knot + 1] * double(offset)) /
         double(step);
}

Rows expand(const Rows &knots, size_t step) {
  Rows rows;
  for (size_t i = 0; i < step * (knots.bias.size() - 1); ++i) {
    rows.weights.push_back(between(knots.weights, i, step));
    rows.bias.push_back(between(knots.bias, i, step));
  }
  return rows;
}

/// Numbers that single precision holds, also when they are divided by `step`.
std::vector<double> randomKnots(size_t count, size_t step,
                                std::mt19937 &random) {
  std::vector<double> knots;
  for (size_t i = 0; i < count; ++i)
    knots.push_back(double(int(random() % 2001) - 1000) * double(step) / 1024);
  return knots;
}

double squares(const Rows &rows, const Rows &knots) {
  double sum = 0;
  size_t step = rows.bias.size() / (knots.bias.size() - 1);
  for (size_t i = 0; i < rows.bias.size(); ++i)
    sum += std::pow(rows.bias[i] - between(knots.bias, i, step), 2);
  return sum;
}

TEST(Knots, ThoseOfAPiecewiseLinearCurveComeBack) {
  std::mt19937 random(1);
  for (size_t step : {2, 3, 7, 10, 100})
    for (size_t count : {2, 3, 11, 40}) {
      Rows knots{randomKnots(count, step, random),
                 randomKnots(count, step, random)};
      Rows found = fitKnots(expand(knots, step), step);
      ASSERT_EQ(found.bias.size(), count);
      for (size_t i = 0; i < count; ++i) {
        EXPECT_NEAR(found.bias[i], knots.bias[i], 1e-9);
        EXPECT_NEAR(found.weights[i], knots.weights[i], 1e-9);
      }
    }
}

TEST(Knots, NoOtherKnotsAreNearer) {
  std::mt19937 random(2);
  Rows rows;
  for (size_t i = 0; i < 60; ++i) {
    rows.weights.push_back(0);
    rows.bias.push_back(uniform(random, -1, 1));
  }
  for (size_t step : {2, 5, 12, 60}) {
    Rows knots = fitKnots(rows, step);
    double least = squares(rows, knots);
    for (double &knot : knots.bias)
      for (double change : {-1e-3, 2e-3, -1e-3}) {
        knot += change;
        EXPECT_GE(squares(rows, knots) * (1 + 1e-12), least);
      }
  }
}

TEST(Knots, TheBoundHoldsAndIsReached) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    size_t step = 2 + random() % 6, columns = 1 + random() % 4;
    size_t size = step * (1 + random() % 8);
    Rows rows{{}, {}};
    std::vector<Interval<double>> inputs;
    for (size_t j = 0; j < columns; ++j) {
      double low = uniform(random, -3, 2);
      inputs.push_back({low, low + uniform(random, 0, 4)});
    }
    for (size_t i = 0; i < size; ++i) {
      rows.bias.push_back(uniform(random, -1, 1));
      for (size_t j = 0; j < columns; ++j)
        rows.weights.push_back(uniform(random, -1, 1));
    }
    Rows knots = fitKnots(rows, step);
    double bound = greatestChange(rows, knots, inputs);
    std::vector<double> greatest(size, 0.0);
    auto change = [&](const std::vector<double> &input) {
      double sum = 0;
      for (size_t i = 0; i < size; ++i) {
        std::vector<double> at(knots.bias);
        double row = rows.bias[i];
        for (size_t j = 0; j < columns; ++j) {
          row += rows.weights[i * columns + j] * input[j];
          for (size_t k = 0; k < at.size(); ++k)
            at[k] += knots.weights[k * columns + j] * input[j];
        }
        double each = std::abs(row - between(at, i, step));
        greatest[i] = std::max(greatest[i], each);
        sum += each;
      }
      return sum / double(size);
    };
    // Every corner, where each element reaches what it can.
    for (unsigned corner = 0; corner < 1u << columns; ++corner) {
      std::vector<double> input;
      for (size_t j = 0; j < columns; ++j)
        input.push_back((corner >> j) & 1 ? inputs[j].high : inputs[j].low);
      EXPECT_LE(change(input), bound + 1e-12);
    }
    double mean = 0;
    for (double each : greatest)
      mean += each / double(size);
    EXPECT_NEAR(mean, bound, 1e-12);
  }
}

TEST(Knots, TheCoarsestOnesWithinTheToleranceAreTaken) {
  std::mt19937 random(4);
  std::vector<Interval<double>> inputs = {{-1, 1}};
  // A kink at every tenth element: no coarser ones fit.
  Rows rows =
      expand({randomKnots(11, 10, random), randomKnots(11, 10, random)}, 10);
  auto exact = thinRows(rows, inputs, 1e-6);
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->bias.size(), 11u);
  auto coarse = thinRows(rows, inputs, 1e6);
  ASSERT_TRUE(coarse);
  EXPECT_EQ(coarse->bias.size(), 2u);
  Rows between = fitKnots(rows, 20);
  double change = greatestChange(rows, between, inputs);
  auto middle = thinRows(rows, inputs, change * 1.0001);
  ASSERT_TRUE(middle);
  EXPECT_LE(middle->bias.size(), 6u);
  EXPECT_FALSE(thinRows(rows, inputs, 0));
}

TEST(Knots, OnlyFewerOnesThanRowsAreWorthIt) {
  std::vector<Interval<double>> inputs = {{-1, 1}};
  for (size_t size : {1, 2})
    EXPECT_FALSE(thinRows(
        {std::vector<double>(size), std::vector<double>(size)}, inputs, 1));
  auto three = thinRows({{2, 3, 4}, {0, 0, 0}}, inputs, 1e-6);
  ASSERT_TRUE(three);
  EXPECT_EQ(three->weights, (std::vector<double>{1, 4}));
}

TEST(Knots, WhatHasNoBoundIsLeftAlone) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Rows rows{{1, 2, 4, 3}, {0, 0, 0, 0}};
  EXPECT_FALSE(thinRows(rows, {{-kInfinity, kInfinity}}, 1));
  EXPECT_FALSE(thinRows(rows, {{0, kInfinity}}, 1));
}

} // namespace
