// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Groups, scores and choices on small numbers that can be checked by hand.
#include "passes/prune/Prune.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

using namespace dlnet::prune;

namespace {

using Indices = std::vector<size_t>;

TEST(Groups, BlocksAreSmallerAtOddEdges) {
  std::vector<Group> groups = blocks({3, 5, 100});
  ASSERT_EQ(groups.size(), 6u);
  EXPECT_EQ(groups[0], (Group{100, 101, 105, 106}));
  EXPECT_EQ(groups[2], (Group{104, 109}));
  EXPECT_EQ(groups[3], (Group{110, 111}));
  EXPECT_EQ(groups[5], (Group{114}));
}

TEST(Groups, BlocksCoverEachWeightOnce) {
  for (size_t rows = 1; rows < 8; ++rows)
    for (size_t columns = 1; columns < 8; ++columns) {
      std::multiset<size_t> covered;
      for (const Group &block : blocks({rows, columns, 7}))
        covered.insert(block.begin(), block.end());
      ASSERT_EQ(covered.size(), rows * columns);
      EXPECT_EQ(*covered.begin(), 7u);
      EXPECT_EQ(std::set<size_t>(covered.begin(), covered.end()).size(),
                covered.size());
    }
}

TEST(Groups, ARowAndAColumnShareTheirCrossing) {
  Matrix matrix{2, 3, 10};
  Group group;
  addRow(group, matrix, 1);
  addColumn(group, matrix, 2);
  EXPECT_EQ(group, (Group{13, 14, 15, 12, 15}));
  unite(group);
  EXPECT_EQ(group, (Group{12, 13, 14, 15}));
}

TEST(Scores, MagnitudeIsTheSquare) {
  EXPECT_EQ(magnitude({-2.0f, 0.5f, 0.0f}),
            (std::vector<double>{4.0, 0.25, 0.0}));
}

TEST(Scores, SensitivityWeighsInputsAndRows) {
  EXPECT_EQ(sensitivity({1, -2, 3, 4, 5, -6}, {1, 10, 0.5}, {2, 0.1}),
            (std::vector<double>{2, 40, 3, 4 * 1 * 0.1, 5 * 10.0 * 0.1,
                                 6 * 0.5 * 0.1}));
}

TEST(Scores, TotalsAddWhatIsInAGroup) {
  EXPECT_EQ(totals({{0, 2}, {1}, {}}, {1, 2, 4}),
            (std::vector<double>{5, 2, 0}));
}

TEST(Choice, AShareIsRoundedAndTiesGoByPosition) {
  EXPECT_EQ(leastShare({3, 1, 2, 1}, 0.5), (Indices{1, 3}));
  EXPECT_EQ(leastShare({1, 1, 1}, 0.34), (Indices{0}));
  EXPECT_EQ(leastShare({2, 1, 3}, 0.5), (Indices{1, 0})); // 1.5 rounds up
  EXPECT_EQ(leastShare({2, 1, 3}, 0.0), Indices{});
  EXPECT_EQ(leastShare({2, 1, 3}, 1.0), (Indices{1, 0, 2}));
}

TEST(Choice, WhatEqualsTheThresholdStays) {
  EXPECT_EQ(below({3, 1, 2}, 2.0), (Indices{1}));
  EXPECT_EQ(below({3, 1, 2}, 0.0), Indices{});
  EXPECT_EQ(below({3, 1, 2}, std::numeric_limits<double>::max()),
            (Indices{1, 2, 0}));
}

TEST(Choice, ABudgetCountsSharedWeightsOnce) {
  // The second least frees only one weight more, so that the third goes too.
  std::vector<Group> groups = {{0, 1}, {1, 2}, {3, 4, 5}};
  EXPECT_EQ(downTo(5, {1, 2, 3}, groups, 6), (Indices{0}));
  EXPECT_EQ(downTo(4, {1, 2, 3}, groups, 6), (Indices{0}));
  EXPECT_EQ(downTo(3, {1, 2, 3}, groups, 6), (Indices{0, 1}));
  EXPECT_EQ(downTo(2, {1, 2, 3}, groups, 6), (Indices{0, 1, 2}));
  EXPECT_EQ(downTo(6, {1, 2, 3}, groups, 6), Indices{});
  // What is out of reach is as near as it can be.
  EXPECT_EQ(downTo(0, {1, 2, 3}, groups, 9), (Indices{0, 1, 2}));
}

/// Whatever the weights: a larger share or threshold, or a smaller budget, only
/// adds to what goes, and nothing that stays scores less than what went.
TEST(Choice, IsMonotone) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    Matrix matrix{1 + random() % 9, 1 + random() % 9, 0};
    std::vector<float> weights(matrix.size());
    for (float &weight : weights)
      weight = float(int(random() % 7) - 3);
    std::vector<Group> groups = blocks(matrix);
    std::vector<double> scores = totals(groups, magnitude(weights));
    auto check = [&](const Indices &less, const Indices &more) {
      ASSERT_LE(less.size(), more.size());
      EXPECT_TRUE(std::equal(less.begin(), less.end(), more.begin()));
      double greatest = less.empty() ? 0 : scores[less.back()];
      for (size_t i = 0; i < scores.size(); ++i)
        if (std::find(less.begin(), less.end(), i) == less.end()) {
          EXPECT_GE(scores[i], greatest);
        }
    };
    double a = random() % 100 / 100.0, b = random() % 100 / 100.0;
    check(leastShare(scores, std::min(a, b)),
          leastShare(scores, std::max(a, b)));
    check(below(scores, 30 * std::min(a, b)),
          below(scores, 30 * std::max(a, b)));
    size_t c = random() % 90, d = random() % 90;
    check(downTo(std::max(c, d), scores, groups, matrix.size()),
          downTo(std::min(c, d), scores, groups, matrix.size()));
  }
}

} // namespace
