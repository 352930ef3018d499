// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Series of numbers that are no capacity of a cycle each, by their shape alone:
// whatever their unit.
#ifndef DLNET_FRONTEND_SERIES_PATTERNS_H
#define DLNET_FRONTEND_SERIES_PATTERNS_H

#include "frontend/series/RawBattery.h"

#include <string>
#include <vector>

namespace dlnet {

/// Says why values cannot be the capacities of one battery's cycles, or
/// nothing:
///
///   a running sum      rises in four of five rows, to 1.5 times its least
///   carried forward    the same value stands in equally many rows at a time
///   reference tests    every n-th cycle alone is off, in the same direction
///   another battery       the median of 5 cycles is a tenth above that of the
///   5
///                      before, and the next 20 stay there
///
/// Rows are of rising cycles and have values.
std::string faultOfPattern(const std::vector<RawRow> &rows);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_PATTERNS_H
