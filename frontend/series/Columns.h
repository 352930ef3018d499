// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What testers and data sets call their columns: Arbin, BatteryArchive,
// Neware, Maccor, BioLogic, NASA, CALCE, BatteryML, and people.
#ifndef DLNET_FRONTEND_SERIES_COLUMNS_H
#define DLNET_FRONTEND_SERIES_COLUMNS_H

#include "frontend/series/Batteries.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dlnet {

/// What a column tells of a battery's capacity, best first.
enum class Quantity { Discharge, Capacity, Soh, Charge };

/// What a header's name says; unit is Auto where it says none.
struct ColumnMeaning {
  Quantity quantity = Quantity::Capacity;
  CapacityUnit unit = CapacityUnit::Auto;
};

/// The meaning of a capacity column's name, or nothing for any other column:
/// energies (Wh) and specific capacities (mAh/g) are none.
std::optional<ColumnMeaning> capacityMeaning(const std::string &name);

struct Columns {
  size_t capacity = 0;
  ColumnMeaning meaning; ///< Of the capacity.
  std::optional<size_t> cycle, battery, batch;
};

/// Finds the columns, those that the options name and the others by their
/// usual names. Fails, listing what there is, when there is no capacity, and
/// when two columns suit as well.
Result<Columns> findColumns(const std::vector<std::string> &header,
                            const BatteryOptions &options);

/// 0: no capacity; more with columns of capacity, cycle and battery.
int scoreHeader(const std::vector<std::string> &header,
                const BatteryOptions &options);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_COLUMNS_H
