// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/FamilyReading.h"

#include "frontend/series/Simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace dlnet {

namespace {

constexpr size_t kFirstCycles = 20;
/// Batteries of sizes farther apart are not of one nominal capacity.
constexpr double kOneSize = 1.25;

using Read = std::function<Result<BatterySet>(const BatteryOptions &)>;

/// 0 of none.
double medianOfFirst(const std::vector<double> &values, size_t count) {
  std::vector<double> first(values.begin(),
                            values.begin() +
                                std::ptrdiff_t(std::min(count, values.size())));
  std::sort(first.begin(), first.end());
  return first.empty() ? 0 : first[first.size() / 2];
}

bool holdsAh(const BatterySet &set) {
  return set.reading.unit == CapacityUnit::Ah ||
         set.reading.unit == CapacityUnit::MilliAh;
}

/// SOH at first of the batteries that are far, in rising order.
std::vector<double> farOnes(const BatterySet &set, const Range &trained) {
  std::vector<double> far;
  for (const Battery &battery : set.batteries)
    if (double soh = firstSoh(battery); isFar(soh, trained))
      far.push_back(soh);
  std::sort(far.begin(), far.end());
  return far;
}

bool areMost(const std::vector<double> &far, const BatterySet &set) {
  return 2 * far.size() > set.batteries.size();
}

bool isOnPurpose(const BatteryArguments &arguments) {
  return arguments.nominalAh || arguments.sohBy;
}

/// "3 of 8 batteries begin at SOH 1.75 to 1.79"
std::string describeFar(const BatterySet &set, const std::vector<double> &far) {
  std::string soh = fmt::format("{:.2f}", far.front());
  if (std::string last = fmt::format("{:.2f}", far.back()); last != soh)
    soh += " to " + last;
  return set.batteries.size() == 1
             ? fmt::format("{} begins at SOH {}", set.batteries.front().name,
                           soh)
             : fmt::format("{} of {} batteries begin at SOH {}", far.size(),
                           set.batteries.size(), soh);
}

/// What would bring batteries that begin at these SOH, in rising order, to
/// where training was.
std::string likelyCause(const std::vector<double> &first, const BatterySet &set,
                        const BatteryOptions &options, const Range &trained) {
  if (options.sohBy == SohKind::Initial || !holdsAh(set))
    return "is the column, or its unit (--column, --unit), another one?";
  if (first.back() > kOneSize * first.front())
    return "the batteries are of several sizes; --soh initial takes each one's "
           "own capacity at first";
  double firstAh = first[first.size() / 2] * options.nominalAh;
  return fmt::format("likely --nominal {:g} ({:.3g} Ah at first)",
                     likelyNominal(firstAh, trained), firstAh);
}

Result<FamilyBatteries> readFor(const Family &family, const FamilyModel &model,
                                const BatteryArguments &arguments,
                                size_t minimumCycles, const Read &read) {
  BatteryOptions recorded = arguments.over(readingOf(family.data));
  recorded.minimumCycles = minimumCycles;
  std::vector<BatteryOptions> ways = {recorded};
  // Another tester's files have other headers.
  if (!arguments.column && !arguments.unit &&
      (family.data.column || family.data.unit)) {
    BatteryOptions byHeader = recorded;
    byHeader.column.clear();
    byHeader.unit = CapacityUnit::Auto;
    ways.push_back(byHeader);
  }
  Failure failure{""};
  for (const BatteryOptions &options : ways) {
    Result<BatterySet> set = read(options);
    if (!set || set->batteries.empty()) {
      if (&options != &ways.back())
        continue;
      if (!set)
        return set.failure();
      return FamilyBatteries{std::move(*set), options, {}};
    }
    auto warnings = checkAgainst(family, model, *set, options, arguments);
    if (warnings)
      return FamilyBatteries{std::move(*set), options, std::move(*warnings)};
    failure = warnings.failure();
  }
  return failure;
}

} // namespace

BatteryOptions readingOf(const DataRecord &record) {
  BatteryOptions options;
  options.nominalAh = record.nominalAh;
  options.sohBy = record.soh;
  options.column = record.column.value_or("");
  options.unit = unitNamed(record.unit.value_or("auto"));
  return options;
}

void recordReading(const BatteryOptions &options, const Reading &reading,
                   DataRecord &record) {
  record.nominalAh = options.nominalAh;
  record.soh = options.sohBy;
  if (reading.column.empty())
    return;
  record.column = reading.column;
  record.unit.reset();
  if (reading.unitKnown)
    record.unit = std::string(nameOf(reading.unit));
}

