// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A least squares fit evaluated at fixed points is a fixed linear map of the
// window, so each floor is one matrix made once and one product.
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
  std::vector<PolynomialBaseline> floors;
  for (PolynomialBaseline floor : {PolynomialBaseline{"persistence", 0, 1},
                                   PolynomialBaseline{"linear", 1, 20},
                                   PolynomialBaseline{"linear", 1, 100},
                                   PolynomialBaseline{"quadratic", 2, 100},
                                   PolynomialBaseline{"cubic", 3, 100}}) {
    floor.points = std::min(floor.points, window);
    if (floor.degree >= floor.points)
      continue;
    if (floor.degree)
      floor.name = fmt::format("{}, last {} cycles", floor.name, floor.points);
    floors.push_back(std::move(floor));
  }
  return floors;
}

std::vector<Baseline> measureBaselines(const RowMatrix &inputs,
                                       const RowMatrix &targets) {
  std::vector<Baseline> floors;
  for (const PolynomialBaseline &floor : polynomialBaselines(inputs.cols()))
    floors.push_back(
        {floor.name, maeOf(forecastPolynomial(inputs, targets.cols(),
                                              floor.degree, floor.points),
                           targets)});
  return floors;
}

Baseline bestPolynomialBaseline(const std::vector<Baseline> &floors) {
  assert(floors.size() > 1 && "persistence is no polynomial floor");
  return *std::min_element(
      floors.begin() + 1, floors.end(),
      [](const Baseline &a, const Baseline &b) { return a.mae < b.mae; });
}

} // namespace dlnet
