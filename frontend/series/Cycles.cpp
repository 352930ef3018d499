// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Cycles.h"

#include "frontend/series/Patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace dlnet {

namespace {

constexpr int64_t kLongestGap = 3;
constexpr size_t kFewMissing = 3, kRowsPerMissing = 100;

std::string placeOf(const RawRow &row) {
  return row.line ? fmt::format("line {}", row.line)
                  : fmt::format("cycle {}", row.cycle);
}

/// Turns the signs of a battery that counts discharge as negative.
void turnSigns(CycleSeries &series) {
  size_t below = 0, above = 0;
  for (const RawRow &row : series.rows) {
    below += row.value < 0;
    above += row.value > 0;
  }
  series.negative = below > above;
  if (series.negative)
    for (RawRow &row : series.rows)
      row.value = -row.value;
}

/// One value for rows [begin, end) of one cycle. Empty reason: done.
std::string reduceRecords(const RawRow *begin, const RawRow *end, RawRow &one,
                          bool &grows) {
  constexpr double kSame = 1e-9, kSlack = 1e-6, kSmall = 0.9;
  auto [least, most] =
      std::minmax_element(begin, end, [](const RawRow &a, const RawRow &b) {
        return a.value < b.value;
      });
  one = *most;
  if (most->value - least->value <= kSame * std::abs(most->value))
    return "";
  double slack = kSlack * std::abs(most->value);
  for (const RawRow *row = begin + 1; row < end; ++row)
    if (row->value < row[-1].value - slack)
      return fmt::format("cycle {} has {} rows whose capacity rises and falls "
                         "({:g} on {}, then {:g}): give one row a cycle",
                         row->cycle, end - begin, row[-1].value,
                         placeOf(row[-1]), row->value);
  if (end - begin < 3 || begin->value > kSmall * most->value)
    return fmt::format(
        "cycle {} has {} rows with other capacities ({:g} and {:g}): give one "
        "row a cycle",
        begin->cycle, end - begin, begin->value, most->value);
  grows = true;
  return "";
}

/// Puts rows of one cycle together; they come sorted by cycle, stably.
void joinRows(CycleSeries &series) {
  std::vector<RawRow> joined;
  std::vector<size_t> sizes;
  bool grows = false;
  const std::vector<RawRow> &rows = series.rows;
  size_t distinct = 0;
  for (size_t i = 0; i < rows.size(); ++i)
    distinct += i == 0 || rows[i].cycle != rows[i - 1].cycle;
  bool records = rows.size() >= 2 * distinct;
  for (size_t begin = 0, end; begin < rows.size(); begin = end) {
    for (end = begin + 1;
         end < rows.size() && rows[end].cycle == rows[begin].cycle; ++end)
      ;
    RawRow one = rows[begin];
    // Rows of one cycle stand together; those of several batteries do not.
    for (size_t i = begin + 1; records && i < end; ++i)
      if (rows[i].place != rows[i - 1].place + 1) {
        series.reason = fmt::format(
            "cycle {} stands on {} and again on {}: several batteries, or a "
            "test "
            "that starts again; name a column of batteries by --battery-column",
            one.cycle, placeOf(rows[i - 1]), placeOf(rows[i]));
        return;
      }
    if (records) {
      series.reason =
          reduceRecords(&rows[begin], &rows[begin] + (end - begin), one, grows);
      if (!series.reason.empty())
        return;
    } else {
      for (size_t i = begin + 1; i < end; ++i)
        if (rows[i].value != one.value) {
          series.reason =
              fmt::format("cycle {} stands on {} with {:g} and on {} with "
                          "{:g}: a test that starts again, or another battery",
                          one.cycle, placeOf(one), one.value, placeOf(rows[i]),
                          rows[i].value);
          return;
        }
      series.repeated += end - begin - 1;
    }
    sizes.push_back(end - begin);
    joined.push_back(one);
  }
  if (records && !sizes.empty()) {
    std::nth_element(sizes.begin(), sizes.begin() + sizes.size() / 2,
                     sizes.end());
    series.records = sizes[sizes.size() / 2];
  }
  series.rows = std::move(joined);
}

std::string ordinal(int64_t number) {
  int64_t tens = number % 100, ones = number % 10;
  const char *ending = tens >= 11 && tens <= 13 ? "th"
                       : ones == 1              ? "st"
                       : ones == 2              ? "nd"
                       : ones == 3              ? "rd"
                                                : "th";
  return fmt::format("{}{}", number, ending);
}

} // namespace

CycleSeries arrangeCycles(const RawBattery &battery) {
  CycleSeries series;
  for (const RawRow &row : battery.rows)
    if (std::isfinite(row.value))
      series.rows.push_back(row);
    else
      ++(row.unreadable ? series.unreadable : series.empty);
  if (series.rows.empty()) {
    series.reason = battery.firstFault.empty()
                        ? "no row with a capacity"
                        : "no row with a capacity: " + battery.firstFault;
    return series;
  }
  turnSigns(series);
  if (battery.counted) {
    auto byCycle = [](const RawRow &a, const RawRow &b) {
      return a.cycle < b.cycle;
    };
    bool rising =
        std::is_sorted(series.rows.begin(), series.rows.end(), byCycle);
    for (size_t i = 0; i < series.rows.size(); ++i)
      series.rows[i].place = uint32_t(i);
    if (!rising)
      std::stable_sort(series.rows.begin(), series.rows.end(), byCycle);
    joinRows(series);
    // A resumed test repeats rows; without those the order is right.
    if (!rising && series.reason.empty())
      series.sorted = !std::is_sorted(
          series.rows.begin(), series.rows.end(),
          [](const RawRow &a, const RawRow &b) { return a.place < b.place; });
  }
  if (series.reason.empty() && series.rows.size() > kMaximumCycles)
    series.reason = "more than a million cycles";
  if (series.reason.empty())
    series.reason = faultOfPattern(series.rows);
  return series;
}

std::optional<std::string> faultOfGaps(const std::vector<RawRow> &rows,
                                       size_t &missing) {
  missing = 0;
  int64_t longest = 0, after = 0;
  std::vector<int64_t> steps;
  for (size_t i = 1; i < rows.size(); ++i) {
    int64_t step = rows[i].cycle - rows[i - 1].cycle;
    steps.push_back(step);
    missing += size_t(step - 1);
    if (step - 1 > longest) {
      longest = step - 1;
      after = rows[i - 1].cycle;
    }
  }
  if (missing == 0)
    return std::nullopt;
  std::nth_element(steps.begin(), steps.begin() + steps.size() / 2,
                   steps.end());
  int64_t usual = steps[steps.size() / 2];
  if (usual > 1)
    return fmt::format("measured only every {} cycle", ordinal(usual));
  if (longest > kLongestGap)
    return fmt::format("{} cycles missing after cycle {}", longest, after);
  if (missing > kFewMissing &&
      missing * kRowsPerMissing > rows.size() + missing)
    return fmt::format("{} of {} cycles missing", missing,
                       rows.size() + missing);
  return std::nullopt;
}

} // namespace dlnet
