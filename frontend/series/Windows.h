// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training and judging see a battery's life as windows: some past cycles in,
// the next ones out.
#ifndef DLNET_FRONTEND_SERIES_WINDOWS_H
#define DLNET_FRONTEND_SERIES_WINDOWS_H

#include "frontend/series/Batteries.h"

#include <Eigen/Core>

#include <string>
#include <vector>

namespace dlnet {

/// One window a row.
using RowMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct WindowOptions {
  Eigen::Index window = 100, horizon = 100; ///< Cycles in and out.
  Eigen::Index stride = 1; ///< Cycles between two windows of a battery.
};

/// N windows; a window never crosses batteries.
struct WindowSet {
  RowMatrix inputs;         ///< [N, window], oldest first, cleaned causally.
  RowMatrix targets;        ///< [N, horizon], gross glitches replaced.
  RowMatrix rawTargets;     ///< [N, horizon], as measured.
  std::vector<int> battery; ///< [N], index into the batteries given.
  std::vector<int> first; ///< [N], cycle of the oldest input, 0 for the first.
  std::vector<std::string> names; ///< Of the batteries given.

  Eigen::Index size() const { return inputs.rows(); }
};

/// Every window of every battery, in order. Batteries shorter than window +
/// horizon give none.
WindowSet makeWindows(const std::vector<Battery> &batteries,
                      const WindowOptions &options = {});

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_WINDOWS_H
