// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trainer and compiler read batteries by the same options, which therefore
// stand in one place.
#ifndef DLNET_FRONTEND_SERIES_BATTERYARGUMENTS_H
#define DLNET_FRONTEND_SERIES_BATTERYARGUMENTS_H

#include "frontend/series/Batteries.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dlnet {

/// What a command line says about reading batteries.
struct BatteryArguments {
  std::optional<std::string> column, batteryColumn, cycleColumn;
  std::optional<CapacityUnit> unit;
  std::optional<double> nominalAh;
  std::optional<SohKind> sohBy;
  bool strict = false;

  /// `base` with everything that was said put over it.
  BatteryOptions over(BatteryOptions base) const;

  /// The command line again, for a process that reads the same.
  std::vector<std::string> asArguments() const;
};

/// --column, --battery-column, --cycle-column, --unit, --nominal, --soh,
/// --strict. `basis` ends the help of --nominal and --soh: what they are by
/// default.
void addBatteryArguments(CLI::App &command, BatteryArguments &arguments,
                         const std::string &basis);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_BATTERYARGUMENTS_H
