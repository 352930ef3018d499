// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell's life as the rest of dlnet sees it: one state of health (SOH) for
// every cycle. Files come from many hands, so whatever is wrong with one is
// reported with its place before any of it is used, and whatever is left out
// is listed.
#ifndef DLNET_TRAINER_CELLS_CELLS_H
#define DLNET_TRAINER_CELLS_CELLS_H

#include "frontend/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// One cell, oldest cycle first; the series have equal length.
struct Cell {
  std::string name;           ///< As the table says, or the file's stem.
  std::string batch;          ///< Cells that were tested together.
  std::vector<double> soh;    ///< Model input: cleaned causally (Clean.h).
  std::vector<double> target; ///< What is forecast: gross glitches replaced.
  std::vector<double> raw;    ///< As measured.
  /// The same as the file has it, in the unit of CellSet::reading, and the
  /// file's number of each cycle; empty for a cell that comes from no file.
  std::vector<double> capacity = {};
  std::vector<int64_t> cycles = {};
};

/// What an SOH of 1 is.
enum class SohBy {
  NominalCapacity, ///< CellOptions::nominalAh, the same for every cell.
  InitialCapacity  ///< The cell's own: the median of its first 5 kept cycles.
};

/// What the numbers of a capacity column are.
enum class CapacityUnit {
  Auto, ///< By the header, else by magnitude against the nominal capacity.
  Ah,
  MilliAh,
  Fraction, ///< SOH itself.
  Percent   ///< SOH in percent.
};

/// `auto`, `ah`, `mah`, `fraction`, `percent`.
std::string_view nameOf(CapacityUnit unit);
/// The reverse; Auto for any other text.
CapacityUnit unitNamed(std::string_view name);

struct CellOptions {
  /// Names of columns in the header; empty: found by their usual names.
  std::string column, cellColumn, cycleColumn;
  CapacityUnit unit = CapacityUnit::Auto;
  double nominalAh = 1.1;
  size_t minimumCycles = 200; ///< Shorter cells hold no window and horizon.
  SohBy sohBy = SohBy::NominalCapacity;
  bool strict = false; ///< A skipped file, cell or row is a failure.
};

struct SkippedCell {
  std::string name, reason;
};

/// Rows that were left out of a cell that was kept, or of a table.
struct SkippedRows {
  std::string name;
  size_t rows = 0;
  std::string reason; ///< Of the first.
};

/// What cleaning did to one cell that was kept; all in cycles.
struct CellCleaning {
  std::string name;
  size_t cycles = 0;          ///< Kept.
  size_t firstDropped = 0;    ///< Left out at the start (countOddFirst).
  size_t missing = 0;         ///< Absent from the file, closed up.
  size_t inputsReplaced = 0;  ///< By cleanInputs.
  size_t targetsReplaced = 0; ///< By cleanTargets.
};

/// What the files were taken for.
struct Reading {
  /// One line: `delimiter ';', decimal comma, cycle from 'Cycle_Index',
  /// capacity from 'Discharge_Capacity(Ah)' in Ah, 8 cells of 8 files`.
  std::string text;
  std::string column; ///< Where the capacity came from, as the file names it.
  CapacityUnit unit = CapacityUnit::Ah; ///< Taken; never Auto.
  /// False where nothing says the unit, and SOH by initial capacity needs none.
  bool unitKnown = true;
};

struct CellSet {
  Reading reading;
  std::vector<Cell> cells;              ///< Sorted by name.
  std::vector<SkippedCell> skipped;     ///< Sorted by name.
  std::vector<CellCleaning> cleaning;   ///< One for each of `cells`.
  std::vector<SkippedRows> skippedRows; ///< Of cells that were kept.
};

/// Cleans a series of raw SOH into a cell.
Cell makeCell(std::string name, std::string batch, std::vector<double> raw);

/// Reads cells from tables of text (Table.h, TableCells.h): a file of one cell,
/// a file of several with a column of their names, or a folder of either. All
/// are judged by the same rules (Cycles.h, Units.h, Clean.h); files, cells and
/// rows that cannot be used are skipped with a reason. Fails, listing them,
/// when no cell is left; and on .mat files, saying how to convert them: reading
/// those takes libraries that only the trainer has (readCellsOrMat in
/// mat/MatCells.h).
Result<CellSet> readCells(const std::string &path,
                          const CellOptions &options = {});

/// Reads one cell by the rules of readCells: of a file that holds one, or the
/// one called `name`. The set has exactly that cell; one that readCells would
/// skip is a failure with its reason.
Result<CellSet> readCell(const std::string &path,
                         const CellOptions &options = {},
                         const std::string &name = "");

/// The one cell of a set, or the one called `name`: what readCell makes of what
/// readCells read.
Result<CellSet> chooseCell(Result<CellSet> set, const std::string &path,
                           const std::string &name);

/// Writes `directory`/<name>.csv for each cell, or <batch>/<name>.csv where it
/// has a batch: its cycles and its capacity in `unit` (Auto: without saying) as
/// it was read, or in Ah by `options` for a cell that comes from no file.
/// Reading them gives the same cells again. Creates the directories.
Status writeCells(const std::vector<Cell> &cells, const std::string &directory,
                  const CellOptions &options = {},
                  CapacityUnit unit = CapacityUnit::Ah);

/// The cells whose names are in none of the lists: those that a model which
/// was trained and chosen on the lists has never seen.
std::vector<Cell>
cellsOutside(const std::vector<Cell> &cells,
             const std::vector<std::vector<std::string>> &lists);

/// The cells whose names are in the list.
std::vector<Cell> cellsWithin(const std::vector<Cell> &cells,
                              const std::vector<std::string> &list);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CELLS_H
