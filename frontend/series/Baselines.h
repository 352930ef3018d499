// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An error says nothing alone: a smooth series is easy to forecast. Every
// network stands beside what a straight line or a parabola does on the same
// windows.
#ifndef DLNET_FRONTEND_SERIES_BASELINES_H
#define DLNET_FRONTEND_SERIES_BASELINES_H

#include "frontend/series/Windows.h"

#include <string>
#include <vector>

namespace dlnet {

/// A forecast without training, and its mean absolute error in SOH.
struct Baseline {
  std::string name;
  double mae = 0;
};

/// Mean absolute difference of two [N, H] matrices, summed in double in row
/// order. 0 when they are empty.
double maeOf(const RowMatrix &forecast, const RowMatrix &target);

/// Least squares polynomial through the newest `points` columns of `inputs`
/// [N, window], continued over `horizon` cycles: [N, horizon].
RowMatrix forecastPolynomial(const RowMatrix &inputs, Eigen::Index horizon,
                             int degree, Eigen::Index points);

/// A polynomial of `degree` through the newest `points` cycles.
struct PolynomialBaseline {
  std::string name;
  int degree;
  Eigen::Index points;
};

/// Persistence, linear on the last 20 and 100 points, quadratic and cubic on
/// the last 100 (or the whole window, where it is shorter).
std::vector<PolynomialBaseline> polynomialBaselines(Eigen::Index window);

/// The errors of all of these.
std::vector<Baseline> measureBaselines(const RowMatrix &inputs,
                                       const RowMatrix &targets);

/// The lowest of the polynomial baselines, persistence left aside.
Baseline bestPolynomialBaseline(const std::vector<Baseline> &baselines);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_BASELINES_H
