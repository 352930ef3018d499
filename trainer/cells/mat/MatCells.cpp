// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/cells/mat/MatCells.h"

#include "trainer/cells/CellFiles.h"
#include "trainer/cells/mat/MatReader.h"

namespace dlnet {

Result<CellSet> readCellsOrMat(const std::string &path,
                               const CellOptions &options) {
  Result<CellFiles> files = findCellFiles(path);
  if (!files)
    return files.failure();
  if (files->mats.empty())
    return readCells(path, options);
  Intake intake(options);
  if (Status added = addMats(*files, intake); !added)
    return added.failure();
  return intake.finish(path);
}

} // namespace dlnet
