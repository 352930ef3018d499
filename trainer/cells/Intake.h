// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every reader ends here: names, one row a cycle, unit, SOH, first cycles,
// gaps, length, faults. One place, so that a cell is judged alike whatever
// file it came in, and so that everything left out is counted.
#ifndef DLNET_TRAINER_CELLS_INTAKE_H
#define DLNET_TRAINER_CELLS_INTAKE_H

#include "trainer/cells/RawCell.h"

#include <string>
#include <vector>

namespace dlnet {

class Intake {
public:
  explicit Intake(const CellOptions &options) : options(options) {}

  const CellOptions &readingOptions() const { return options; }

  /// Takes what a file holds.
  void add(CellFile file) { files.push_back(std::move(file)); }
  /// Lists a file or a cell that cannot be taken.
  void skip(std::string name, std::string reason);

  /// Everything taken in, sorted by name. Fails, listing every reason, when no
  /// cell is left or, under CellOptions::strict, when anything was left out;
  /// and when the unit cannot be known.
  Result<CellSet> finish(const std::string &path);

private:
  CellOptions options;
  std::vector<CellFile> files;
  std::vector<SkippedCell> skipped;
};

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_INTAKE_H
