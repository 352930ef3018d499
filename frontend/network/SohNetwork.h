// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The network that forecasts SOH, as few numbers say it: what training chooses,
// and what files of schema 1 hold.
#ifndef DLNET_FRONTEND_NETWORK_SOHNETWORK_H
#define DLNET_FRONTEND_NETWORK_SOHNETWORK_H

#include "frontend/network/cells/Cells.h"
#include "frontend/network/inputs/SohFeatures.h"

namespace dlnet {

namespace network {

/// SOH of a window to SOH of the horizon: features of block means, one cell
/// over them, basis curves.
struct SohRecipe {
  CellKind cell = CellKind::Liquid;
  int64_t units = 0, window = 0, horizon = 0, block = 0, basis = 0;
  Solver solver;
  Features features;
  double outputScale = 100.0;
  Calibration ranges;

  /// Number of blocks, that is of steps of the recurrence.
  int64_t blocks() const { return block > 0 ? window / block : 0; }
  int64_t featureCount() const { return features.count(); }
};

/// The graph of a recipe whose sizes are positive and whose block divides the
/// window. The graph records ranges of the coefficients where the recipe has
/// one for each.
Graph buildSohNetwork(const SohRecipe &recipe);

} // namespace network
} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_SOHNETWORK_H
