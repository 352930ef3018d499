// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batteries for a model that is trained already: read as its family says that
// SOH is made of capacity, and held against the SOH that training saw. A
// battery of another size, or in another unit, gives figures that look like a
// forecast.
#ifndef DLNET_FRONTEND_SERIES_FAMILYREADING_H
#define DLNET_FRONTEND_SERIES_FAMILYREADING_H

#include "frontend/family/Family.h"
#include "frontend/series/Batteries.h"
#include "frontend/series/BatteryArguments.h"

#include <functional>
#include <string>
#include <vector>

namespace dlnet {

/// How far, in SOH, a new battery may be from what training saw. Batteries of
/// one rating differ by up to 12 % between makers.
inline constexpr double kFarSoh = 0.15;

/// What a family says of SOH, as options for reading.
BatteryOptions readingOf(const DataRecord &record);

/// The same the other way: what `options` made of files that were read so.
void recordReading(const BatteryOptions &options, const Reading &reading,
                   DataRecord &record);

/// A simulated battery (Simulate.h) whose SOH is made as the family makes it.
Battery simulatedFor(const DataRecord &record, const std::string &name,
                     uint64_t seed);

/// SOH of a battery when it was new: the median of its first 20 cycles.
double firstSoh(const Battery &battery);

/// Whether `soh` is farther than kFarSoh from `trained`.
bool isFar(double soh, const Range &trained);

/// The nominal capacity in Ah, as a maker would state it, of a battery that
/// holds `firstAh` when it is new, where new batteries have an SOH of about
/// `trained.high`.
double likelyNominal(double firstAh, const Range &trained);

/// Where the command line takes SOH otherwise than the family; empty: nowhere.
std::string contradiction(const DataRecord &record,
                          const BatteryOptions &options);

/// What may be said beside the result of reading batteries for a model.
struct FamilyBatteries {
  BatterySet set;
  BatteryOptions reading; ///< What they were read by.
  std::vector<std::string> warnings;
};

/// Holds batteries that were read by `options` against what trained `model`.
/// Fails, with the likely cause, when more than half of them begin far from it
/// and `arguments` do not say on purpose what SOH is; else returns warnings.
Result<std::vector<std::string>>
checkAgainst(const Family &family, const FamilyModel &model,
             const BatterySet &set, const BatteryOptions &options,
             const BatteryArguments &arguments);

/// For training, where no family says what SOH is: fails, with the likely
/// cause, when more than half of the batteries begin far from 1 and `arguments`
/// say nothing of it.
Status checkNominal(const BatterySet &set, const BatteryOptions &options,
                    const BatteryArguments &arguments);

/// A way to read batteries, such as readBatteries.
using BatteryReader = std::function<Result<BatterySet>(const std::string &,
                                                       const BatteryOptions &)>;

/// Reads batteries of at least `minimumCycles` for `model` by `reader`, by
/// the family's column and unit where the files have it, else by what their
/// headers say, and checks them. Fails on what either refuses.
Result<FamilyBatteries>
readBatteriesFor(const Family &family, const FamilyModel &model,
                 const std::string &path, const BatteryArguments &arguments,
                 size_t minimumCycles,
                 const BatteryReader &reader = readBatteries);

/// The same of one battery, as readBattery does.
Result<FamilyBatteries> readBatteryFor(const Family &family,
                                       const FamilyModel &model,
                                       const std::string &path,
                                       const BatteryArguments &arguments,
                                       size_t minimumCycles);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_FAMILYREADING_H
