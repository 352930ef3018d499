// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is decided for all batteries alike (names, signs, unit) comes first;
// then each battery is judged alone. Odd first cycles go before the initial
// capacity is taken, and faults are looked for in SOH, where the thresholds are
// the same for all sizes of battery.
#include "frontend/series/Intake.h"

#include "frontend/series/Clean.h"
#include "frontend/series/CleaningReport.h"
#include "frontend/series/Cycles.h"
#include "frontend/series/Names.h"
#include "frontend/series/Text.h"
#include "frontend/series/Units.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace dlnet {

namespace {

constexpr size_t kFewRows = 3, kRowsPerFault = 100;

/// A battery with one row a cycle, on its way in.
struct Arrival {
  const BatteryFile *file;
  RawBattery *battery;
  CycleSeries series;
  double start = 0; ///< The median of its first values.
};

double medianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double startOf(const std::vector<RawRow> &rows) {
  constexpr size_t kFirst = 20;
  std::vector<double> first;
  for (const RawRow &row : rows)
    if (row.value > 0 && first.size() < kFirst)
      first.push_back(row.value);
  return first.empty() ? 0 : medianOf(std::move(first));
}

double initialCapacity(const std::vector<RawRow> &rows) {
  constexpr size_t kCycles = 5;
  std::vector<double> first;
  for (size_t i = 0; i < std::min(kCycles, rows.size()); ++i)
    first.push_back(rows[i].value);
  return medianOf(std::move(first));
}

size_t countChanges(const std::vector<double> &a,
                    const std::vector<double> &b) {
  size_t changes = 0;
  for (size_t t = 0; t < a.size(); ++t)
    changes += a[t] != b[t];
  return changes;
}

/// Quantities that may stand side by side in a set.
enum class Kind { Capacity, Soh, Charge };

Kind kindOf(Quantity quantity) {
  return quantity == Quantity::Soh      ? Kind::Soh
         : quantity == Quantity::Charge ? Kind::Charge
                                        : Kind::Capacity;
}

/// Judges the batteries of one call of Intake::finish.
class Judge {
public:
  Judge(const BatteryOptions &options, std::vector<BatteryFile> &files,
        std::vector<SkippedBattery> skipped)
      : options(options), files(files) {
    set.skipped = std::move(skipped);
  }

  Result<BatterySet> run(const std::string &path);

private:
  void skip(const std::string &name, std::string reason) {
    set.skipped.push_back({name, std::move(reason)});
  }
  void arrange();
  void settleSigns();
  Status settleUnit();
  void take(Arrival &arrival);
  void describe();

