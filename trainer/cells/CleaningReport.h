// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was dropped, replaced or left out decides what every later figure was
// measured on, so it is printed and kept with them.
#ifndef DLNET_TRAINER_CELLS_CLEANINGREPORT_H
#define DLNET_TRAINER_CELLS_CLEANINGREPORT_H

#include "trainer/cells/Cells.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace dlnet {

/// A table of the cells that cleaning touched, the sums over all, and every
/// skipped cell with its reason.
std::string printCleaning(const CellSet &set);

/// `cells_kept`, `cycles`, `first_dropped`, `missing`, `inputs_replaced`,
/// `targets_replaced` (sums), `cells` (those touched, with the same keys) and
/// `skipped` (name and reason).
nlohmann::json cleaningJson(const CellSet &set);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CLEANINGREPORT_H
