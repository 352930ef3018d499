// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From what a command line says about data to batteries that are split, and to
// the record of both that a family carries.
#ifndef DLNET_TRAINER_DATA_H
#define DLNET_TRAINER_DATA_H

#include "frontend/family/Family.h"
#include "frontend/series/Batteries.h"
#include "frontend/series/BatteryArguments.h"
#include "frontend/series/Split.h"
#include "frontend/support/Result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dlnet {

struct DataOptions {
  std::string path;       ///< Folder or file of batteries.
  bool simulated = false; ///< Simulated batteries instead.
  std::string source;     ///< Recorded origin; empty: the path's last name.
  BatteryArguments
      reading; ///< What the files are, and how capacity becomes SOH.
  /// What `reading` is said over: the options of a family.
  std::optional<BatteryOptions> base;
  size_t minimumCycles = 200; ///< Shorter batteries are skipped.
  uint64_t splitSeed = 1;     ///< Which batteries train, choose and judge.
  int64_t folds = 0;     ///< 0: 60/20/20. Else this many sides take turns...
  int64_t fold = 0;      ///< ...at judging, this one first.
  std::string splitList; ///< CSV file that names each battery's side, instead.
};

struct Data {
  BatterySet set;
  Split split;
  DataRecord record;
  BatteryOptions reading; ///< What the batteries were read by.
  bool simulated = false;
};

inline constexpr size_t kSimulatedBatteries = 30;

/// Reads and splits. Fails on what readBatteries and the split refuse, when a
/// side is left without batteries, or a battery would be on two sides.
Result<Data> loadData(const DataOptions &options);

/// The sides that a family recorded, of `batteries`. Batteries that it does not
/// name go to test.
Result<Split> splitAsRecorded(const std::vector<Battery> &batteries,
                              const DataRecord &record);

} // namespace dlnet

#endif // DLNET_TRAINER_DATA_H
