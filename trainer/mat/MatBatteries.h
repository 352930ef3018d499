// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// readBatteries for whoever links the libraries for MATLAB's files.
#ifndef DLNET_TRAINER_MAT_MATBATTERIES_H
#define DLNET_TRAINER_MAT_MATBATTERIES_H

#include "frontend/series/Batteries.h"

namespace dlnet {

/// As readBatteries, and .mat files as well (MatReader.h), by the same rules.
Result<BatterySet> readBatteriesOrMat(const std::string &path,
                                      const BatteryOptions &options = {});

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_MATBATTERIES_H
