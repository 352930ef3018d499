// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which files of a folder hold batteries, told by their names alone: a damaged
// file must not be taken for another kind.
#ifndef DLNET_FRONTEND_SERIES_BATTERYFILES_H
#define DLNET_FRONTEND_SERIES_BATTERYFILES_H

#include "frontend/series/Intake.h"

#include <string>
#include <vector>

namespace dlnet {

struct FoundFile {
  std::string path;
  std::string source; ///< RawBattery::source.
};

struct BatteryFiles {
  std::vector<FoundFile> tables; ///< Sorted by stem.
  std::vector<FoundFile> mats;   ///< MATLAB files, the same.
  std::vector<SkippedBattery> hidden;
};

/// The file itself, a table unless it ends in .mat; or all below a folder that
/// end in .csv, .tsv and .mat in any case, and in .txt where there is none of
/// the former. Files whose names or folders start with a dot are hidden. Fails
/// on what is neither file nor folder, on a folder without such files, and on
/// one with tables and MATLAB files.
Result<BatteryFiles> findBatteryFiles(const std::string &path);

/// Reads the tables; those that cannot be read are skipped with the reason. A
/// failure is that of the only file.
Status addTables(const BatteryFiles &files, Intake &intake);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_BATTERYFILES_H
