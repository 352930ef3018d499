// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models read one capacity a cycle, without holes. Files have twelve rows a
// cycle, rows twice after a test was resumed, rows in the order of text, or a
// row every fiftieth cycle. What is certain is put right, the rest refused.
#ifndef DLNET_FRONTEND_SERIES_CYCLES_H
#define DLNET_FRONTEND_SERIES_CYCLES_H

#include "frontend/series/RawBattery.h"

#include <optional>

namespace dlnet {

/// One row a cycle, rising, as far as the file has values.
struct CycleSeries {
  std::vector<RawRow> rows;         ///< Those with a value.
  size_t records = 1;               ///< Rows that became one, typically.
  bool sorted = false;              ///< The file has them in another order.
  bool negative = false;            ///< The signs were turned.
  size_t repeated = 0;              ///< Rows left out that say the same again.
  size_t empty = 0, unreadable = 0; ///< Rows without a value.
  std::string reason; ///< Why there is no such series, instead of one.
};

/// Brings a battery's rows to one a cycle:
///
///   many rows a cycle   equal capacities, or one that grows within each cycle
///                       from small (a running capacity: its last): else
///                       refused
///   a cycle twice       with the same capacity: one is left out, else refused
///   out of order        sorted
///   all below zero      signs turned (discharge counts as negative)
///
/// and refuses a sum over cycles, equal values of equally many rows at a time,
/// reference tests among other cycles, and a rise as of another battery.
CycleSeries arrangeCycles(const RawBattery &battery);

/// Why holes in a numbered series make it useless, or nothing: more than 3
/// cycles in a row missing, or more than 3 and 1 in 100 in all, or only every
/// n-th cycle measured. `missing` becomes the cycles absent.
std::optional<std::string> faultOfGaps(const std::vector<RawRow> &rows,
                                       size_t &missing);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_CYCLES_H
