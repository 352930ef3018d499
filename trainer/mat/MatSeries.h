// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What comes out of a MATLAB file, and out of the child process that reads it.
#ifndef DLNET_TRAINER_MAT_MATSERIES_H
#define DLNET_TRAINER_MAT_MATSERIES_H

#include "frontend/series/RawBattery.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// The capacities of one battery.
struct MatSeries {
  std::string name;   ///< Of the battery; empty: the file's stem.
  std::string column; ///< Where they were: `/batch/summary/QDischarge`.
  ColumnMeaning meaning;
  std::vector<double> values;  ///< NaN where there is none.
  std::vector<int64_t> cycles; ///< One for each value; empty: not numbered.
};

/// A vector of numbers that a file holds under a name.
using VectorNamed =
    std::function<Result<std::vector<double>>(const std::string &name)>;

/// The series that several named vectors are together, by the rules for the
/// columns of a table (findColumns): a capacity and, with it, the cycles.
Result<MatSeries> seriesOfVectors(const std::vector<std::string> &names,
                                  const VectorNamed &read,
                                  const BatteryOptions &options);

/// Plain bytes, for the way out of a child process, and the reverse; nothing
/// when the bytes are none that packed() made.
std::string packed(const std::vector<MatSeries> &series);
std::optional<std::vector<MatSeries>> unpacked(std::string_view bytes);

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_MATSERIES_H
