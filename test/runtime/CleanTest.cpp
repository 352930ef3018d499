// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The firmware's filter against that of the training, value by value.
#include "runtime/monitor/clean.h"
#include "frontend/series/Clean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace {

constexpr double kOne = 16384;

TEST(Clean, IsTheFilterThatModelsWereTrainedWith) {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, 0.004);
  std::vector<int16_t> raw;
  std::vector<double> soh;
  for (int t = 0; t < 20000; ++t) {
    double glitch = random() % 20 ? 0 : (random() % 2 ? 0.05 : -0.05);
    raw.push_back(int16_t(std::lround((0.95 + noise(random) + glitch) * kOne)));
    soh.push_back(raw.back() / kOne);
  }
  std::vector<double> expected = dlnet::cleanInputs(soh);
  int repaired = 0;
  for (size_t t = 0; t < raw.size(); ++t) {
    uint32_t count = uint32_t(std::min<size_t>(t + 1, CLEAN_SPAN));
    int16_t clean = clean_newest(&raw[t + 1 - count], count);
    // The median of an even number may lie between two units.
    ASSERT_EQ(clean, std::floor(expected[t] * kOne)) << t;
    repaired += clean != raw[t];
  }
  EXPECT_GT(repaired, 500);
}

TEST(Clean, TheThresholdIsAHundredth) {
  auto clean = [](int16_t last) {
    const int16_t raw[] = {16000, 16000, 16000, 16000, last};
    return clean_newest(raw, 5);
  };
  EXPECT_EQ(clean(16000 + 163), 16163); // 0.00995
  EXPECT_EQ(clean(16000 + 164), 16000); // 0.01001
  EXPECT_EQ(clean(16000 - 163), 15837);
  EXPECT_EQ(clean(16000 - 164), 16000);
}

} // namespace
