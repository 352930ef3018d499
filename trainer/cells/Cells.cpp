// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/cells/Cells.h"

#include "trainer/cells/CellFiles.h"
#include "trainer/cells/Clean.h"
#include "trainer/cells/Text.h"

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

Cell makeCell(std::string name, std::string batch, std::vector<double> raw) {
  Cell cell{std::move(name), std::move(batch), {}, {}, std::move(raw)};
  cell.soh = cleanInputs(cell.raw);
  cell.target = cleanTargets(cell.raw);
  return cell;
}

Result<CellSet> readCells(const std::string &path, const CellOptions &options) {
  Result<CellFiles> files = findCellFiles(path);
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

Result<CellSet> chooseCell(Result<CellSet> set, const std::string &path,
                           const std::string &name) {
  if (!set)
    return set;
  for (const SkippedCell &cell : set->skipped)
    if (cell.name == name)
      return Failure{fmt::format("{}: {}: {}", path, name, cell.reason)};
  std::vector<std::string> names;
  for (const Cell &cell : set->cells)
    names.push_back(cell.name);
  if (name.empty() && names.size() > 1)
    return Failure{fmt::format("{}: holds {} cells ({}); name one", path,
                               names.size(), shownList(names))};
  if (!name.empty())
    set->cells = cellsWithin(set->cells, {name});
  if (set->cells.empty())
    return Failure{fmt::format("{}: no cell '{}' among {}", path,
                               shownText(name), shownList(names))};
  return set;
}

Result<CellSet> readCell(const std::string &path, const CellOptions &options,
                         const std::string &name) {
  return chooseCell(readCells(path, options), path, name);
}

std::vector<Cell>
cellsOutside(const std::vector<Cell> &cells,
             const std::vector<std::vector<std::string>> &lists) {
  std::set<std::string> seen;
  for (const std::vector<std::string> &names : lists)
    seen.insert(names.begin(), names.end());
  std::vector<Cell> unseen;
  for (const Cell &cell : cells)
    if (!seen.count(cell.name))
      unseen.push_back(cell);
  return unseen;
}

std::vector<Cell> cellsWithin(const std::vector<Cell> &cells,
                              const std::vector<std::string> &list) {
  std::set<std::string> names(list.begin(), list.end());
  std::vector<Cell> within;
  for (const Cell &cell : cells)
    if (names.count(cell.name))
      within.push_back(cell);
  return within;
}

} // namespace dlnet
