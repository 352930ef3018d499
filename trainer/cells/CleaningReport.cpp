// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Untouched cells are only counted: a table of a hundred lines of zeros hides
// the three that matter.
#include "trainer/cells/CleaningReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace dlnet {

namespace {

bool isTouched(const CellCleaning &cell) {
  return cell.firstDropped || cell.missing || cell.inputsReplaced ||
         cell.targetsReplaced;
}

CellCleaning sumOf(const CellSet &set) {
  CellCleaning sum;
  for (const CellCleaning &cell : set.cleaning) {
    sum.cycles += cell.cycles;
    sum.firstDropped += cell.firstDropped;
    sum.missing += cell.missing;
    sum.inputsReplaced += cell.inputsReplaced;
    sum.targetsReplaced += cell.targetsReplaced;
  }
  return sum;
}

nlohmann::json countsOf(const CellCleaning &cell) {
  return {{"cycles", cell.cycles},
          {"first_dropped", cell.firstDropped},
          {"missing", cell.missing},
          {"inputs_replaced", cell.inputsReplaced},
          {"targets_replaced", cell.targetsReplaced}};
}

} // namespace

std::string printCleaning(const CellSet &set) {
  size_t width = 24;
  for (const CellCleaning &cell : set.cleaning)
    width = std::max(width, cell.name.size());
  size_t touched = size_t(
      std::count_if(set.cleaning.begin(), set.cleaning.end(), isTouched));
  std::string text;
  auto row = [&](const std::string &name, const CellCleaning &cell) {
    text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", name, width,
                        cell.cycles, cell.firstDropped, cell.missing,
                        cell.inputsReplaced, cell.targetsReplaced);
  };
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "cell", width,
                      "cycles", "first", "missing", "inputs", "targets");
  text += fmt::format("{:<{}}{:>8}{:>9}{:>9}{:>9}{:>9}\n", "", width, "kept",
                      "dropped", "", "replaced", "replaced");
  for (const CellCleaning &cell : set.cleaning)
    if (isTouched(cell))
      row(cell.name, cell);
  row(fmt::format("{} cells, {} touched", set.cells.size(), touched),
      sumOf(set));
  for (const SkippedCell &cell : set.skipped)
    text += fmt::format("skipped {}: {}\n", cell.name, cell.reason);
  return text;
}

nlohmann::json cleaningJson(const CellSet &set) {
  nlohmann::json json = countsOf(sumOf(set));
  json["cells_kept"] = set.cells.size();
  json["cells"] = nlohmann::json::array();
  for (const CellCleaning &cell : set.cleaning)
    if (isTouched(cell)) {
      json["cells"].push_back(countsOf(cell));
      json["cells"].back()["cell"] = cell.name;
    }
  json["skipped"] = nlohmann::json::array();
  for (const SkippedCell &cell : set.skipped)
    json["skipped"].push_back({{"cell", cell.name}, {"reason", cell.reason}});
  return json;
}

} // namespace dlnet
