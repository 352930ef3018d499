// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every reader ends here: names, one row a cycle, unit, SOH, first cycles,
// gaps, length, faults. One place, so that a battery is judged alike whatever
// file it came in, and so that everything left out is counted.
#ifndef DLNET_FRONTEND_SERIES_INTAKE_H
#define DLNET_FRONTEND_SERIES_INTAKE_H

#include "frontend/series/RawBattery.h"

#include <string>
#include <vector>

namespace dlnet {

class Intake {
public:
  explicit Intake(const BatteryOptions &options) : options(options) {}

  const BatteryOptions &readingOptions() const { return options; }

  /// Takes what a file holds.
  void add(BatteryFile file) { files.push_back(std::move(file)); }
  /// Lists a file or a battery that cannot be taken.
  void skip(std::string name, std::string reason);

  /// Everything taken in, sorted by name. Fails, listing every reason, when no
  /// battery is left or, under BatteryOptions::strict, when anything was left
  /// out; and when the unit cannot be known.
  Result<BatterySet> finish(const std::string &path);

private:
  BatteryOptions options;
  std::vector<BatteryFile> files;
  std::vector<SkippedBattery> skipped;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_INTAKE_H
