// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/TableBatteries.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

constexpr size_t kMaximumBatteries = 100000, kMaximumRows = 20000000;
constexpr double kMaximumCycle = 1e7;

/// Takes the rows of one table apart.
class Collector {
public:
  Collector(const Table &table, const Columns &columns,
            const std::string &source)
      : table(table), columns(columns), source(source) {}

  Status collect();

  std::vector<RawBattery> batteries;
  bool decimalComma = false;
  size_t rowsOfNoBattery = 0;
  std::string firstOfNoBattery;

private:
  Status take(size_t row);
  /// The battery of the row in `fields`; fails when it has no name.
  Result<RawBattery *> cellOf();
  Result<RawBattery *> add(const std::string &name, const std::string &batch);
  /// Notes the fault of a row from which no battery can be told.
  void leaveOut(std::string fault);
  void readCapacity(size_t line, RawRow &row, std::string &fault);
  void readCycle(size_t line, RawRow &row, std::string &fault);
  std::string columnName(size_t column) const {
    return shownText(table.header()[column]);
  }

  const Table &table;
  const Columns &columns;
  const std::string &source;
  std::vector<std::string_view> fields;
  std::map<std::pair<std::string, std::string>, size_t> byName;
  std::optional<std::string>
      batch; ///< In a table of one battery; empty: several.
  size_t commaLine = 0, pointLine = 0;
};

Result<RawBattery *> Collector::add(const std::string &name,
                                    const std::string &itsBatch) {
  auto [place, isNew] = byName.try_emplace({itsBatch, name}, batteries.size());
  if (isNew) {
    if (batteries.size() == kMaximumBatteries)
      return Failure{fmt::format("more than {} batteries", kMaximumBatteries)};
    RawBattery battery;
    battery.name = name;
    battery.batch = itsBatch;
    battery.source = source;
    battery.counted = columns.cycle.has_value();
    batteries.push_back(std::move(battery));
  }
  return &batteries[place->second];
}

Result<RawBattery *> Collector::cellOf() {
  std::string itsBatch(columns.batch ? fields[*columns.batch] : "");
  bool named = !columns.batch || isPlainName(itsBatch);
  if (!columns.battery) {
    // Rows of one battery in several batches say nothing about its batch.
    if (!batch)
      batch = named ? itsBatch : "";
    else if (*batch != itsBatch)
      batch = "";
    return add(fs::path(source).filename().string(), "");
  }
  std::string name(fields[*columns.battery]);
  if (!isPlainName(name))
    return Failure{
        fmt::format("'{}' is no name for a battery", shownText(name))};
  if (!named)
    return Failure{
        fmt::format("'{}' is no name for a batch", shownText(itsBatch))};
  return add(name, itsBatch);
}

void Collector::leaveOut(std::string fault) {
  if (!rowsOfNoBattery++)
    firstOfNoBattery = std::move(fault);
}

void Collector::readCapacity(size_t line, RawRow &row, std::string &fault) {
  std::string_view field = fields[columns.capacity];
  Number number = parseNumber(field);
  if (number.kind == Number::Finite) {
    row.value = number.value;
    if (number.comma && !commaLine)
      commaLine = line;
    if (number.point && !pointLine)
      pointLine = line;
    return;
  }
  row.unreadable = number.kind == Number::None;
  fault = fmt::format("line {}: {} '{}' is not a number", line,
                      columnName(columns.capacity), shownText(field));
}

void Collector::readCycle(size_t line, RawRow &row, std::string &fault) {
  std::string_view field = fields[*columns.cycle];
  Number cycle = parseNumber(field);
  if (cycle.kind == Number::Finite && cycle.value == std::floor(cycle.value) &&
      cycle.value >= 0 && cycle.value < kMaximumCycle) {
    row.cycle = int64_t(cycle.value);
    return;
  }
  row = {-1, kNoValue, row.line, true, 0};
  fault = fmt::format("line {}: {} '{}' is no whole number below 1e7", line,
                      columnName(*columns.cycle), shownText(field));
}

Status Collector::take(size_t row) {
  size_t line = table.line(row);
  bool whole = table.split(row, fields);
  std::string fault;
  if (!whole)
    fault = fmt::format("line {}: not the {} fields of the header", line,
                        table.header().size());
  if (!whole && columns.battery) {
    leaveOut(fault);
    return success();
  }
  Result<RawBattery *> found =
      whole ? cellOf() : add(fs::path(source).filename().string(), "");
  if (!found && batteries.size() == kMaximumBatteries)
    return table.fail(line, found.message());
  if (!found) {
    leaveOut(fmt::format("line {}: {}", line, found.message()));
    return success();
  }
  RawBattery &battery = **found;
  RawRow taken{int64_t(battery.rows.size() + 1), kNoValue, uint32_t(line),
               !whole, 0};
  if (whole) {
    readCapacity(line, taken, fault);
    if (columns.cycle)
      readCycle(line, taken, fault);
  } else if (columns.cycle) {
    taken.cycle = -1;
  }
  if (battery.firstFault.empty())
    battery.firstFault = fault;
  battery.rows.push_back(taken);
  return success();
}

Status Collector::collect() {
  if (table.rows() > kMaximumRows)
    return table.fail(table.line(kMaximumRows),
                      fmt::format("more than {} rows", kMaximumRows));
  for (size_t row = 0; row < table.rows(); ++row)
    if (Status taken = take(row); !taken)
      return taken;
  if (commaLine && pointLine)
    return table.fail(
        std::max(commaLine, pointLine),
        fmt::format("{} has a decimal comma on line {} and a point on line {}",
                    columnName(columns.capacity), commaLine, pointLine));
  decimalComma = commaLine > 0;
  if (rowsOfNoBattery > 3 && rowsOfNoBattery * 100 > table.rows())
    return table.fail(table.headerLine(),
                      fmt::format("{} of the {} rows below cannot be read: {}",
                                  rowsOfNoBattery, table.rows(),
                                  firstOfNoBattery));
  if (batteries.empty())
    return table.fail(table.headerLine(), "no row after the header");
  if (!columns.battery && batch)
    batteries[0].batch = *batch;
  return success();
}

} // namespace

Result<BatteryFile> readTableBatteries(const std::string &path,
                                       const std::string &source,
                                       const BatteryOptions &options) {
  Result<Table> table =
      readTable(path, [&](const std::vector<std::string> &header) {
        return scoreHeader(header, options);
      });
  if (!table)
    return table.failure();
  Result<Columns> columns = findColumns(table->header(), options);
  if (!columns)
    return table->fail(
        table->headerLine(),
        fmt::format("{} ({})", columns.message(), table->describe()));
  Collector collector(*table, *columns, source);
  if (Status collected = collector.collect(); !collected)
    return collected.failure();

  auto named = [&](size_t column) {
    std::string name = shownText(table->header()[column]);
    return name.empty() ? fmt::format("column {}", column + 1)
                        : fmt::format("'{}'", name);
  };
  BatteryFile file;
  file.path = path;
  file.shape = table->describe();
  if (collector.decimalComma)
    file.shape += ", decimal comma";
  if (columns->battery)
    file.shape += fmt::format(", battery from {}", named(*columns->battery));
  file.shape += columns->cycle
                    ? fmt::format(", cycle from {}", named(*columns->cycle))
                    : ", cycles counted by rows";
  file.column = shownText(table->header()[columns->capacity]);
  file.meaning = columns->meaning;
  file.batteries = std::move(collector.batteries);
  file.rowsOfNoBattery = collector.rowsOfNoBattery;
  file.firstOfNoBattery = collector.firstOfNoBattery;
  return file;
}

} // namespace dlnet
