// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Principal components through the covariance, which is small (horizon
// squared) however many windows there are.
#include "trainer/engine/Basis.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace dlnet {

Basis principalCurves(const RowMatrix &deltas, Eigen::Index k) {
  Eigen::Index horizon = deltas.cols(), rows = deltas.rows();
  assert(rows > 0 && k >= 1 && k <= horizon && "as many curves as cycles");
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(horizon);
  for (Eigen::Index i = 0; i < rows; ++i)
    mean += deltas.row(i).transpose().cast<double>();
  mean /= double(rows);

  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(horizon, horizon);
  constexpr Eigen::Index kSlab = 1024;
  for (Eigen::Index first = 0; first < rows; first += kSlab) {
    Eigen::MatrixXd centred =
        deltas.middleRows(first, std::min(kSlab, rows - first))
            .cast<double>()
            .rowwise() -
        mean.transpose();
    covariance += centred.transpose() * centred;
  }
  covariance /= double(rows);

  // Eigenvalues come in increasing order.
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  Basis basis;
  basis.mean = mean.cast<float>();
  basis.curves.resize(horizon, k);
  for (Eigen::Index j = 0; j < k; ++j) {
    Eigen::Index from = horizon - 1 - j;
    // A floor keeps a curve trainable where the data has no such movement.
    double deviation = std::sqrt(std::max(solver.eigenvalues()(from), 1e-6));
    Eigen::VectorXd curve = solver.eigenvectors().col(from) * deviation;
    if (curve(horizon - 1) < 0)
      curve = -curve;
    basis.curves.col(j) = curve.cast<float>();
  }
  return basis;
}

} // namespace dlnet
