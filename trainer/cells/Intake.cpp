// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order matters: odd first cycles go before the initial capacity is taken,
// and faults are looked for in SOH, where the thresholds are the same for all
// sizes of cell.
#include "trainer/cells/Intake.h"

#include "trainer/cells/Clean.h"

#include <fmt/format.h>

#include <algorithm>

namespace dlnet {

namespace {

constexpr double kMaximumSoh = 2, kMaximumAh = 1e6;

size_t countChanges(const std::vector<double> &a,
                    const std::vector<double> &b) {
  size_t changes = 0;
  for (size_t t = 0; t < a.size(); ++t)
    changes += a[t] != b[t];
  return changes;
}

double initialCapacity(const std::vector<double> &capacityAh) {
  constexpr size_t kCycles = 5;
  std::vector<double> first(capacityAh.begin(),
                            capacityAh.begin() +
                                std::min(kCycles, capacityAh.size()));
  std::sort(first.begin(), first.end());
  return first[first.size() / 2];
}

} // namespace

std::string faultOfCapacity(double capacityAh, const CellOptions &options) {
  if (options.sohBy == SohBy::InitialCapacity)
    return capacityAh > 0 && capacityAh < kMaximumAh
               ? ""
               : fmt::format("{:g} Ah is not in (0, {:g}) Ah", capacityAh,
                             kMaximumAh);
  double soh = capacityAh / options.nominalAh;
  return soh > 0 && soh < kMaximumSoh
             ? ""
             : fmt::format("{:g} Ah is not in (0, {:g}) Ah, twice the nominal",
                           capacityAh, kMaximumSoh * options.nominalAh);
}

Cell Intake::prepare(RawCell cell, const CellOptions &options,
                     CellCleaning &cleaning) {
  cleaning.name = cell.name;
  cleaning.missing = cell.missing;
  std::vector<double> &raw = cell.capacityAh;
  cleaning.firstDropped = countOddFirst(raw);
  raw.erase(raw.begin(), raw.begin() + std::ptrdiff_t(cleaning.firstDropped));
  cleaning.cycles = raw.size();
  if (!raw.empty()) {
    double one = options.sohBy == SohBy::InitialCapacity ? initialCapacity(raw)
                                                         : options.nominalAh;
    for (double &value : raw)
      value /= one;
  }
  Cell made =
      makeCell(std::move(cell.name), std::move(cell.batch), std::move(raw));
  cleaning.inputsReplaced = countChanges(made.raw, made.soh);
  cleaning.targetsReplaced = countChanges(made.raw, made.target);
  return made;
}

void Intake::skip(std::string name, std::string reason) {
  set.skipped.push_back({std::move(name), std::move(reason)});
}

void Intake::add(RawCell cell) {
  sources.push_back({cell.name, cell.source});
  CellCleaning cleaning;
  Cell made = prepare(std::move(cell), options, cleaning);
  auto absurd =
      std::find_if_not(made.raw.begin(), made.raw.end(),
                       [](double soh) { return soh > 0 && soh < kMaximumSoh; });
  if (absurd != made.raw.end())
    return skip(made.name,
                fmt::format("SOH {:g} at cycle {} is not in (0, {:g})", *absurd,
                            absurd - made.raw.begin(), kMaximumSoh));
  if (made.raw.size() < options.minimumCycles)
    return skip(made.name, fmt::format("{} cycles, {} needed", made.raw.size(),
                                       options.minimumCycles));
  if (auto reason = findFault(made.raw))
    return skip(made.name, *reason);
  set.cells.push_back(std::move(made));
  set.cleaning.push_back(std::move(cleaning));
}

Result<CellSet> Intake::finish(const std::string &path) {
  std::sort(sources.begin(), sources.end());
  for (size_t i = 1; i < sources.size(); ++i)
    if (sources[i].first == sources[i - 1].first)
      return Failure{fmt::format("{}: a second cell named '{}'",
                                 sources[i].second, sources[i].first)};
  if (sources.empty() && set.skipped.empty())
    return Failure{fmt::format("{}: holds no cell", path)};
  auto byName = [](const auto &a, const auto &b) { return a.name < b.name; };
  std::sort(set.cells.begin(), set.cells.end(), byName);
  std::sort(set.cleaning.begin(), set.cleaning.end(), byName);
  std::stable_sort(set.skipped.begin(), set.skipped.end(), byName);
  return std::move(set);
}

} // namespace dlnet
