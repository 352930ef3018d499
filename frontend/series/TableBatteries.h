// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a table to the batteries in it: one, or as many as its column of names
// has.
#ifndef DLNET_FRONTEND_SERIES_TABLEBATTERIES_H
#define DLNET_FRONTEND_SERIES_TABLEBATTERIES_H

#include "frontend/series/RawBattery.h"
#include "frontend/series/Table.h"

namespace dlnet {

/// Reads a file of one battery, or of several with a column of their names;
/// rows of several may alternate. Columns are found by findColumns. A row whose
/// capacity or cycle cannot be read is kept without a value, with the reason.
/// Fails on what parseTable and findColumns refuse, on numbers with a decimal
/// comma and a point in one column, and when more than 3 rows and 1 in 100 are
/// of another shape or have no name for their battery.
/// `source` is RawBattery::source of the file.
Result<BatteryFile> readTableBatteries(const std::string &path,
                                       const std::string &source,
                                       const BatteryOptions &options);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_TABLEBATTERIES_H
