// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/BatteryArguments.h"

#include "frontend/support/CommandLine.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace dlnet {

BatteryOptions BatteryArguments::over(BatteryOptions base) const {
  base.column = column.value_or(base.column);
  base.batteryColumn = batteryColumn.value_or(base.batteryColumn);
  base.cycleColumn = cycleColumn.value_or(base.cycleColumn);
  base.unit = unit.value_or(base.unit);
  base.nominalAh = nominalAh.value_or(base.nominalAh);
  base.sohBy = sohBy.value_or(base.sohBy);
  base.strict |= strict;
  return base;
}

std::vector<std::string> BatteryArguments::asArguments() const {
  std::vector<std::string> list;
  auto add = [&](const char *option, const std::string &value) {
    list.insert(list.end(), {option, value});
  };
  if (column)
    add("--column", *column);
  if (batteryColumn)
    add("--battery-column", *batteryColumn);
  if (cycleColumn)
    add("--cycle-column", *cycleColumn);
  if (unit)
    add("--unit", std::string(dlnet::nameOf(*unit)));
  if (nominalAh)
    add("--nominal", fmt::format("{}", *nominalAh));
  if (sohBy)
    add("--soh", name(*sohBy));
  if (strict)
    list.push_back("--strict");
  return list;
}

void addBatteryArguments(CLI::App &command, BatteryArguments &arguments,
                         const std::string &basis) {
  command.add_option("--column", arguments.column,
                     "column with the capacity (default: by its usual names)");
  command.add_option("--battery-column", arguments.batteryColumn,
                     "column that names the battery, of a table of several "
                     "(default: by its usual names)");
  command.add_option("--cycle-column", arguments.cycleColumn,
                     "column that counts the cycles (default: by its usual "
                     "names)");
  command
      .add_option_function<std::string>(
          "--unit",
          [&arguments](const std::string &name) {
            arguments.unit = unitNamed(name);
          },
          "of the capacity: ah, mah, fraction or percent of SOH (default: "
          "auto, by the header or by magnitude)")
      ->check(oneOf({"auto", "ah", "mah", "fraction", "percent"}));
  command
      .add_option("--nominal", arguments.nominalAh,
                  fmt::format("nominal capacity in Ah{}", basis))
      ->check(CLI::Range(1e-6, 1e4));
  command
      .add_option_function<std::string>(
          "--soh",
          [&arguments](const std::string &by) {
            arguments.sohBy =
                by == "initial" ? SohKind::Initial : SohKind::Nominal;
          },
          fmt::format("capacity that counts as SOH 1: nominal, or initial (the "
                      "battery's own){}",
                      basis))
      ->check(oneOf({"nominal", "initial"}));
  command.add_flag("--strict", arguments.strict,
                   "fail where a file, battery or row would be skipped");
}

} // namespace dlnet
