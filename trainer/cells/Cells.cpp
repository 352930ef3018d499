// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading is strict: a silently dropped row would shift the cycle axis, and
// with it every forecast.
#include "trainer/cells/Cells.h"

#include "trainer/cells/Clean.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// No cell lives a million cycles; a longer file is not a cell.
constexpr size_t kMaximumCycles = 1000000;
constexpr size_t kMaximumLine = 1 << 16;

std::string_view trimmed(std::string_view text) {
  const char *blank = " \t\r\"";
  size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::vector<std::string_view> splitFields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos)
      return fields;
    line.remove_prefix(comma + 1);
  }
}

/// Keeps a hostile field from filling the terminal.
std::string shown(std::string_view field) {
  std::string text(field.substr(0, 40));
  for (char &c : text)
    if (c < ' ' || c > '~')
      c = '?';
  return text;
}

std::optional<double> parseNumber(std::string_view field) {
  double value = 0;
  auto [end, error] =
      std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || error != std::errc() ||
      end != field.data() + field.size())
    return std::nullopt;
  return value;
}

} // namespace

Cell makeCell(std::string name, std::string batch, std::vector<double> raw) {
  Cell cell{std::move(name), std::move(batch), {}, {}, std::move(raw)};
  cell.soh = cleanInputs(cell.raw);
  cell.target = cleanTargets(cell.raw);
  return cell;
}

Result<Cell> readCell(const std::string &path, const CellOptions &options) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return Failure{fmt::format("{}: not a file", path)};
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return Failure{fmt::format("{}: cannot be read", path)};

  std::string line;
  size_t number = 0;
  auto fail = [&](const std::string &what) {
    return Failure{fmt::format("{}:{}: {}", path, number, what)};
  };

  if (!std::getline(stream, line))
    return Failure{fmt::format("{}: empty file", path)};
  number = 1;
  if (line.rfind("\xef\xbb\xbf", 0) == 0)
    line.erase(0, 3);
  if (line.size() > kMaximumLine)
    return fail("header line is too long");
  std::vector<std::string_view> header = splitFields(line);
  size_t columns = header.size();
  auto found = std::find(header.begin(), header.end(), options.column);
  if (found == header.end())
    return fail(fmt::format("no column '{}' in the header", options.column));
  if (std::find(found + 1, header.end(), options.column) != header.end())
    return fail(fmt::format("column '{}' appears twice", options.column));
  size_t column = size_t(found - header.begin());

  std::vector<double> raw;
  size_t blankLine = 0;
  while (std::getline(stream, line)) {
    ++number;
    if (trimmed(line).empty()) {
      blankLine = blankLine ? blankLine : number;
      continue;
    }
    if (blankLine) {
      number = blankLine;
      return fail("blank line between rows");
    }
    if (line.size() > kMaximumLine)
      return fail("line is too long");
    std::vector<std::string_view> fields = splitFields(line);
    if (fields.size() != columns)
      return fail(
          fmt::format("{} columns, expected {}", fields.size(), columns));
    std::optional<double> capacity = parseNumber(fields[column]);
    if (!capacity)
      return fail(fmt::format("{} '{}' is not a number", options.column,
                              shown(fields[column])));
    if (!std::isfinite(*capacity))
      return fail(fmt::format("{} is not finite", options.column));
    double soh = *capacity / options.nominalAh;
    if (!(soh > 0 && soh < 2))
      return fail(
          fmt::format("{} {:g} Ah is not in (0, {:g}) Ah, twice the nominal",
                      options.column, *capacity, 2 * options.nominalAh));
    if (raw.size() == kMaximumCycles)
      return fail("more than a million cycles");
    raw.push_back(soh);
  }
  if (stream.bad())
    return fail("cannot be read further");
  if (raw.empty())
    return fail("no row after the header");
  return makeCell(fs::path(path).stem().string(), "", std::move(raw));
}

Result<CellSet> readCells(const std::string &directory,
                          const CellOptions &options) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return Failure{fmt::format("{}: not a directory", directory)};
  std::vector<fs::path> paths;
  fs::recursive_directory_iterator entries(directory, error), end;
  for (; !error && entries != end; entries.increment(error))
    if (entries->is_regular_file(error) &&
        entries->path().extension() == ".csv")
      paths.push_back(entries->path());
  if (error)
    return Failure{fmt::format("{}: {}", directory, error.message())};
  if (paths.empty())
    return Failure{fmt::format("{}: holds no .csv file", directory)};
  std::sort(paths.begin(), paths.end(),
            [](const fs::path &a, const fs::path &b) {
              return std::pair(a.stem(), a) < std::pair(b.stem(), b);
            });

  CellSet set;
  std::string previous;
  for (const fs::path &path : paths) {
    Result<Cell> cell = readCell(path.string(), options);
    if (!cell)
      return cell.failure();
    if (cell->name == previous)
      return Failure{fmt::format("{}: a second cell named '{}'", path.string(),
                                 cell->name)};
    previous = cell->name;
    cell->batch = path.parent_path().lexically_relative(directory).string();
    if (cell->raw.size() < options.minimumCycles)
      set.skipped.push_back(
          {cell->name, fmt::format("{} cycles, {} needed", cell->raw.size(),
                                   options.minimumCycles)});
    else if (auto reason = findFault(cell->raw))
      set.skipped.push_back({cell->name, *reason});
    else
      set.cells.push_back(std::move(*cell));
  }
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
    stream << options.column << '\n';
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

} // namespace dlnet
