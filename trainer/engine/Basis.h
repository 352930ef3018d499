// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A hundred future cycles move in only a few ways. The network gives the
// coefficients of these few curves instead of a hundred numbers, which is
// smaller and forecasts better.
#ifndef DLNET_TRAINER_ENGINE_BASIS_H
#define DLNET_TRAINER_ENGINE_BASIS_H

#include "frontend/series/Windows.h"

#include <Eigen/Core>

namespace dlnet {

/// delta ~ mean + curves * coefficients.
struct Basis {
  RowMatrix curves;     ///< [H, k]
  Eigen::VectorXf mean; ///< [H]
};

/// The k leading principal curves of `deltas` [N, H], each scaled so that its
/// coefficients have unit variance over the rows. The sign is chosen so that
/// a curve's last value is not negative. Needs 1 <= k <= H and a row.
Basis principalCurves(const RowMatrix &deltas, Eigen::Index k);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_BASIS_H
