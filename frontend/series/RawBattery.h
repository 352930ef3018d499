// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every kind of file is brought to before any of it is judged, so that a
// battery is judged alike whatever it came in.
#ifndef DLNET_FRONTEND_SERIES_RAWBATTERY_H
#define DLNET_FRONTEND_SERIES_RAWBATTERY_H

#include "frontend/series/Columns.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dlnet {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
/// No battery lives a million cycles; a longer one is not a battery.
inline constexpr size_t kMaximumCycles = 1000000;

/// One row, in the file's order.
struct RawRow {
  int64_t cycle = 0;       ///< By the file, or the row's number from 1.
  double value = kNoValue; ///< In the file's unit; NaN when there is none.
  uint32_t line = 0;       ///< 0 where the file has no lines.
  bool unreadable =
      false;          ///< Has no value for a reason other than being empty.
  uint32_t place = 0; ///< Among the battery's rows with a value, while sorted.
};

/// A battery as its file has it.
struct RawBattery {
  std::string name; ///< Within its file: the id in a table, or the stem.
  std::string batch;
  std::string source;   ///< Path below the folder that is read, no extension.
  bool counted = false; ///< The file numbers its cycles.
  std::vector<RawRow> rows;
  std::string firstFault; ///< Of its first row without a value.
};

/// What one file holds.
struct BatteryFile {
  std::string path;
  std::string shape;     ///< `delimiter ';', cycle from 'Cycle_Index'`.
  std::string column;    ///< Of the capacity, as the file names it.
  ColumnMeaning meaning; ///< Of that column.
  std::vector<RawBattery> batteries;
  size_t rowsOfNoBattery = 0;   ///< Rows from which no battery could be told...
  std::string firstOfNoBattery; ///< ...and what is wrong with the first.
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_RAWBATTERY_H
