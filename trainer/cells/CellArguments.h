// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trainer and compiler read cells by the same options, which therefore stand
// in one place.
#ifndef DLNET_TRAINER_CELLS_CELLARGUMENTS_H
#define DLNET_TRAINER_CELLS_CELLARGUMENTS_H

#include "trainer/cells/Cells.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dlnet {

/// What a command line says about reading cells.
struct CellArguments {
  std::optional<std::string> column, cellColumn, cycleColumn;
  std::optional<CapacityUnit> unit;
  std::optional<double> nominalAh;
  std::optional<SohBy> sohBy;
  bool strict = false;

  /// `base` with everything that was said put over it.
  CellOptions over(CellOptions base) const;

  /// The command line again, for a process that reads the same.
  std::vector<std::string> asArguments() const;
};

/// --column, --cell-column, --cycle-column, --unit, --nominal, --soh, --strict.
/// `basis` ends the help of --nominal and --soh: what they are by default.
void addCellArguments(CLI::App &command, CellArguments &arguments,
                      const std::string &basis);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CELLARGUMENTS_H
