// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The series filters. Each is a plain scan with a small window: a
// battery has a few thousand cycles at most.
#include "frontend/series/Clean.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

/// Off by more than this is a tester's glitch and no behaviour of the battery.
constexpr double kGlitch = 0.01;

double medianOf(std::vector<double> values) {
  size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + middle, values.end());
  double upper = values[middle];
  if (values.size() % 2)
    return upper;
  return (upper + *std::max_element(values.begin(), values.begin() + middle)) /
         2;
}

} // namespace

size_t countOddFirst(const std::vector<double> &capacity) {
  constexpr size_t kMost = 10, kAfter = 5;
  constexpr double kOdd = 0.01;
  size_t odd = 0;
  for (; odd < kMost && odd < capacity.size(); ++odd) {
    if (capacity[odd] <= 0)
      continue;
    if (odd + kAfter >= capacity.size())
      break;
    auto after = capacity.begin() + std::ptrdiff_t(odd) + 1;
    double median = medianOf({after, after + kAfter});
    if (std::abs(capacity[odd] - median) <= kOdd * median)
      break;
  }
  return odd;
}

std::vector<double> cleanInputs(const std::vector<double> &raw) {
  constexpr size_t kReach = 5;
  std::vector<double> clean = raw;
  for (size_t t = 0; t < raw.size(); ++t) {
    size_t first = t + 1 > kReach ? t + 1 - kReach : 0;
    double median = medianOf({raw.begin() + first, raw.begin() + t + 1});
    if (std::abs(raw[t] - median) > kGlitch)
      clean[t] = median;
  }
  return clean;
}

std::vector<double> cleanTargets(const std::vector<double> &raw) {
  constexpr size_t kReach = 5;
  // 1.4826 makes the median absolute deviation a normal's standard deviation.
  constexpr double kSigmas = 3 * 1.4826;
  std::vector<double> clean = raw;
  for (size_t t = 0; t < raw.size(); ++t) {
    size_t first = t > kReach ? t - kReach : 0;
    size_t end = std::min(raw.size(), t + kReach + 1);
    std::vector<double> around(raw.begin() + first, raw.begin() + end);
    double median = medianOf(around);
    double off = std::abs(raw[t] - median);
    for (double &value : around)
      value = std::abs(value - median);
    if (off > std::max(kGlitch, kSigmas * medianOf(std::move(around))))
      clean[t] = median;
  }
  return clean;
}

std::optional<std::string> findFault(const std::vector<double> &raw) {
  constexpr size_t kUsual = 20, kSide = 3;
  constexpr double kDrop = 0.002, kTimesUsual = 3, kCertain = 0.02;
  constexpr double kRise = 0.002;
  size_t rises = 0;
  for (size_t t = 1; t < raw.size(); ++t)
    rises += raw[t] - raw[t - 1] > kRise;
  if (rises * 10 > raw.size())
    return fmt::format("unsteady measurement: SOH rises by more than {} in {} "
                       "of {} cycles",
                       kRise, rises, raw.size());

  size_t drops = 0;
  for (size_t t = kUsual + 1; t + kSide <= raw.size(); ++t) {
    double drop = *std::min_element(&raw[t - kSide], &raw[t]) -
                  *std::max_element(&raw[t], &raw[t] + kSide);
    if (drop <= kDrop)
      continue;
    if (drop > kCertain)
      return fmt::format("missing stretch: SOH falls by {:.3f} at cycle {}",
                         drop, t);
    std::vector<double> changes;
    for (size_t i = t - kUsual; i < t; ++i)
      changes.push_back(std::abs(raw[i] - raw[i - 1]));
    drops += drop > kTimesUsual * medianOf(std::move(changes));
  }
  if (drops >= 5 && drops * 100 > raw.size())
    return fmt::format("missing stretches: {} sudden lasting drops in {} "
                       "cycles",
                       drops, raw.size());
  return std::nullopt;
}

} // namespace dlnet
