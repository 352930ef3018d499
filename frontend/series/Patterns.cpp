// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace dlnet {

namespace {

/// Of rows [begin, end), which is not empty.
double medianOf(const std::vector<RawRow> &rows, size_t begin, size_t end) {
  std::vector<double> values;
  for (size_t i = begin; i < end; ++i)
    values.push_back(rows[i].value);
  std::nth_element(values.begin(), values.begin() + values.size() / 2,
                   values.end());
  return values[values.size() / 2];
}

bool isRunningSum(const std::vector<RawRow> &rows) {
  constexpr size_t kFewest = 10;
  constexpr double kGrown = 1.5;
  size_t rises = 0;
  double least = INFINITY, most = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    rises += i > 0 && rows[i].value > rows[i - 1].value;
    if (rows[i].value > 0)
      least = std::min(least, rows[i].value);
    most = std::max(most, rows[i].value);
  }
  return rows.size() >= kFewest && rises * 5 >= (rows.size() - 1) * 4 &&
         most > kGrown * least;
}

/// Rows that one value fills at a time; 0 when it is not always as many.
size_t rowsOfOneValue(const std::vector<RawRow> &rows) {
  constexpr size_t kFewestRuns = 10;
  std::map<size_t, size_t> runs;
  size_t all = 0;
  for (size_t begin = 0, end; begin < rows.size(); begin = end) {
    for (end = begin + 1;
         end < rows.size() && rows[end].value == rows[begin].value; ++end)
      ;
    ++runs[end - begin];
    ++all;
  }
  for (auto [length, count] : runs)
    if (length > 1 && all >= kFewestRuns && count * 10 >= all * 9)
      return length;
  return 0;
}

struct Event {
  int64_t cycle;
  size_t rows;
  double off; ///< Relative to its neighbours.
};

/// Short stretches that are off from the median of the cycles around them.
std::vector<Event> eventsIn(const std::vector<RawRow> &rows) {
  constexpr size_t kReach = 5, kLongest = 3;
  constexpr double kOff = 0.01;
  std::vector<Event> events;
  size_t last = 0; // The row of the newest event, plus 1.
  for (size_t t = 0; t < rows.size(); ++t) {
    double median = medianOf(rows, t > kReach ? t - kReach : 0,
                             std::min(rows.size(), t + kReach + 1));
    double off = median > 0 ? rows[t].value / median - 1 : 0;
    if (std::abs(off) <= kOff)
      continue;
    if (last && t == last && events.back().off * off > 0) {
      ++events.back().rows;
      events.back().off = std::max(events.back().off, off);
    } else {
      events.push_back({rows[t].cycle, 1, off});
    }
    last = t + 1;
  }
  events.erase(
      std::remove_if(events.begin(), events.end(),
                     [&](const Event &event) { return event.rows > kLongest; }),
      events.end());
  return events;
}

std::string describeReferenceTests(const std::vector<RawRow> &rows) {
  constexpr size_t kFewest = 4;
  // What comes more often is an unsteady measurement (findFault).
  constexpr int64_t kShortest = 10;
  for (int sign : {1, -1}) {
    std::vector<Event> events = eventsIn(rows);
    events.erase(std::remove_if(
                     events.begin(), events.end(),
                     [&](const Event &event) { return event.off * sign < 0; }),
                 events.end());
    if (events.size() < kFewest)
      continue;
    std::map<int64_t, size_t> steps;
    for (size_t i = 1; i < events.size(); ++i)
      ++steps[events[i].cycle - events[i - 1].cycle];
    auto usual = std::max_element(
        steps.begin(), steps.end(),
        [](const auto &a, const auto &b) { return a.second < b.second; });
    int64_t life = rows.back().cycle - rows.front().cycle + 1;
    if (usual->first < kShortest ||
        usual->second * 5 < (events.size() - 1) * 4 ||
        usual->first * int64_t(events.size()) * 2 < life)
      continue;
    std::nth_element(
        events.begin(), events.begin() + events.size() / 2, events.end(),
        [](const Event &a, const Event &b) { return a.off < b.off; });
    double off = events[events.size() / 2].off;
    return fmt::format("every {} cycles one measures {:.1f} % {}: reference "
                       "tests, or rests, among other cycles",
                       usual->first, std::abs(off) * 100,
                       off > 0 ? "more" : "less");
  }
  return "";
}

/// The row at which another battery seems to start, or 0.
size_t startOfAnother(const std::vector<RawRow> &rows) {
  constexpr size_t kNear = 5, kStay = 20;
  constexpr double kRise = 1.1;
  for (size_t t = kStay; t + kStay <= rows.size(); ++t) {
    if (rows[t].value <= rows[t - 1].value)
      continue;
    double before = medianOf(rows, t - kNear, t);
    if (before > 0 && medianOf(rows, t, t + kNear) > kRise * before &&
        medianOf(rows, t, t + kStay) > kRise * before &&
        medianOf(rows, t, t + kStay) > kRise * medianOf(rows, t - kStay, t))
      return t;
  }
  return 0;
}

} // namespace

std::string faultOfPattern(const std::vector<RawRow> &rows) {
  if (rows.empty())
    return "";
  if (isRunningSum(rows))
    return fmt::format("capacity rises from {:g} to {:g} over the cycles: a "
                       "running sum; give the capacity of each cycle",
                       rows.front().value, rows.back().value);
  if (size_t length = rowsOfOneValue(rows))
    return fmt::format("each capacity stands in {} rows: several rows a "
                       "cycle, or tests of every {}th cycle carried forward",
                       length, length);
  if (std::string tests = describeReferenceTests(rows); !tests.empty())
    return tests;
  if (size_t row = startOfAnother(rows))
    return fmt::format("capacity rises from {:g} to {:g} at cycle {} and "
                       "stays: another battery, or another test",
                       rows[row - 1].value, rows[row].value, rows[row].cycle);
  return "";
}

} // namespace dlnet
