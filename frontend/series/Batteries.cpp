// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Batteries.h"

#include "frontend/series/BatteryFiles.h"
#include "frontend/series/Clean.h"
#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

constexpr std::pair<CapacityUnit, std::string_view> kUnits[] = {
    {CapacityUnit::Auto, "auto"},
    {CapacityUnit::Ah, "ah"},
    {CapacityUnit::MilliAh, "mah"},
    {CapacityUnit::Fraction, "fraction"},
    {CapacityUnit::Percent, "percent"}};

} // namespace

std::string_view nameOf(CapacityUnit unit) {
  for (auto [known, name] : kUnits)
    if (known == unit)
      return name;
  return kUnits[0].second;
}

CapacityUnit unitNamed(std::string_view name) {
  for (auto [unit, known] : kUnits)
    if (known == name)
      return unit;
  return CapacityUnit::Auto;
}

Battery makeBattery(std::string name, std::string batch,
                    std::vector<double> raw) {
  Battery battery{std::move(name), std::move(batch), {}, {}, std::move(raw)};
  battery.soh = cleanInputs(battery.raw);
  battery.target = cleanTargets(battery.raw);
  return battery;
}

Result<BatterySet> readBatteries(const std::string &path,
                                 const BatteryOptions &options) {
  Result<BatteryFiles> files = findBatteryFiles(path);
  if (!files)
    return files.failure();
  if (!files->mats.empty())
    return Failure{fmt::format(
        "{}: MATLAB files are read by the trainer alone; convert them once: "
        "dlnet-train convert {} -o FOLDER",
        files->mats[0].path, path)};
  Intake intake(options);
  if (Status added = addTables(*files, intake); !added)
    return added.failure();
  return intake.finish(path);
}

Result<BatterySet> chooseBattery(Result<BatterySet> set,
                                 const std::string &path,
                                 const std::string &name) {
  if (!set)
    return set;
  for (const SkippedBattery &battery : set->skipped)
    if (battery.name == name)
      return Failure{fmt::format("{}: {}: {}", path, name, battery.reason)};
  std::vector<std::string> names;
  for (const Battery &battery : set->batteries)
    names.push_back(battery.name);
  if (name.empty() && names.size() > 1)
    return Failure{fmt::format("{}: holds {} batteries ({}); name one", path,
                               names.size(), shownList(names))};
  if (!name.empty())
    set->batteries = batteriesWithin(set->batteries, {name});
  if (set->batteries.empty())
    return Failure{fmt::format("{}: no battery '{}' among {}", path,
                               shownText(name), shownList(names))};
  return set;
}

Result<BatterySet> readBattery(const std::string &path,
                               const BatteryOptions &options,
                               const std::string &name) {
  return chooseBattery(readBatteries(path, options), path, name);
}

std::vector<Battery>
batteriesOutside(const std::vector<Battery> &batteries,
                 const std::vector<std::vector<std::string>> &lists) {
  std::set<std::string> seen;
  for (const std::vector<std::string> &names : lists)
    seen.insert(names.begin(), names.end());
  std::vector<Battery> unseen;
  for (const Battery &battery : batteries)
    if (!seen.count(battery.name))
      unseen.push_back(battery);
  return unseen;
}

std::vector<Battery> batteriesWithin(const std::vector<Battery> &batteries,
                                     const std::vector<std::string> &list) {
  std::set<std::string> names(list.begin(), list.end());
  std::vector<Battery> within;
  for (const Battery &battery : batteries)
    if (names.count(battery.name))
      within.push_back(battery);
  return within;
}

} // namespace dlnet
