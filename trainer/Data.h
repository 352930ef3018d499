// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From what a command line says about data to cells that are split, and to the
// record of both that a family carries.
#ifndef DLNET_TRAINER_DATA_H
#define DLNET_TRAINER_DATA_H

#include "frontend/Family.h"
#include "frontend/Result.h"
#include "trainer/cells/CellArguments.h"
#include "trainer/cells/Cells.h"
#include "trainer/cells/Split.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dlnet {

struct DataOptions {
  std::string path;       ///< Folder or file of cells.
  bool simulated = false; ///< Simulated cells instead.
  std::string source;     ///< Recorded origin; empty: the path's last name.
  CellArguments reading;  ///< What the files are, and how capacity becomes SOH.
  /// What `reading` is said over: the options of a family.
  std::optional<CellOptions> base;
  size_t minimumCycles = 200; ///< Shorter cells are skipped.
  uint64_t splitSeed = 1;     ///< Which cells train, choose and judge.
  int64_t folds = 0;     ///< 0: 60/20/20. Else this many sides take turns...
  int64_t fold = 0;      ///< ...at judging, this one first.
  std::string splitList; ///< CSV file that names each cell's side, instead.
};

struct Data {
  CellSet set;
  Split split;
  DataRecord record;
  CellOptions reading; ///< What the cells were read by.
  bool simulated = false;
};

inline constexpr size_t kSimulatedCells = 30;

/// Reads and splits. Fails on what readCells and the split refuse, when a side
/// is left without cells, or a cell would be on two sides.
Result<Data> loadData(const DataOptions &options);

/// The sides that a family recorded, of `cells`. Cells that it does not name
/// go to test.
Result<Split> splitAsRecorded(const std::vector<Cell> &cells,
                              const DataRecord &record);

} // namespace dlnet

#endif // DLNET_TRAINER_DATA_H
