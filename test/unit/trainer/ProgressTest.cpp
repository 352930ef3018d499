// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bar that flickers over quick work or litters a log is worse than none.
#include "frontend/series/Progress.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace dlnet;

namespace {

/// A clock that the test turns, and everything that was written.
struct Stage {
  double now = 100;
  std::vector<std::string> written;

  Progress::Output output() {
    return {[this](const std::string &text) { written.push_back(text); },
            [this] { return now; }};
  }
};

TEST(Progress, IsSilentWithinTheFirstSecond) {
  Stage stage;
  {
    Progress progress("reading", 10, stage.output());
    for (int i = 0; i < 10; ++i) {
      stage.now += 0.09;
      progress.advance();
    }
  }
  EXPECT_TRUE(stage.written.empty());
}

TEST(Progress, DrawsABarAndWipesIt) {
  Stage stage;
  {
    Progress progress("reading", 4, stage.output());
    stage.now += 3;
    progress.advance(3);
  }
  std::string line = "reading  [##################......]  3/4  1 s left";
  ASSERT_EQ(stage.written.size(), 2u);
  EXPECT_EQ(stage.written[0], "\r" + line);
  EXPECT_EQ(stage.written[1], "\r" + std::string(line.size(), ' ') + "\r");
}

TEST(Progress, DrawsAtMostTenTimesASecond) {
  Stage stage;
  Progress progress("reading", 1000, stage.output());
  stage.now += 1;
  for (int i = 0; i < 1000; ++i) {
    stage.now += 0.001;
    progress.advance();
  }
  EXPECT_LE(stage.written.size(), 11u);
  EXPECT_GE(stage.written.size(), 9u);
}

TEST(Progress, CountsWithoutATotalAndShowsTheNote) {
  Stage stage;
  Progress progress("rows", 0, stage.output());
  progress.note("loss 0.5");
  stage.now += 2;
  progress.advance(7);
  ASSERT_EQ(stage.written.size(), 1u);
  EXPECT_EQ(stage.written[0], "\rrows  7  loss 0.5");
}

TEST(Progress, CoversALongerLineAndStaysWithinItsTotal) {
  Stage stage;
  Progress progress("steps", 1, stage.output());
  progress.note("a long note");
  stage.now += 2;
  progress.advance(5);
  EXPECT_NE(stage.written[0].find("1/1  0 s left  a long note"),
            std::string::npos);
  progress.note("");
  stage.now += 1;
  progress.advance();
  EXPECT_EQ(stage.written[1].size(), stage.written[0].size());
}

TEST(Progress, ShowsNothingWithoutATerminal) {
  testing::internal::CaptureStderr();
  {
    Progress progress("reading", 2, {});
    progress.advance();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
