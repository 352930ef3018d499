// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// readCells for whoever links the libraries for MATLAB's files.
#ifndef DLNET_TRAINER_CELLS_MAT_MATCELLS_H
#define DLNET_TRAINER_CELLS_MAT_MATCELLS_H

#include "trainer/cells/Cells.h"

namespace dlnet {

/// As readCells, and .mat files as well (MatReader.h), by the same rules.
Result<CellSet> readCellsOrMat(const std::string &path,
                               const CellOptions &options = {});

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_MAT_MATCELLS_H
