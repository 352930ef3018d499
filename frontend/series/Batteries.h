// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A battery's life as the rest of dlnet sees it: one state of health (SOH) for
// every cycle. Files come from many hands, so whatever is wrong with one is
// reported with its place before any of it is used, and whatever is left out
// is listed.
#ifndef DLNET_FRONTEND_SERIES_BATTERIES_H
#define DLNET_FRONTEND_SERIES_BATTERIES_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// One battery, oldest cycle first; the series have equal length.
struct Battery {
  std::string name;           ///< As the table says, or the file's stem.
  std::string batch;          ///< Batteries that were tested together.
  std::vector<double> soh;    ///< Model input: cleaned causally (Clean.h).
  std::vector<double> target; ///< What is forecast: gross glitches replaced.
  std::vector<double> raw;    ///< As measured.
  /// The same as the file has it, in the unit of BatterySet::reading, and the
  /// file's number of each cycle; empty for a battery that comes from no file.
  std::vector<double> capacity = {};
  std::vector<int64_t> cycles = {};
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

struct BatteryOptions {
  /// Names of columns in the header; empty: found by their usual names.
  std::string column, batteryColumn, cycleColumn;
  CapacityUnit unit = CapacityUnit::Auto;
  double nominalAh = 1.1;
  size_t minimumCycles = 200; ///< Shorter batteries hold no window and horizon.
  SohKind sohBy = SohKind::Nominal;
  bool strict = false; ///< A skipped file, battery or row is a failure.
};

struct SkippedBattery {
  std::string name, reason;
};

/// Rows that were left out of a battery that was kept, or of a table.
struct SkippedRows {
  std::string name;
  size_t rows = 0;
  std::string reason; ///< Of the first.
};

/// What cleaning did to one battery that was kept; all in cycles.
struct BatteryCleaning {
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
  /// capacity from 'Discharge_Capacity(Ah)' in Ah, 8 batteries of 8 files`.
  std::string text;
  std::string column; ///< Where the capacity came from, as the file names it.
  CapacityUnit unit = CapacityUnit::Ah; ///< Taken; never Auto.
  /// False where nothing says the unit, and SOH by initial capacity needs none.
  bool unitKnown = true;
};

struct BatterySet {
  Reading reading;
  std::vector<Battery> batteries;        ///< Sorted by name.
  std::vector<SkippedBattery> skipped;   ///< Sorted by name.
  std::vector<BatteryCleaning> cleaning; ///< One for each of `batteries`.
  std::vector<SkippedRows> skippedRows;  ///< Of batteries that were kept.
};

/// Cleans a series of raw SOH into a battery.
Battery makeBattery(std::string name, std::string batch,
                    std::vector<double> raw);

/// Reads batteries from tables of text (Table.h, TableBatteries.h): a file of
/// one battery, a file of several with a column of their names, or a folder of
/// either. All are judged by the same rules (Cycles.h, Units.h, Clean.h);
/// files, batteries and rows that cannot be used are skipped with a reason.
/// Fails, listing them, when no battery is left; and on .mat files, saying how
/// to convert them: reading those takes libraries that only the trainer has
/// (readBatteriesOrMat in mat/MatBatteries.h).
Result<BatterySet> readBatteries(const std::string &path,
                                 const BatteryOptions &options = {});

/// Reads one battery by the rules of readBatteries: of a file that holds one,
/// or the one called `name`. The set has exactly that battery; one that
/// readBatteries would skip is a failure with its reason.
Result<BatterySet> readBattery(const std::string &path,
                               const BatteryOptions &options = {},
                               const std::string &name = "");

/// The one battery of a set, or the one called `name`: what readBattery makes
/// of what readBatteries read.
Result<BatterySet> chooseBattery(Result<BatterySet> set,
                                 const std::string &path,
                                 const std::string &name);

/// Writes `directory`/<name>.csv for each battery, or <batch>/<name>.csv where
/// it has a batch: its cycles and its capacity in `unit` (Auto: without saying)
/// as it was read, or in Ah by `options` for a battery that comes from no file.
/// Reading them gives the same batteries again. Creates the directories.
Status writeBatteries(const std::vector<Battery> &batteries,
                      const std::string &directory,
                      const BatteryOptions &options = {},
                      CapacityUnit unit = CapacityUnit::Ah);

/// The batteries whose names are in none of the lists: those that a model which
/// was trained and chosen on the lists has never seen.
std::vector<Battery>
batteriesOutside(const std::vector<Battery> &batteries,
                 const std::vector<std::vector<std::string>> &lists);

/// The batteries whose names are in the list.
std::vector<Battery> batteriesWithin(const std::vector<Battery> &batteries,
                                     const std::vector<std::string> &list);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_BATTERIES_H
