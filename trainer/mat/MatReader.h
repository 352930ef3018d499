// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MATLAB files by their content. The MIT-Stanford batteries as their authors
// publish them are three files of version 7.3 (HDF5 inside) with one struct
// array each; only the capacities are wanted of several gigabytes, so only they
// are read.
#ifndef DLNET_TRAINER_MAT_MATREADER_H
#define DLNET_TRAINER_MAT_MATREADER_H

#include "frontend/series/BatteryFiles.h"

namespace dlnet {

/// Reads files of version 5 (Mat5.h) and of version 7.3: MIT-Stanford batches,
///
///   /batch            group
///   /batch/summary    [1, N] or [N, 1] object references, one a battery
///     -> group with QDischarge, [1, n] or [n, 1] numbers: Ah of each cycle
///
/// or single batteries, vectors named as the columns of a table are.
///
/// A batch is named after the date that its file's name starts with
/// (2017-05-12_batchdata_updated_struct_errorcorrect.mat), else after the
/// file's stem; battery i, counted from 0, is `<batch>_battery-<i+1>`.
///
/// Five batteries of 2017-05-12 were cycled on in 2017-06-30, where they have
/// names of their own. With both files they are joined under their first
/// name, for one battery under two names could end up on two sides of a split;
/// without the first they are skipped.
///
/// A file is skipped, naming the object, that is damaged, lacks one of these
/// objects, or has them with another type or an absurd size, as external or
/// virtual data. The libraries run in a child process, so that a file that
/// crashes them is skipped, too. A failure is that of the only file.
Status addMats(const BatteryFiles &files, Intake &intake);

} // namespace dlnet

#endif // DLNET_TRAINER_MAT_MATREADER_H
