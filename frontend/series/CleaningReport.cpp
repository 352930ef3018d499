// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Untouched cells are only counted: a table of a hundred lines of zeros hides
// the three that matter.
#include "frontend/series/CleaningReport.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace dlnet {

namespace {

bool isTouched(const BatteryCleaning &cell) {
  return cell.firstDropped || cell.missing || cell.inputsReplaced ||
         cell.targetsReplaced;
}

BatteryCleaning sumOf(const BatterySet &set) {
  BatteryCleaning sum;
  for (const BatteryCleaning &cell : set.cleaning) {
    sum.cycles += cell.cycles;
    sum.firstDropped += cell.firstDropped;
    sum.missing += cell.missing;
    sum.inputsReplaced += cell.inputsReplaced;
    sum.targetsReplaced += cell.targetsReplaced;
  }
  return sum;
}

nlohmann::json countsOf(const BatteryCleaning &cell) {
  return {{"cycles", cell.cycles},
          {"first_dropped", cell.firstDropped},
          {"missing", cell.missing},
          {"inputs_replaced", cell.inputsReplaced},
          {"targets_replaced", cell.targetsReplaced}};
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
  for (const SkippedBattery &cell : set.skipped)
    text += fmt::format("skipped {}: {}\n", cell.name, cell.reason);
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
  for (const SkippedBattery &cell : set.skipped)
    add(cell.name, cell.reason);
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
  for (const BatteryCleaning &cell : set.cleaning)
    width = std::max(width, cell.name.size());
  size_t touched = size_t(
      std::count_if(set.cleaning.begin(), set.cleaning.end(), isTouched));
  std::string text;
  auto row = [&](const std::string &name, const BatteryCleaning &cell) {
    text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", name, width,
                        cell.cycles, cell.firstDropped, cell.missing,
                        cell.inputsReplaced, cell.targetsReplaced);
  };
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "cell", width,
                      "cycles", "first", "missing", "inputs", "targets");
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "", width, "kept",
                      "dropped", "", "replaced", "replaced");
  for (const BatteryCleaning &cell : set.cleaning)
    if (isTouched(cell))
      row(cell.name, cell);
  row(fmt::format("{} cells, {} touched", set.batteries.size(), touched),
      sumOf(set));
  return text + printSkipped(set);
}

nlohmann::json cleaningJson(const BatterySet &set) {
  nlohmann::json json = countsOf(sumOf(set));
  json["cells_kept"] = set.batteries.size();
  json["cells"] = nlohmann::json::array();
  for (const BatteryCleaning &cell : set.cleaning)
    if (isTouched(cell)) {
      json["cells"].push_back(countsOf(cell));
      json["cells"].back()["cell"] = cell.name;
    }
  json["skipped"] = nlohmann::json::array();
  for (const SkippedBattery &cell : set.skipped)
    json["skipped"].push_back({{"cell", cell.name}, {"reason", cell.reason}});
  json["skipped_rows"] = nlohmann::json::array();
  for (const SkippedRows &rows : set.skippedRows)
    json["skipped_rows"].push_back(
        {{"cell", rows.name}, {"rows", rows.rows}, {"reason", rows.reason}});
  return json;
}

} // namespace dlnet
