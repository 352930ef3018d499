// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batches number their batteries from 1 each, so names of files and of
// batteries meet again. A split needs them apart.
#ifndef DLNET_FRONTEND_SERIES_NAMES_H
#define DLNET_FRONTEND_SERIES_NAMES_H

#include "frontend/series/RawBattery.h"

#include <vector>

namespace dlnet {

/// Makes the batteries' names unique: those that several have get the batch,
/// the file, or the path below the folder that is read put before them
/// (`batch1/cell3`). Batteries of one name whose numbered cycles follow one
/// upon the other, as if one test were in several parts, are taken out and
/// returned with that reason.
std::vector<SkippedBattery> makeNamesUnique(std::vector<BatteryFile> &files);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_NAMES_H