Battery simulatedFor(const DataRecord &record, const std::string &name,
                     uint64_t seed) {
  Battery battery = simulateBattery(name, seed);
  if (record.soh == SohKind::Nominal)
    return battery;
  double initial = medianOfFirst(battery.raw, kInitialCycles);
  for (double &soh : battery.raw)
    soh /= initial;
  return makeBattery(battery.name, battery.batch, std::move(battery.raw));
}

double firstSoh(const Battery &battery) {
  return medianOfFirst(battery.soh, kFirstCycles);
}

bool isFar(double soh, const Range &trained) {
  return soh < trained.low - kFarSoh || soh > trained.high + kFarSoh;
}

double likelyNominal(double firstAh, const Range &trained) {
  // Makers state what all of their batteries hold, in few digits.
  double least = firstAh / (trained.high + 0.02);
  double most = firstAh / std::max(trained.high - 0.08, 0.1);
  double decade = std::pow(10, std::floor(std::log10(most)));
  for (double step : {1.0, 0.5, 0.1, 0.05, 0.01}) {
    double unit = step * decade;
    double found = std::round((least + most) / 2 / unit) * unit;
    for (double candidate : {found, std::ceil(least / unit) * unit})
      if (candidate >= least && candidate <= most)
        return candidate;
  }
  return firstAh / trained.high;
}

std::string contradiction(const DataRecord &record,
                          const BatteryOptions &options) {
  DataRecord taken = record;
  recordReading(options, {}, taken);
  bool differs =
      taken.soh != record.soh ||
      (taken.soh == SohKind::Nominal && taken.nominalAh != record.nominalAh);
  if (!differs)
    return "";
  return fmt::format("SOH is {} here, and was {} in training",
                     describeSoh(taken), describeSoh(record));
}

Result<std::vector<std::string>>
checkAgainst(const Family &family, const FamilyModel &model,
             const BatterySet &set, const BatteryOptions &options,
             const BatteryArguments &arguments) {
  std::vector<std::string> warnings;
  if (std::string text = contradiction(family.data, options); !text.empty())
    warnings.push_back(text);
  if (arguments.nominalAh && !arguments.sohBy &&
      options.sohBy == SohKind::Initial)
    warnings.push_back("--nominal: does not count, SOH is taken over the "
                       "battery's own initial capacity; with --soh nominal it "
                       "does");
  Range trained = trainedSoh(model);
  std::vector<double> far = farOnes(set, trained);
  if (far.empty())
    return warnings;
  std::string text =
      describeFar(set, far) +
      fmt::format(", far from the {:.2f} to {:.2f} that {} was trained on "
                  "({}): {}",
                  trained.low, trained.high, model.name,
                  describeSoh(family.data),
                  likelyCause(far, set, options, trained));
  if (areMost(far, set) && !isOnPurpose(arguments))
    return Failure{text + "; --nominal or --soh, when given, is taken as it "
                          "is"};
  warnings.push_back(text);
  return warnings;
}

Status checkNominal(const BatterySet &set, const BatteryOptions &options,
                    const BatteryArguments &arguments) {
  const Range usual{0.8, 1.0};
  std::vector<double> far = farOnes(set, usual);
  if (!areMost(far, set) || isOnPurpose(arguments))
    return success();
  return Failure{describeFar(set, far) +
                 fmt::format(" of the nominal {:g} Ah, which is taken unless "
                             "another is given: {}",
                             options.nominalAh,
                             likelyCause(far, set, options, usual))};
}

Result<FamilyBatteries>
readBatteriesFor(const Family &family, const FamilyModel &model,
                 const std::string &path, const BatteryArguments &arguments,
                 size_t minimumCycles, const BatteryReader &reader) {
  return readFor(
      family, model, arguments, minimumCycles,
      [&](const BatteryOptions &options) { return reader(path, options); });
}

Result<FamilyBatteries> readBatteryFor(const Family &family,
                                       const FamilyModel &model,
                                       const std::string &path,
                                       const BatteryArguments &arguments,
                                       size_t minimumCycles) {
  return readFor(family, model, arguments, minimumCycles,
                 [&](const BatteryOptions &options) {
                   return readBattery(path, options);
                 });
}

} // namespace dlnet
