// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MATLAB files of version 5, by libmatio: small data sets are still published
// in it.
#ifndef DLNET_TRAINER_MAT_MAT5_H
#define DLNET_TRAINER_MAT_MAT5_H

#include "trainer/mat/MatSeries.h"

namespace dlnet {

/// Reads the batteries of a version 5 file, one of each variable:
///
///   as NASA's     struct with `cycle`, a struct array of `type` and `data`:
///                 data.Capacity of each cycle of type discharge, in Ah
///   as Oxford's   struct with cycNNNN, each with C1dc.q, a running charge in
///                 mAh: its span, of cycle NNNN
///   other structs with vectors named as the columns of a table are
///
/// or a single battery of variables that are such vectors. Fails where there is
/// none, naming the variables. Calls libmatio, which may crash: see runApart.
Result<std::vector<MatSeries>> readMat5(const std::string &path,
                                        const BatteryOptions &options);

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_MAT5_H
