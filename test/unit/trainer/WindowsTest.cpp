// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows carry the time axis: which cycle is last, which is first ahead, and
// that no window runs from one battery into the next.
#include "frontend/series/Windows.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

/// A battery whose three series say which they are, and of which battery and
/// cycle.
Battery marked(int battery, int cycles) {
  Battery marks{"", "", {}, {}, {}};
  for (int i = 0; i < cycles; ++i) {
    marks.soh.push_back(1000 * battery + i);
    marks.target.push_back(1000 * battery + i + 0.25);
    marks.raw.push_back(1000 * battery + i + 0.5);
  }
  return marks;
}

TEST(Windows, AreConsecutiveAndStayInTheirCell) {
  WindowSet set =
      makeWindows({marked(1, 12), marked(2, 9), marked(3, 10)}, {6, 4, 1});
  ASSERT_EQ(set.size(), 3 + 0 + 1);
  EXPECT_EQ(set.battery, (std::vector<int>{0, 0, 0, 2}));
  EXPECT_EQ(set.first, (std::vector<int>{0, 1, 2, 0}));
  EXPECT_EQ(set.names.size(), 3u);
  for (Eigen::Index i = 0; i < set.size(); ++i) {
    float first = set.inputs(i, 0);
    for (Eigen::Index t = 0; t < 6; ++t)
      EXPECT_EQ(set.inputs(i, t), first + float(t));
    for (Eigen::Index h = 0; h < 4; ++h) {
      EXPECT_EQ(set.targets(i, h), first + 6 + float(h) + 0.25f);
      EXPECT_EQ(set.rawTargets(i, h), first + 6 + float(h) + 0.5f);
    }
  }
  EXPECT_EQ(set.inputs(2, 0), 1002);
  EXPECT_EQ(set.inputs(3, 0), 3000);
}

TEST(Windows, Stride) {
  WindowSet set = makeWindows({marked(1, 20)}, {6, 4, 4});
  ASSERT_EQ(set.size(), 3);
  EXPECT_EQ(set.inputs(1, 0), 1004);
  EXPECT_EQ(set.inputs(2, 0), 1008);
  EXPECT_EQ(set.first, (std::vector<int>{0, 4, 8}));
}

TEST(Windows, NoneFromShortCells) {
  EXPECT_EQ(makeWindows({marked(1, 199)}).size(), 0);
  EXPECT_EQ(makeWindows({marked(1, 200)}).size(), 1);
  EXPECT_EQ(makeWindows({}).size(), 0);
}

} // namespace
