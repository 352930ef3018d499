// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The HDF5 side of the MATLAB reader: what the file holds, and nothing about
// what its cells are called.
#ifndef DLNET_TRAINER_CELLS_MATBATCH_H
#define DLNET_TRAINER_CELLS_MATBATCH_H

#include "frontend/Result.h"

#include <string>
#include <vector>

namespace dlnet {

/// The capacities in Ah of every cell of a MATLAB 7.3 batch, in the file's
/// order, one a cycle (layout and failures: MatReader.h). Calls libhdf5, which
/// can be made to crash by a file that was damaged on purpose: see runApart.
Result<std::vector<std::vector<double>>> readMatBatch(const std::string &path);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_MATBATCH_H
