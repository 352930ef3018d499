// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Names.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

struct Named {
  RawBattery *battery;
  /// From short to certain; the first is its name so far.
  std::vector<std::string> names;
  size_t taken = 0;
};

std::vector<std::string> namesFor(const RawBattery &battery,
                                  const BatteryFile &file) {
  std::string stem = fs::path(battery.source).filename().string();
  bool listed = battery.name != stem;
  std::vector<std::string> names = {battery.name};
  if (listed && !battery.batch.empty())
    names.push_back(battery.batch + "/" + battery.name);
  if (listed)
    names.push_back(stem + "/" + battery.name);
  std::string below = listed ? "/" + battery.name : "";
  names.push_back(battery.source + below);
  names.push_back(battery.source + fs::path(file.path).extension().string() +
                  below);
  return names;
}

/// First and last numbered cycle with a value.
std::pair<int64_t, int64_t> rangeOf(const RawBattery &battery) {
  std::pair<int64_t, int64_t> range{INT64_MAX, -1};
  for (const RawRow &row : battery.rows)
    if (std::isfinite(row.value)) {
      range.first = std::min(range.first, row.cycle);
      range.second = std::max(range.second, row.cycle);
    }
  return range;
}

/// Whether these batteries of one name look like one whose test is in parts.
bool followOneAnother(const std::vector<Named *> &group) {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const Named *named : group) {
    if (!named->battery->counted)
      return false;
    ranges.push_back(rangeOf(*named->battery));
    if (ranges.back().second < 0)
      return false;
  }
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first <= ranges[i - 1].second)
      return false;
  return true;
}

} // namespace

std::vector<SkippedBattery> makeNamesUnique(std::vector<BatteryFile> &files) {
  std::vector<Named> all;
  for (BatteryFile &file : files)
    for (RawBattery &battery : file.batteries)
      all.push_back({&battery, namesFor(battery, file), 0});

  std::vector<SkippedBattery> parts;
  std::set<const RawBattery *> gone;
  for (bool first = true;; first = false) {
    std::map<std::string, std::vector<Named *>> groups;
    for (Named &named : all)
      groups[named.names[named.taken]].push_back(&named);
    bool changed = false;
    for (auto &[name, group] : groups) {
      if (group.size() < 2)
        continue;
      bool inParts = first && followOneAnother(group);
      for (Named *named : group) {
        if (inParts) {
          auto [from, to] = rangeOf(*named->battery);
          parts.push_back(
              {named->names[1],
               fmt::format("cycles {} to {} of a battery that other files or "
                           "batches hold more of; put them into one",
                           from, to)});
          gone.insert(named->battery);
        }
        if (named->taken + 1 < named->names.size()) {
          ++named->taken;
          changed = true;
        }
      }
    }
    if (!changed)
      break;
  }
  for (Named &named : all)
    named.battery->name = named.names[named.taken];
  for (BatteryFile &file : files) {
    std::vector<RawBattery> kept;
    for (RawBattery &battery : file.batteries)
      if (!gone.count(&battery))
        kept.push_back(std::move(battery));
    file.batteries = std::move(kept);
  }
  return parts;
}

} // namespace dlnet
