// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cycles are counted by rows: these files have no cycle numbers, or none that
// can be trusted.
#include "trainer/cells/CsvReader.h"

#include "trainer/cells/CsvFile.h"
#include "trainer/cells/Progress.h"

#include <fmt/format.h>

#include <filesystem>

namespace dlnet {

namespace fs = std::filesystem;

Result<RawCell> readCsvCell(const std::string &path,
                            const CellOptions &options) {
  Result<CsvFile> file = CsvFile::open(path);
  if (!file)
    return file.failure();
  const std::string name = options.column.empty() ? "capacity" : options.column;
  Result<size_t> column = file->column(name);
  if (!column)
    return column.failure();
  RawCell cell{fs::path(path).stem().string(), "", {}, 0, path};
  for (;;) {
    Result<bool> row = file->next();
    if (!row)
      return row.failure();
    if (!*row)
      break;
    Result<double> capacity = file->number(*column);
    if (!capacity)
      return capacity.failure();
    if (std::string fault = faultOfCapacity(*capacity, options); !fault.empty())
      return file->fail(fmt::format("{} {}", name, fault));
    if (cell.capacityAh.size() == kMaximumCycles)
      return file->fail("more than a million cycles");
    cell.capacityAh.push_back(*capacity);
  }
  if (cell.capacityAh.empty())
    return file->fail("no row after the header");
  return cell;
}

Status readCsvFolder(const std::string &directory,
                     const std::vector<std::string> &paths, Intake &intake) {
  Progress progress("reading cells", paths.size());
  for (const std::string &path : paths) {
    Result<RawCell> cell = readCsvCell(path, intake.readingOptions());
    if (!cell)
      return cell.failure();
    if (!isPlainName(cell->name))
      return Failure{fmt::format("{}: '{}' is no name for a cell", path,
                                 shownText(cell->name))};
    cell->batch =
        fs::path(path).parent_path().lexically_relative(directory).string();
    intake.add(std::move(*cell));
    progress.advance();
  }
  return success();
}

} // namespace dlnet
