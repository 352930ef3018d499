// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Units.h"

#include <fmt/format.h>

#include <algorithm>

namespace dlnet {

namespace {

constexpr double kLowestStart = 0.5, kHighestStart = 1.3;
/// What new batteries hold of their nominal capacity, for a suggestion.
constexpr double kUsualStart = 0.98;
/// No SOH reaches this as a fraction, and none ends here in percent.
constexpr double kPercentFrom = 3;

bool isStart(double soh) { return soh > kLowestStart && soh < kHighestStart; }

/// The nominal capacity that a battery with this start has, to two digits.
std::string likelyNominal(double startAh) {
  double likely = startAh / kUsualStart;
  return likely < 99 ? fmt::format("{:.2g}", likely)
                     : fmt::format("{:.3g}", likely);
}

std::string advice(double start, CapacityUnit unit) {
  switch (unit) {
  case CapacityUnit::Ah:
    return fmt::format("--nominal {}", likelyNominal(start));
  case CapacityUnit::MilliAh:
    return fmt::format("--nominal {}", likelyNominal(start / 1000));
  case CapacityUnit::Auto:
    if (start >= 200)
      return fmt::format("--nominal {} --unit mah",
                         likelyNominal(start / 1000));
    return fmt::format("--nominal {}, or --nominal {} --unit mah{}",
                       likelyNominal(start), likelyNominal(start / 1000),
                       isStart(start)         ? ", or --unit fraction"
                       : isStart(start / 100) ? ", or --unit percent"
                                              : "");
  default:
    return "--unit, --nominal";
  }
}

} // namespace

const char *wordsOf(CapacityUnit unit) {
  switch (unit) {
  case CapacityUnit::MilliAh:
    return "mAh";
  case CapacityUnit::Fraction:
    return "parts of SOH 1";
  case CapacityUnit::Percent:
    return "percent of SOH";
  default:
    return "Ah";
  }
}

double valueOfSoh1(CapacityUnit unit, double nominalAh) {
  switch (unit) {
  case CapacityUnit::MilliAh:
    return nominalAh * 1000;
  case CapacityUnit::Fraction:
    return 1;
  case CapacityUnit::Percent:
    return 100;
  default:
    return nominalAh;
  }
}

Result<CapacityUnit> chooseUnit(std::vector<double> starts,
                                const ColumnMeaning &meaning,
                                const BatteryOptions &options) {
  std::nth_element(starts.begin(), starts.begin() + starts.size() / 2,
                   starts.end());
  double start = starts[starts.size() / 2];
  CapacityUnit told =
      options.unit != CapacityUnit::Auto ? options.unit : meaning.unit;
  std::vector<CapacityUnit> possible = {told};
  if (told == CapacityUnit::Auto)
    possible = meaning.quantity == Quantity::Soh
                   ? std::vector{start < kPercentFrom ? CapacityUnit::Fraction
                                                      : CapacityUnit::Percent}
                   : std::vector{CapacityUnit::Ah, CapacityUnit::MilliAh};
  if (options.sohBy == SohKind::Initial)
    return possible[0];
  for (CapacityUnit unit : possible)
    if (isStart(start / valueOfSoh1(unit, options.nominalAh)))
      return unit;
  if (possible.size() == 1)
    return Failure{fmt::format(
        "batteries start at {:g} {}, an SOH of {:.3g} by the nominal {:g} Ah; "
        "likely: {}",
        start, wordsOf(possible[0]),
        start / valueOfSoh1(possible[0], options.nominalAh), options.nominalAh,
        advice(start, possible[0]))};
  return Failure{fmt::format("batteries start at {:g}, neither in Ah nor in "
                             "mAh the capacity of batteries of "
                             "nominal {:g} Ah; likely: {}",
                             start, options.nominalAh,
                             advice(start, CapacityUnit::Auto))};
}

std::string faultOfStart(double start, CapacityUnit unit,
                         const BatteryOptions &options) {
  double soh = start / valueOfSoh1(unit, options.nominalAh);
  if (options.sohBy == SohKind::Initial || isStart(soh))
    return "";
  return fmt::format(
      "starts at {:g} {}, an SOH of {:.3g}: another unit or "
      "another size of battery than most; for batteries of several "
      "sizes: --soh initial",
      start, wordsOf(unit), soh);
}

} // namespace dlnet
