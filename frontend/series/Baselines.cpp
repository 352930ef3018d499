// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A least squares fit evaluated at fixed points is a fixed linear map of the
// window, so each baseline is one matrix made once and one product.
#include "frontend/series/Baselines.h"

#include <Eigen/QR>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace dlnet {

double maeOf(const RowMatrix &forecast, const RowMatrix &target) {
  assert(forecast.rows() == target.rows() && forecast.cols() == target.cols() &&
         "one target for every forecast");
  double sum = 0;
  for (Eigen::Index i = 0; i < forecast.size(); ++i)
    sum += std::abs(double(forecast.data()[i]) - double(target.data()[i]));
  return forecast.size() ? sum / double(forecast.size()) : 0;
}

RowMatrix forecastPolynomial(const RowMatrix &inputs, Eigen::Index horizon,
                             int degree, Eigen::Index points) {
  assert(points <= inputs.cols() && degree < points &&
         "a fit needs more points than its degree, and has no more than the "
         "window");
  // Time is counted in windows from the newest cycle on, which keeps the
  // powers small.
  auto vandermonde = [&](Eigen::Index first, Eigen::Index count) {
    Eigen::MatrixXd powers(count, degree + 1);
    for (Eigen::Index i = 0; i < count; ++i)
      for (int d = 0; d <= degree; ++d)
        powers(i, d) = std::pow(double(first + i) / double(points), d);
    return powers;
  };
  Eigen::MatrixXd past = vandermonde(1 - points, points);
  Eigen::MatrixXd fit = past.colPivHouseholderQr().solve(
      Eigen::MatrixXd::Identity(points, points));
  Eigen::MatrixXd map = (vandermonde(1, horizon) * fit).transpose();
  // In double, and a slab at a time: a cubic's weights are large and cancel.
  RowMatrix forecast(inputs.rows(), horizon);
  constexpr Eigen::Index kSlab = 1024;
  for (Eigen::Index row = 0; row < inputs.rows(); row += kSlab) {
    Eigen::Index rows = std::min(kSlab, inputs.rows() - row);
    forecast.middleRows(row, rows) =
        (inputs.block(row, inputs.cols() - points, rows, points)
             .cast<double>() *
         map)
            .cast<float>();
  }
  return forecast;
}

std::vector<PolynomialBaseline> polynomialBaselines(Eigen::Index window) {
  std::vector<PolynomialBaseline> baselines;
  for (PolynomialBaseline baseline : {PolynomialBaseline{"persistence", 0, 1},
                                      PolynomialBaseline{"linear", 1, 20},
                                      PolynomialBaseline{"linear", 1, 100},
                                      PolynomialBaseline{"quadratic", 2, 100},
                                      PolynomialBaseline{"cubic", 3, 100}}) {
    baseline.points = std::min(baseline.points, window);
    if (baseline.degree >= baseline.points)
      continue;
    if (baseline.degree)
      baseline.name =
          fmt::format("{}, last {} cycles", baseline.name, baseline.points);
    baselines.push_back(std::move(baseline));
  }
  return baselines;
}

std::vector<Baseline> measureBaselines(const RowMatrix &inputs,
                                       const RowMatrix &targets) {
  std::vector<Baseline> baselines;
  for (const PolynomialBaseline &baseline : polynomialBaselines(inputs.cols()))
    baselines.push_back(
        {baseline.name,
         maeOf(forecastPolynomial(inputs, targets.cols(), baseline.degree,
                                  baseline.points),
               targets)});
  return baselines;
}

Baseline bestPolynomialBaseline(const std::vector<Baseline> &baselines) {
  assert(baselines.size() > 1 && "persistence is no polynomial baseline");
  return *std::min_element(
      baselines.begin() + 1, baselines.end(),
      [](const Baseline &a, const Baseline &b) { return a.mae < b.mae; });
}

} // namespace dlnet
