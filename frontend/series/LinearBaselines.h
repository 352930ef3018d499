// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The strongest baseline is a linear map of the window that was fitted to the
// same training batteries as the network: what a network adds must show against
// it. Least squares and least absolute deviations, both without a network's
// tuning, augmentation or luck.
#ifndef DLNET_FRONTEND_SERIES_LINEARBASELINES_H
#define DLNET_FRONTEND_SERIES_LINEARBASELINES_H

#include "frontend/series/Windows.h"

#include <Eigen/Core>

#include <string>

namespace dlnet {

/// forecast = window * map + offset, computed in double.
struct LinearBaseline {
  std::string name;
  Eigen::MatrixXd map;       ///< [window, horizon]
  Eigen::RowVectorXd offset; ///< [horizon], in SOH
  double penalty = 0;        ///< Ridge: chosen on the validation windows.

  /// [N, window] to [N, horizon].
  RowMatrix forecast(const RowMatrix &inputs) const;
};

/// Ridge regression from the window to the change of SOH since its newest
/// cycle. Inputs: the differences of the older cycles to the newest, and the
/// newest; standardised. The penalty is chosen from a grid by the mean
/// absolute error on `validation` (the smallest when that is empty). Trained
/// on the cleaned targets. `train` holds at least two windows of at least two
/// cycles.
LinearBaseline fitRidge(const WindowSet &train, const WindowSet &validation);

/// The linear map of the same inputs with the least mean absolute error, by
/// iteratively reweighted least squares, one horizon after the other, each
/// started at the one before. The inputs' 24 leading principal components
/// stand for all of them (more changed no figure on real batteries), and at
/// most 16,384 evenly spaced windows are used, as neighbours are nearly equal.
/// `train` as in fitRidge.
LinearBaseline fitAbsolute(const WindowSet &train);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_LINEARBASELINES_H
