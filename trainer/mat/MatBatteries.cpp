// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/mat/MatBatteries.h"

#include "frontend/series/BatteryFiles.h"
#include "trainer/mat/MatReader.h"

namespace dlnet {

Result<BatterySet> readBatteriesOrMat(const std::string &path,
                                      const BatteryOptions &options) {
  Result<BatteryFiles> files = findBatteryFiles(path);
  if (!files)
    return files.failure();
  if (files->mats.empty())
    return readBatteries(path, options);
  Intake intake(options);
  if (Status added = addMats(*files, intake); !added)
    return added.failure();
  return intake.finish(path);
}

} // namespace dlnet
