// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formats are told apart by what they are, never by trying one reader
// after another: a damaged file must not be taken for another kind.
#include "trainer/cells/Cells.h"

#include "trainer/cells/Clean.h"
#include "trainer/cells/CsvFile.h"
#include "trainer/cells/CsvReader.h"
#include "trainer/cells/Intake.h"
#include "trainer/cells/MatReader.h"
#include "trainer/cells/TableReader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// All files under a folder that end in `extension`, sorted by stem.
Result<std::vector<std::string>> filesUnder(const std::string &directory,
                                            const char *extension) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::recursive_directory_iterator entries(directory, error), end;
  for (; !error && entries != end; entries.increment(error))
    if (entries->is_regular_file(error) &&
        entries->path().extension() == extension)
      paths.push_back(entries->path());
  if (error)
    return Failure{fmt::format("{}: {}", directory, error.message())};
  std::sort(paths.begin(), paths.end(),
            [](const fs::path &a, const fs::path &b) {
              return std::pair(a.stem(), a) < std::pair(b.stem(), b);
            });
  return std::vector<std::string>(paths.begin(), paths.end());
}

Status readFolder(const std::string &directory, Intake &intake) {
  Result<std::vector<std::string>> csv = filesUnder(directory, ".csv");
  if (!csv)
    return csv.failure();
  Result<std::vector<std::string>> mat = filesUnder(directory, ".mat");
  if (!mat)
    return mat.failure();
  if (csv->empty() && mat->empty())
    return Failure{fmt::format("{}: holds no .csv or .mat file", directory)};
  if (!csv->empty() && !mat->empty())
    return Failure{fmt::format(
        "{}: holds .csv and .mat files; give the folder of one kind",
        directory)};
  return mat->empty() ? readCsvFolder(directory, *csv, intake)
                      : readMatFiles(*mat, intake);
}

Status readCsvFile(const std::string &path, Intake &intake) {
  Result<CsvFile> file = CsvFile::open(path);
  if (!file)
    return file.failure();
  if (file->hasColumn("cell"))
    return readTable(path, intake);
  return readCsvFolder(fs::path(path).parent_path().string(), {path}, intake);
}

} // namespace

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
  Intake intake(options);
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  std::string extension = fs::path(path).extension().string();
  Status read = success();
  if (fs::is_directory(status))
    read = readFolder(path, intake);
  else if (!fs::is_regular_file(status))
    return Failure{fmt::format("{}: no folder and no file", path)};
  else if (extension == ".mat")
    read = readMatFiles({path}, intake);
  else if (extension == ".csv")
    read = readCsvFile(path, intake);
  else
    return Failure{fmt::format("{}: neither a .csv nor a .mat file", path)};
  if (!read)
    return read.failure();
  Result<CellSet> set = intake.finish(path);
  if (set)
    set->reading.column =
        options.column.empty() ? "capacity" : options.column;
  return set;
}

Result<CellSet> readCell(const std::string &path, const CellOptions &options,
                         const std::string &name) {
  Result<CellSet> set = readCells(path, options);
  if (!set)
    return set;
  for (const SkippedCell &cell : set->skipped)
    if (cell.name == name || set->cells.empty())
      return Failure{
          fmt::format("{}: {}: {}", path, cell.name, cell.reason)};
  if (!name.empty())
    set->cells = cellsWithin(set->cells, {name});
  if (set->cells.empty())
    return Failure{fmt::format("{}: holds no cell '{}'", path, name)};
  if (set->cells.size() > 1)
    return Failure{
        fmt::format("{}: holds {} cells", path, set->cells.size())};
  return set;
}

Status writeCells(const std::vector<Cell> &cells, const std::string &directory,
                  const CellOptions &options) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return Failure{fmt::format("{}: {}", directory, error.message())};
  for (const Cell &cell : cells) {
    std::string path = (fs::path(directory) / (cell.name + ".csv")).string();
    std::ofstream stream(path, std::ios::binary);
    stream << (options.column.empty() ? "capacity" : options.column) << '\n';
    for (double soh : cell.raw)
      stream << fmt::format("{:.7f}\n", soh * options.nominalAh);
    stream.close();
    if (!stream)
      return Failure{fmt::format("{}: cannot be written", path)};
  }
  return success();
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
