// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The HDF5 side of the MATLAB reader.
#ifndef DLNET_TRAINER_MAT_MATBATCH_H
#define DLNET_TRAINER_MAT_MATBATCH_H

#include "trainer/mat/MatSeries.h"

#include <string>
#include <vector>

namespace dlnet {

/// The batteries of a MATLAB 7.3 file in its order (layouts and failures:
/// MatReader.h), those of a batch called `<batch>_battery-<i+1>`. Calls
/// libhdf5, which can be made to crash by a file that was damaged on purpose:
/// see runApart.
Result<std::vector<MatSeries>> readMatBatch(const std::string &path,
                                            const std::string &batch,
                                            const BatteryOptions &options);

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_MATBATCH_H
