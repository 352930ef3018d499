// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/support/Suggest.h"

#include <gtest/gtest.h>

using dlnet::didYouMean;
using dlnet::nearest;

namespace {

const std::vector<std::string> kCommands = {"compile", "evaluate", "inspect",
                                            "forecast", "prune"};

TEST(Suggest, WhatOneSlipAway) {
  EXPECT_EQ(nearest("compil", kCommands), "compile");
  EXPECT_EQ(nearest("compilee", kCommands), "compile");
  EXPECT_EQ(nearest("cmopile", kCommands), "compile");
  EXPECT_EQ(nearest("vompile", kCommands), "compile");
  EXPECT_EQ(nearest("Prune", kCommands), "prune");
}

TEST(Suggest, WhatWasCutShort) {
  EXPECT_EQ(nearest("eval", kCommands), "evaluate");
  EXPECT_EQ(nearest("for", kCommands), "forecast");
}

TEST(Suggest, TheNearestOfSeveral) {
  EXPECT_EQ(
      nearest("liquid16_b5", {"liquid16_b10", "liquid16_b50", "liquid22_b5"}),
      "liquid16_b50");
}

TEST(Suggest, NothingThatIsFarAway) {
  EXPECT_EQ(nearest("quantize", kCommands), "");
  EXPECT_EQ(nearest("x", kCommands), "");
  EXPECT_EQ(nearest("ab", {"cd"}), "");
  EXPECT_EQ(nearest("", kCommands), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), kCommands), "");
  EXPECT_EQ(nearest("compile", {}), "");
}

TEST(Suggest, AsPartOfASentence) {
  EXPECT_EQ(didYouMean("prnue", kCommands), "; did you mean 'prune'?");
  EXPECT_EQ(didYouMean("zzz", kCommands), "");
}

} // namespace
