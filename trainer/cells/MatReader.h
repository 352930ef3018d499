// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The MIT-Stanford cells as their authors publish them: three MATLAB 7.3 files
// (HDF5 inside) with one struct array each. Only the capacities are wanted of
// several gigabytes, so only they are read.
#ifndef DLNET_TRAINER_CELLS_MATREADER_H
#define DLNET_TRAINER_CELLS_MATREADER_H

#include "trainer/cells/Intake.h"

namespace dlnet {

/// Reads MATLAB 7.3 batches. In each file:
///
///   /batch            group
///   /batch/summary    [1, N] or [N, 1] object references, one a cell
///     -> group with QDischarge, [1, n] or [n, 1] doubles: Ah of each cycle
///
/// A batch is named after the date that its file's name starts with
/// (2017-05-12_batchdata_updated_struct_errorcorrect.mat), else after the
/// file's stem; cell i, counted from 0, is `<batch>_battery-<i+1>`.
///
/// Five cells of 2017-05-12 were cycled on in 2017-06-30, where they have
/// names of their own. With both files they are joined under their first
/// name, for one cell under two names could end up on two sides of a split;
/// without the first they are skipped.
///
/// Fails, naming file and object, on what is no HDF5 file, is truncated, lacks
/// one of these objects, or has them with another type or an absurd size, as
/// external or virtual data, or with a capacity that is not finite. libhdf5
/// runs in a child process, so that a file that crashes it fails, too. A cell
/// with a capacity outside the range of faultOfCapacity (zeros at the start
/// aside, see countOddFirst) is skipped with that reason.
Status readMatFiles(const std::vector<std::string> &paths, Intake &intake);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_MATREADER_H
