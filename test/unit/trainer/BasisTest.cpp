// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The curves are where training starts: they must span the data, and their
// coefficients must have the scale that the learning rate is made for.
#include "trainer/engine/Basis.h"

#include <Eigen/QR>
#include <gtest/gtest.h>

using namespace dlnet;

namespace {

TEST(PrincipalCurves, RecoverThePlaneOfTheData) {
  constexpr Eigen::Index kHorizon = 12, kRows = 500;
  Eigen::VectorXf ramp = Eigen::VectorXf::LinSpaced(kHorizon, 0, 1);
  RowMatrix deltas(kRows, kHorizon);
  for (Eigen::Index i = 0; i < kRows; ++i) {
    float a = float(i % 25) - 12, b = float(i / 25) - 10;
    deltas.row(i) = (a * ramp + 0.1f * b * ramp.cwiseProduct(ramp)).transpose();
    deltas.row(i).array() += 3;
  }
  Basis basis = principalCurves(deltas, 2);
  RowMatrix centred = deltas.rowwise() - basis.mean.transpose();
  Eigen::MatrixXf fit = basis.curves.colPivHouseholderQr().solve(
      Eigen::MatrixXf(centred.transpose()));
  EXPECT_LT((basis.curves * fit - centred.transpose()).cwiseAbs().maxCoeff(),
            1e-3f);
  EXPECT_NEAR(fit.row(0).squaredNorm() / kRows, 1, 1e-2);
  EXPECT_NEAR(fit.row(1).squaredNorm() / kRows, 1, 1e-2);
  EXPECT_GE(basis.curves(kHorizon - 1, 0), 0);
}

} // namespace
