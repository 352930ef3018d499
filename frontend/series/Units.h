// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 1.05 may be Ah, 1050 mAh, 95 percent. A unit that is guessed wrong makes a
// forecast of another battery, so it is known by header or by magnitude, or
// asked for.
#ifndef DLNET_FRONTEND_SERIES_UNITS_H
#define DLNET_FRONTEND_SERIES_UNITS_H

#include "frontend/series/Columns.h"

#include <string>
#include <vector>

namespace dlnet {

/// No battery is measured at more than this.
inline constexpr double kMaximumSoh = 2;

/// `Ah`, `mAh`, `parts of SOH 1`, `percent of SOH`.
const char *wordsOf(CapacityUnit unit);

/// The value that is an SOH of 1; `unit` is not Auto.
double valueOfSoh1(CapacityUnit unit, double nominalAh);

/// The unit of batteries that start at `starts` (not empty): the one that the
/// options or the column say, else the one by which their median is an SOH of
/// 0.5 to 1.3. By initial capacity a capacity needs none, and Ah is returned.
/// Fails, naming the likely options, when the median is no such SOH.
Result<CapacityUnit> chooseUnit(std::vector<double> starts,
                                const ColumnMeaning &meaning,
                                const BatteryOptions &options);

/// Why a battery that starts at this value is none of its set, or nothing.
std::string faultOfStart(double start, CapacityUnit unit,
                         const BatteryOptions &options);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_UNITS_H
