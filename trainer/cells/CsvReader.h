// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The simplest layout, and the one that most public data sets are passed on
// in: a file a cell, a row a cycle. Reading is strict: a silently dropped row
// would shift the cycle axis, and with it every forecast.
#ifndef DLNET_TRAINER_CELLS_CSVREADER_H
#define DLNET_TRAINER_CELLS_CSVREADER_H

#include "trainer/cells/Intake.h"

namespace dlnet {

/// Reads one file with a header line, in which one column is named
/// `options.column` and holds the capacity in Ah. Other columns are ignored.
/// The cell's name is the file's stem. Fails, naming file and line, on
/// anything but finite capacities in the range of faultOfCapacity.
Result<RawCell> readCsvCell(const std::string &path,
                            const CellOptions &options);

/// Reads the files; a cell's batch is its folder relative to `directory`.
Status readCsvFolder(const std::string &directory,
                     const std::vector<std::string> &paths, Intake &intake);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CSVREADER_H
