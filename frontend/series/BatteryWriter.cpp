// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names come from strangers' tables: none of them may lead out of the folder.
#include "frontend/series/Batteries.h"
#include "frontend/series/Text.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// Whether a path of names goes down only, through nothing hidden.
bool staysBelow(const fs::path &path) {
  return path.is_relative() && !path.empty() &&
         std::all_of(path.begin(), path.end(), [](const fs::path &part) {
           return !part.empty() && part.string().front() != '.';
         });
}

/// Where a battery goes below the folder, so that reading finds name and batch.
fs::path placeOf(const Battery &battery) {
  fs::path name(battery.name + ".csv");
  bool within =
      battery.batch.empty() || battery.name.rfind(battery.batch + "/", 0) == 0;
  return within ? name : fs::path(battery.batch) / name;
}

std::string headerOf(CapacityUnit unit) {
  switch (unit) {
  case CapacityUnit::MilliAh:
    return "cycle,capacity_mah\n";
  case CapacityUnit::Fraction:
    return "cycle,soh_fraction\n";
  case CapacityUnit::Percent:
    return "cycle,soh_percent\n";
  case CapacityUnit::Ah:
    return "cycle,capacity_ah\n";
  default:
    return "cycle,capacity\n";
  }
}

std::string textOf(const Battery &battery, const BatteryOptions &options,
                   CapacityUnit unit) {
  if (battery.capacity.empty()) {
    std::string text = "capacity\n";
    for (double soh : battery.raw)
      text += fmt::format("{:.7f}\n", soh * options.nominalAh);
    return text;
  }
  std::string text = headerOf(unit);
  for (size_t t = 0; t < battery.capacity.size(); ++t)
    text += fmt::format("{},{}\n", battery.cycles[t], battery.capacity[t]);
  return text;
}

} // namespace

Status writeBatteries(const std::vector<Battery> &batteries,
                      const std::string &directory,
                      const BatteryOptions &options, CapacityUnit unit) {
  std::set<fs::path> places;
  for (const Battery &battery : batteries) {
    fs::path place = placeOf(battery);
    if (!staysBelow(place))
      return Failure{fmt::format("{}: '{}' is no name for a file", directory,
                                 shownText(place.string()))};
    if (!places.insert(place).second)
      return Failure{fmt::format("{}: two batteries would be '{}'", directory,
                                 shownText(place.string()))};
  }
  OutputFiles files;
  for (const Battery &battery : batteries)
    files[placeOf(battery).string()] = textOf(battery, options, unit);
  return writeFiles(directory, files);
}

} // namespace dlnet