  const BatteryOptions &options;
  std::vector<BatteryFile> &files;
  std::vector<Arrival> arrivals;
  BatterySet set;
  bool byMagnitude = false;
  std::vector<const Arrival *> kept;
};

void Judge::arrange() {
  for (SkippedBattery &part : makeNamesUnique(files))
    set.skipped.push_back(std::move(part));
  for (BatteryFile &file : files) {
    if (file.rowsOfNoBattery)
      set.skippedRows.push_back(
          {std::filesystem::path(file.path).filename().string(),
           file.rowsOfNoBattery, file.firstOfNoBattery});
    for (RawBattery &battery : file.batteries) {
      CycleSeries series = arrangeCycles(battery);
      double start = startOf(series.rows);
      if (!series.reason.empty())
        skip(battery.name, series.reason);
      else if (start <= 0)
        skip(battery.name, "no capacity above 0");
      else
        arrivals.push_back({&file, &battery, std::move(series), start});
    }
  }
}

/// Drops the arrivals for which `why` has a reason.
template <typename Why>
void dropWhere(std::vector<Arrival> &arrivals,
               std::vector<SkippedBattery> &skipped, Why &&why) {
  std::vector<Arrival> kept;
  for (Arrival &arrival : arrivals)
    if (std::string reason = why(arrival); !reason.empty())
      skipped.push_back({arrival.battery->name, std::move(reason)});
    else
      kept.push_back(std::move(arrival));
  arrivals = std::move(kept);
}

void Judge::settleSigns() {
  size_t negative = size_t(std::count_if(
      arrivals.begin(), arrivals.end(),
      [](const Arrival &arrival) { return arrival.series.negative; }));
  bool most = negative * 2 > arrivals.size();
  dropWhere(arrivals, set.skipped, [&](const Arrival &arrival) {
    return arrival.series.negative == most
               ? ""
               : fmt::format("capacity {} zero, unlike in most batteries",
                             most ? "above" : "below");
  });
}

Status Judge::settleUnit() {
  struct Pool {
    const BatteryFile *file; ///< One of those with such a column.
    std::vector<double> starts;
  };
  std::map<std::pair<Kind, CapacityUnit>, Pool> pools;
  auto keyOf = [](const Arrival &arrival) {
    return std::pair(kindOf(arrival.file->meaning.quantity),
                     arrival.file->meaning.unit);
  };
  for (const Arrival &arrival : arrivals) {
    Pool &pool = pools[keyOf(arrival)];
    pool.file = arrival.file;
    pool.starts.push_back(arrival.start);
  }
  std::map<std::pair<Kind, CapacityUnit>, size_t> sizes; // By unit in truth.
  std::map<std::pair<Kind, CapacityUnit>, Result<CapacityUnit>> units;
  for (auto &[key, pool] : pools) {
    Result<CapacityUnit> unit =
        chooseUnit(pool.starts, pool.file->meaning, options);
    if (unit)
      sizes[{key.first, *unit}] += pool.starts.size();
    units.emplace(key, unit);
  }
  if (sizes.empty()) // No unit for any of them.
    return Failure{fmt::format("{}: {}", pools.begin()->second.file->column,
                               units.begin()->second.message())};
  auto most = std::max_element(
      sizes.begin(), sizes.end(),
      [](const auto &a, const auto &b) { return a.second < b.second; });
  for (auto other = sizes.begin(); other != sizes.end(); ++other)
    if (other != most && other->second == most->second)
      return Failure{fmt::format(
          "as many batteries in {} as in {}, or of another quantity; choose by "
          "--column, or read them apart",
          wordsOf(most->first.second), wordsOf(other->first.second))};
  CapacityUnit taken = most->first.second;
  byMagnitude = options.unit == CapacityUnit::Auto;
  dropWhere(arrivals, set.skipped, [&](const Arrival &arrival) -> std::string {
    const Result<CapacityUnit> &unit = units.at(keyOf(arrival));
    if (!unit)
      return unit.message();
    if (kindOf(arrival.file->meaning.quantity) != most->first.first ||
        *unit != taken)
      return fmt::format("capacity from '{}' in {}, unlike most batteries",
                         arrival.file->column, wordsOf(*unit));
    byMagnitude &= arrival.file->meaning.unit == CapacityUnit::Auto;
    return faultOfStart(arrival.start, taken, options);
  });
  set.reading.unit = taken;
  set.reading.unitKnown = !byMagnitude || taken == CapacityUnit::Fraction ||
                          taken == CapacityUnit::Percent ||
                          options.sohBy == SohKind::Nominal;
  byMagnitude &= set.reading.unitKnown;
  return success();
}

/// Judges one battery, and takes it in or lists it as skipped.
void Judge::take(Arrival &arrival) {
  CycleSeries &series = arrival.series;
  std::vector<RawRow> &rows = series.rows;
  const std::string &name = arrival.battery->name;
  BatteryCleaning cleaning;
  cleaning.name = name;
  std::vector<double> values;
  for (const RawRow &row : rows)
    values.push_back(row.value);
  cleaning.firstDropped = countOddFirst(values);
  rows.erase(rows.begin(),
             rows.begin() + std::ptrdiff_t(cleaning.firstDropped));
  double one = valueOfSoh1(set.reading.unit, options.nominalAh);
  if (options.sohBy == SohKind::Initial && !rows.empty())
    one = initialCapacity(rows);

  Battery battery{name, arrival.battery->batch, {}, {}, {}, {}, {}};
  std::vector<RawRow> sound;
  std::string absurd;
  for (const RawRow &row : rows) {
    double soh = row.value / one;
    if (soh > 0 && soh < kMaximumSoh) {
      sound.push_back(row);
      battery.raw.push_back(soh);
      battery.capacity.push_back(row.value);
      battery.cycles.push_back(row.cycle);
    } else if (absurd.empty()) {
      absurd = fmt::format("SOH {:g} at cycle {} is not in (0, {:g})", soh,
                           row.cycle, kMaximumSoh);
    }
  }
  size_t absurdRows = rows.size() - sound.size();
  size_t faulty = absurdRows + series.unreadable;
  if (faulty > kFewRows &&
      faulty * kRowsPerFault > rows.size() + series.unreadable)
    return skip(
        name,
        fmt::format("{} of {} rows cannot be used: {}", faulty,
                    rows.size() + series.unreadable,
                    series.unreadable ? arrival.battery->firstFault : absurd));
  if (auto fault = faultOfGaps(sound, cleaning.missing))
    return skip(name, *fault);
  if (battery.raw.size() < options.minimumCycles)
    return skip(name, fmt::format("{} cycles, {} needed", battery.raw.size(),
                                  options.minimumCycles));
  if (auto fault = findFault(battery.raw))
    return skip(name, *fault);

  auto leftOut = [&](size_t count, const std::string &reason) {
    if (count)
      set.skippedRows.push_back({name, count, reason});
  };
  leftOut(series.empty + series.unreadable, arrival.battery->firstFault);
  leftOut(absurdRows, absurd);
  leftOut(series.repeated, "says the same of its cycle again");
  cleaning.cycles = battery.raw.size();
  battery.soh = cleanInputs(battery.raw);
  battery.target = cleanTargets(battery.raw);
  cleaning.inputsReplaced = countChanges(battery.raw, battery.soh);
  cleaning.targetsReplaced = countChanges(battery.raw, battery.target);
  set.batteries.push_back(std::move(battery));
  set.cleaning.push_back(std::move(cleaning));
  kept.push_back(&arrival);
}

void Judge::describe() {
  std::map<std::pair<std::string, std::string>, size_t> shapes;
  std::set<const BatteryFile *> used;
  size_t records = 1, sorted = 0;
  bool negative = false;
  for (const Arrival *arrival : kept) {
    ++shapes[{arrival->file->shape, arrival->file->column}];
    used.insert(arrival->file);
    records = std::max(records, arrival->series.records);
    sorted += arrival->series.sorted;
    negative |= arrival->series.negative;
  }
  auto most = std::max_element(
      shapes.begin(), shapes.end(),
      [](const auto &a, const auto &b) { return a.second < b.second; });
  Reading &reading = set.reading;
  reading.column = most->first.second;
  bool soh = reading.unit == CapacityUnit::Fraction ||
             reading.unit == CapacityUnit::Percent;
  reading.text =
      fmt::format("{}, {} from '{}' {}", most->first.first,
                  soh ? "SOH" : "capacity", reading.column,
                  !reading.unitKnown                       ? "in its own unit"
                  : reading.unit == CapacityUnit::Fraction ? "as a fraction"
                  : soh                                    ? "in percent"
                        : fmt::format("in {}", wordsOf(reading.unit)));
  if (byMagnitude)
    reading.text += " (by magnitude)";
  if (negative)
    reading.text += ", signs turned";
  if (records > 1)
    reading.text += fmt::format(", {} rows a cycle taken as one", records);
  if (sorted)
    reading.text +=
        fmt::format(", rows of {} batteries sorted by cycle", sorted);
  for (const auto &[shape, batteries] : shapes)
    if (shape != most->first)
      reading.text += fmt::format("; {} batteries otherwise: {}, '{}'",
                                  batteries, shape.first, shape.second);
  reading.text += fmt::format(", {} {} of {} file{}", kept.size(),
                              kept.size() == 1 ? "battery" : "batteries",
                              used.size(), used.size() == 1 ? "" : "s");
}

Result<BatterySet> Judge::run(const std::string &path) {
  arrange();
  settleSigns();
  if (!arrivals.empty())
    if (Status settled = settleUnit(); !settled)
      return Failure{
          fmt::format("{}: {}{}", path, settled.message(), listSkipped(set))};
  for (Arrival &arrival : arrivals)
    take(arrival);
  auto byName = [](const auto &a, const auto &b) { return a.name < b.name; };
  std::sort(set.batteries.begin(), set.batteries.end(), byName);
  std::sort(set.cleaning.begin(), set.cleaning.end(), byName);
  std::stable_sort(set.skipped.begin(), set.skipped.end(), byName);
  if (set.batteries.empty())
    return Failure{
        fmt::format("{}: holds no usable battery{}", path, listSkipped(set))};
  if (options.strict && (!set.skipped.empty() || !set.skippedRows.empty()))
    return Failure{fmt::format("{}: under --strict nothing may be left out{}",
                               path, listSkipped(set))};
  describe();
  return std::move(set);
}

} // namespace

void Intake::skip(std::string name, std::string reason) {
  skipped.push_back({std::move(name), std::move(reason)});
}

Result<BatterySet> Intake::finish(const std::string &path) {
  return Judge(options, files, std::move(skipped)).run(path);
}

} // namespace dlnet
