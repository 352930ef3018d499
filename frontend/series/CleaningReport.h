// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was dropped, replaced or left out decides what every later figure was
// measured on, so it is printed and kept with them.
#ifndef DLNET_FRONTEND_SERIES_CLEANINGREPORT_H
#define DLNET_FRONTEND_SERIES_CLEANINGREPORT_H

#include "frontend/series/Batteries.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace dlnet {

/// A table of the batteries that cleaning touched, the sums over all, and all
/// rows and batteries that were skipped, with the reason.
std::string printCleaning(const BatterySet &set);

/// What was left out, for the end of an error: files, batteries and rows with
/// the same reason on a line together, 20 lines at most; empty when there is
/// none.
std::string listSkipped(const BatterySet &set);

/// A line for each battery and each lot of rows that was skipped.
std::string printSkipped(const BatterySet &set);

/// `reading: ` and what the files were taken for; empty for simulated
/// batteries.
std::string printReading(const BatterySet &set);

/// `cells_kept`, `cycles`, `first_dropped`, `missing`, `inputs_replaced`,
/// `targets_replaced` (sums), `batteries` (those touched, with the same keys)
/// and `skipped` (name and reason) and `skipped_rows` (name, rows, reason).
nlohmann::json cleaningJson(const BatterySet &set);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_CLEANINGREPORT_H
