// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formats are told apart by what they are, never by trying one reader
// after another: a damaged file must not be taken for another kind.
#include "trainer/cells/Cells.h"

#include "frontend/WriteFiles.h"
#include "trainer/cells/Clean.h"
#include "trainer/cells/CsvFile.h"
#include "trainer/cells/CsvReader.h"
#include "trainer/cells/Intake.h"
#include "trainer/cells/MatReader.h"
#include "trainer/cells/TableReader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
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

std::string describeSoh(const CellOptions &options) {
  if (options.sohBy == SohBy::InitialCapacity)
    return "capacity over the cell's initial one, the median of its first 5 "
           "kept cycles";
  return fmt::format("capacity over the nominal {:g} Ah", options.nominalAh);
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
  return intake.finish(path);
}

Status writeCells(const std::vector<Cell> &cells, const std::string &directory,
                  const CellOptions &options) {
  OutputFiles files;
  for (const Cell &cell : cells) {
    std::string &text = files[cell.name + ".csv"];
    text = options.column + "\n";
    for (double soh : cell.raw)
      text += fmt::format("{:.7f}\n", soh * options.nominalAh);
  }
  return writeFiles(directory, files);
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
