// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cells are collected by name while the file is read once, which is what makes
// interleaved rows as easy as sorted ones.
#include "trainer/cells/TableReader.h"

#include "trainer/cells/CsvFile.h"
#include "trainer/cells/Progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace dlnet {

namespace {

constexpr size_t kMaximumCells = 100000, kMaximumRows = 20000000;
constexpr double kMaximumCycle = 1e7;
constexpr long kLongestGap = 3;
constexpr size_t kRowsPerMissing = 100;

struct Collected {
  RawCell raw;
  long last = 0;        ///< The newest cycle so far.
  long gap = 0;         ///< Most cycles missing in a row...
  long gapAfter = 0;    ///< ... and the cycle before them.
  size_t firstLine = 0; ///< Where the cell starts.
};

struct Columns {
  size_t cell = 0, cycle = 0, capacity = 0;
  std::optional<size_t> batch;
};

Result<Columns> findColumns(const CsvFile &file) {
  Columns columns;
  for (auto [name, index] :
       {std::pair("cell", &columns.cell), std::pair("cycle", &columns.cycle),
        std::pair("capacity_ah", &columns.capacity)}) {
    Result<size_t> found = file.column(name);
    if (!found)
      return found.failure();
    *index = *found;
  }
  if (file.hasColumn("batch")) {
    Result<size_t> found = file.column("batch");
    if (!found)
      return found.failure();
    columns.batch = *found;
  }
  return columns;
}

/// Takes the row that `file` has just read into its cell.
Status takeRow(const CsvFile &file, const Columns &columns,
               const CellOptions &options, const std::string &path,
               std::map<std::string, Collected, std::less<>> &cells) {
  std::string_view name = file.field(columns.cell);
  if (!isPlainName(name))
    return file.fail(
        fmt::format("'{}' is no name for a cell", shownText(name)));
  Result<double> cycle = file.number(columns.cycle);
  if (!cycle)
    return cycle.failure();
  if (*cycle != std::floor(*cycle) || *cycle < 0 || *cycle >= kMaximumCycle)
    return file.fail(
        fmt::format("cycle {:g} is no whole number below 1e7", *cycle));
  Result<double> capacity = file.number(columns.capacity);
  if (!capacity)
    return capacity.failure();
  if (std::string fault = faultOfCapacity(*capacity, options); !fault.empty())
    return file.fail(fmt::format("capacity_ah {}", fault));
  std::string_view batch = columns.batch ? file.field(*columns.batch) : "";
  if (columns.batch && !isPlainName(batch))
    return file.fail(
        fmt::format("'{}' is no name for a batch", shownText(batch)));

  long number = long(*cycle);
  auto found = cells.find(name);
  if (found == cells.end()) {
    if (cells.size() == kMaximumCells)
      return file.fail(fmt::format("more than {} cells", kMaximumCells));
    found = cells.emplace(std::string(name), Collected{}).first;
    Collected &fresh = found->second;
    fresh.raw.name = name;
    fresh.raw.batch = batch;
    fresh.raw.source = path;
    fresh.firstLine = file.line();
    fresh.last = number - 1;
  }
  Collected &cell = found->second;
  if (number == cell.last)
    return file.fail(
        fmt::format("cycle {} of cell '{}' is repeated", number, name));
  if (number < cell.last)
    return file.fail(fmt::format("cycle {} of cell '{}' comes after cycle {}",
                                 number, name, cell.last));
  if (cell.raw.batch != batch)
    return file.fail(fmt::format("cell '{}' is of batch '{}' here and '{}' on "
                                 "line {}",
                                 name, batch, cell.raw.batch, cell.firstLine));
  if (cell.raw.capacityAh.size() == kMaximumCycles)
    return file.fail("more than a million cycles");
  long gap = number - cell.last - 1;
  if (gap > cell.gap) {
    cell.gap = gap;
    cell.gapAfter = cell.last;
  }
  cell.raw.missing += size_t(gap);
  cell.last = number;
  cell.raw.capacityAh.push_back(*capacity);
  return success();
}

} // namespace

Status readTable(const std::string &path, Intake &intake) {
  Result<CsvFile> file = CsvFile::open(path);
  if (!file)
    return file.failure();
  Result<Columns> columns = findColumns(*file);
  if (!columns)
    return columns.failure();

  Progress progress("reading rows");
  std::map<std::string, Collected, std::less<>> cells;
  for (size_t rows = 0;; ++rows) {
    Result<bool> row = file->next();
    if (!row)
      return row.failure();
    if (!*row)
      break;
    if (rows == kMaximumRows)
      return file->fail(fmt::format("more than {} rows", kMaximumRows));
    Status taken =
        takeRow(*file, *columns, intake.readingOptions(), path, cells);
    if (!taken)
      return taken;
    progress.advance();
  }
  if (cells.empty())
    return file->fail("no row after the header");

  for (auto &[name, cell] : cells) {
    size_t missing = cell.raw.missing;
    if (cell.gap > kLongestGap)
      intake.skip(name, fmt::format("{} cycles missing after cycle {}",
                                    cell.gap, cell.gapAfter));
    else if (missing * kRowsPerMissing > cell.raw.capacityAh.size() + missing)
      intake.skip(name, fmt::format("{} of {} cycles missing", missing,
                                    cell.raw.capacityAh.size() + missing));
    else
      intake.add(std::move(cell.raw));
  }
  return success();
}

} // namespace dlnet
