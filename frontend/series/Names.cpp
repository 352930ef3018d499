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
  RawBattery *cell;
  /// From short to certain; the first is its name so far.
  std::vector<std::string> names;
  size_t taken = 0;
};

std::vector<std::string> namesFor(const RawBattery &cell,
                                  const BatteryFile &file) {
  std::string stem = fs::path(cell.source).filename().string();
  bool listed = cell.name != stem;
  std::vector<std::string> names = {cell.name};
  if (listed && !cell.batch.empty())
    names.push_back(cell.batch + "/" + cell.name);
  if (listed)
    names.push_back(stem + "/" + cell.name);
  std::string below = listed ? "/" + cell.name : "";
  names.push_back(cell.source + below);
  names.push_back(cell.source + fs::path(file.path).extension().string() +
                  below);
  return names;
}

/// First and last numbered cycle with a value.
std::pair<int64_t, int64_t> rangeOf(const RawBattery &cell) {
  std::pair<int64_t, int64_t> range{INT64_MAX, -1};
  for (const RawRow &row : cell.rows)
    if (std::isfinite(row.value)) {
      range.first = std::min(range.first, row.cycle);
      range.second = std::max(range.second, row.cycle);
    }
  return range;
}

/// Whether these cells of one name look like one whose test is in parts.
bool followOneAnother(const std::vector<Named *> &group) {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const Named *named : group) {
    if (!named->cell->counted)
      return false;
    ranges.push_back(rangeOf(*named->cell));
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
    for (RawBattery &cell : file.cells)
      all.push_back({&cell, namesFor(cell, file), 0});

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
          auto [from, to] = rangeOf(*named->cell);
          parts.push_back(
              {named->names[1],
               fmt::format("cycles {} to {} of a cell that other files or "
                           "batches hold more of; put them into one",
                           from, to)});
          gone.insert(named->cell);
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
    named.cell->name = named.names[named.taken];
  for (BatteryFile &file : files) {
    std::vector<RawBattery> kept;
    for (RawBattery &cell : file.cells)
      if (!gone.count(&cell))
        kept.push_back(std::move(cell));
    file.cells = std::move(kept);
  }
  return parts;
}

} // namespace dlnet
