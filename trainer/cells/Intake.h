// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every reader ends here: from capacities to SOH, first cycles, gaps, length,
// faults, names. One place, so that a cell is judged alike whatever file it
// came in, and so that everything left out is counted.
#ifndef DLNET_TRAINER_CELLS_INTAKE_H
#define DLNET_TRAINER_CELLS_INTAKE_H

#include "trainer/cells/Cells.h"

#include <string>
#include <vector>

namespace dlnet {

/// No cell lives a million cycles; a longer file is not a cell.
inline constexpr size_t kMaximumCycles = 1000000;

/// A cell as its file has it.
struct RawCell {
  std::string name, batch;
  std::vector<double> capacityAh; ///< One a cycle, oldest first.
  size_t missing = 0;             ///< Cycles that the file leaves out.
  std::string source;             ///< Where it came from, for errors.
};

/// Why a capacity cannot be one under the options, or nothing: it must lie in
/// (0, 2 x nominal), and by initial capacity in (0, 1e6) Ah.
std::string faultOfCapacity(double capacityAh, const CellOptions &options);

class Intake {
public:
  explicit Intake(const CellOptions &options) : options(options) {}

  const CellOptions &readingOptions() const { return options; }

  /// Takes a cell in, or lists it as skipped.
  void add(RawCell cell);
  void skip(std::string name, std::string reason);

  /// Everything taken in, sorted by name. Fails when two cells have one name.
  Result<CellSet> finish(const std::string &path);

  /// The cell after first cycles, scaling and cleaning, whatever its length.
  static Cell prepare(RawCell cell, const CellOptions &options,
                      CellCleaning &cleaning);

private:
  CellOptions options;
  CellSet set;
  std::vector<std::pair<std::string, std::string>> sources; ///< Name, source.
};

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_INTAKE_H
