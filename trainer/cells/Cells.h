// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell's life as the rest of dlnet sees it: one state of health (SOH) for
// every cycle. CSV files come from many hands, so whatever is wrong with one
// is reported with its file and line before any of it is used.
#ifndef DLNET_TRAINER_CELLS_CELLS_H
#define DLNET_TRAINER_CELLS_CELLS_H

#include "frontend/Result.h"

#include <string>
#include <vector>

namespace dlnet {

/// One cell, oldest cycle first; the three series have equal length.
/// SOH is the discharge capacity over the nominal one.
struct Cell {
  std::string name;           ///< The file's name without its extension.
  std::string batch;          ///< Its folder, relative to the folder read.
  std::vector<double> soh;    ///< Model input: cleaned causally (Clean.h).
  std::vector<double> target; ///< What is forecast: gross glitches replaced.
  std::vector<double> raw;    ///< As measured.
};

struct CellOptions {
  std::string column = "capacity"; ///< CSV column with the capacity in Ah.
  double nominalAh = 1.1;
  size_t minimumCycles = 200; ///< Shorter cells hold no window and horizon.
};

struct SkippedCell {
  std::string name, reason;
};

struct CellSet {
  std::vector<Cell> cells; ///< Sorted by name.
  std::vector<SkippedCell> skipped;
};

/// Cleans a series of raw SOH into a cell.
Cell makeCell(std::string name, std::string batch, std::vector<double> raw);

/// Reads one CSV file with a header line, one row a cycle. Fails, naming file
/// and line, on anything but finite capacities with an SOH in (0, 2).
Result<Cell> readCell(const std::string &path, const CellOptions &options = {});

/// Reads every *.csv under `directory`. A malformed file fails the whole
/// call; a cell that is too short, or no true history of a cell
/// (findFault in Clean.h), is skipped with a reason.
Result<CellSet> readCells(const std::string &directory,
                          const CellOptions &options = {});

/// Writes `directory`/<name>.csv for each cell: its raw capacity in Ah, in the
/// one column that readCell needs. Creates the directory.
Status writeCells(const std::vector<Cell> &cells, const std::string &directory,
                  const CellOptions &options = {});

/// The cells whose names are in none of the lists: those that a model which
/// was trained and chosen on the lists has never seen.
std::vector<Cell>
cellsOutside(const std::vector<Cell> &cells,
             const std::vector<std::vector<std::string>> &lists);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CELLS_H
