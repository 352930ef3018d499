// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Untouched batteries are only counted: a table of a hundred lines of zeros
// hides the three that matter.
#include "frontend/series/CleaningReport.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace dlnet {

namespace {

bool isTouched(const BatteryCleaning &battery) {
  return battery.firstDropped || battery.missing || battery.inputsReplaced ||
         battery.targetsReplaced;
}

BatteryCleaning sumOf(const BatterySet &set) {
  BatteryCleaning sum;
  for (const BatteryCleaning &battery : set.cleaning) {
    sum.cycles += battery.cycles;
    sum.firstDropped += battery.firstDropped;
    sum.missing += battery.missing;
    sum.inputsReplaced += battery.inputsReplaced;
    sum.targetsReplaced += battery.targetsReplaced;
  }
  return sum;
}

nlohmann::json countsOf(const BatteryCleaning &battery) {
  return {{"cycles", battery.cycles},
          {"first_dropped", battery.firstDropped},
          {"missing", battery.missing},
          {"inputs_replaced", battery.inputsReplaced},
          {"targets_replaced", battery.targetsReplaced}};
}

std::string countOf(size_t rows) {
  return rows == 1 ? "1 row" : fmt::format("{} rows", rows);
}

} // namespace

std::string printReading(const BatterySet &set) {
  return set.reading.text.empty()
             ? ""
             : fmt::format("reading: {}\n", set.reading.text);
}

std::string printSkipped(const BatterySet &set) {
  std::string text;
  for (const SkippedRows &rows : set.skippedRows)
    text += fmt::format("skipped {} of {}: {}\n", countOf(rows.rows), rows.name,
                        rows.reason);
  for (const SkippedBattery &battery : set.skipped)
    text += fmt::format("skipped {}: {}\n", battery.name, battery.reason);
  return text;
}

std::string listSkipped(const BatterySet &set) {
  constexpr size_t kMostLines = 20, kMostNames = 4;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  auto add = [&](const std::string &name, const std::string &reason) {
    auto known =
        std::find_if(reasons.begin(), reasons.end(),
                     [&](const auto &entry) { return entry.first == reason; });
    if (known == reasons.end())
      known = reasons.insert(known, {reason, {}});
    known->second.push_back(name);
  };
  for (const SkippedBattery &battery : set.skipped)
    add(battery.name, battery.reason);
  for (const SkippedRows &rows : set.skippedRows)
    add(fmt::format("{} of {}", countOf(rows.rows), rows.name), rows.reason);
  std::string text;
  for (size_t i = 0; i < std::min(reasons.size(), kMostLines); ++i) {
    const auto &[reason, names] = reasons[i];
    text += "\n  ";
    for (size_t n = 0; n < std::min(names.size(), kMostNames); ++n)
      text += (n ? ", " : "") + shownText(names[n]);
    if (names.size() > kMostNames)
      text += fmt::format(" and {} more", names.size() - kMostNames);
    text += ": " + reason;
  }
  if (reasons.size() > kMostLines)
    text += fmt::format("\n  and {} more reasons", reasons.size() - kMostLines);
  return text;
}

std::string printCleaning(const BatterySet &set) {
  size_t width = 24;
  for (const BatteryCleaning &battery : set.cleaning)
    width = std::max(width, battery.name.size());
  size_t touched = size_t(
      std::count_if(set.cleaning.begin(), set.cleaning.end(), isTouched));
  std::string text;
  auto row = [&](const std::string &name, const BatteryCleaning &battery) {
    text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", name, width,
                        battery.cycles, battery.firstDropped, battery.missing,
                        battery.inputsReplaced, battery.targetsReplaced);
  };
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "cell", width,
                      "cycles", "first", "missing", "inputs", "targets");
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "", width, "kept",
                      "dropped", "", "replaced", "replaced");
  for (const BatteryCleaning &battery : set.cleaning)
    if (isTouched(battery))
      row(battery.name, battery);
  row(fmt::format("{} batteries, {} touched", set.batteries.size(), touched),
      sumOf(set));
  return text + printSkipped(set);
}

nlohmann::json cleaningJson(const BatterySet &set) {
  nlohmann::json json = countsOf(sumOf(set));
  json["cells_kept"] = set.batteries.size();
  json["cells"] = nlohmann::json::array();
  for (const BatteryCleaning &battery : set.cleaning)
    if (isTouched(battery)) {
      json["cells"].push_back(countsOf(battery));
      json["cells"].back()["cell"] = battery.name;
    }
  json["skipped"] = nlohmann::json::array();
  for (const SkippedBattery &battery : set.skipped)
    json["skipped"].push_back(
        {{"cell", battery.name}, {"reason", battery.reason}});
  json["skipped_rows"] = nlohmann::json::array();
  for (const SkippedRows &rows : set.skippedRows)
    json["skipped_rows"].push_back(
        {{"cell", rows.name}, {"rows", rows.rows}, {"reason", rows.reason}});
  return json;
}

} // namespace dlnet
