// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both fits work on the second moments of standardised inputs: for tens of
// thousands of windows that is one pass over the data and then small matrices.
#include "frontend/series/LinearBaselines.h"

#include "frontend/series/Baselines.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace dlnet {

namespace {

constexpr Eigen::Index kSlab = 1024;

/// What both fits see: inputs and targets relative to the newest cycle.
struct Moments {
  Eigen::RowVectorXd mean, scale; ///< Of the inputs, [window].
  Eigen::RowVectorXd targetMean;  ///< Of the changes of SOH, [horizon].
};

/// Rows `first`... of the window set as differences to the newest cycle, the
/// newest itself in the last column.
Eigen::MatrixXd relativeInputs(const RowMatrix &inputs, Eigen::Index first,
                               Eigen::Index rows) {
  Eigen::MatrixXd x = inputs.middleRows(first, rows).cast<double>();
  Eigen::Index last = x.cols() - 1;
  for (Eigen::Index t = 0; t < last; ++t)
    x.col(t) -= x.col(last);
  return x;
}

Eigen::MatrixXd relativeTargets(const WindowSet &set, Eigen::Index first,
                                Eigen::Index rows) {
  Eigen::MatrixXd y = set.targets.middleRows(first, rows).cast<double>();
  y.colwise() -=
      set.inputs.col(set.inputs.cols() - 1).segment(first, rows).cast<double>();
  return y;
}

WindowSet everyNth(const WindowSet &set, Eigen::Index n) {
  WindowSet some;
  Eigen::Index rows = (set.size() - 1) / n + 1;
  some.inputs.resize(rows, set.inputs.cols());
  some.targets.resize(rows, set.targets.cols());
  for (Eigen::Index row = 0; row < rows; ++row) {
    some.inputs.row(row) = set.inputs.row(row * n);
    some.targets.row(row) = set.targets.row(row * n);
  }
  return some;
}

template <typename Body> void forSlabs(Eigen::Index size, Body &&body) {
  for (Eigen::Index first = 0; first < size; first += kSlab)
    body(first, std::min(kSlab, size - first));
}

Moments momentsOf(const WindowSet &set) {
  Eigen::Index window = set.inputs.cols();
  double count = double(set.size());
  Moments moments;
  moments.mean = Eigen::RowVectorXd::Zero(window);
  moments.targetMean = Eigen::RowVectorXd::Zero(set.targets.cols());
  forSlabs(set.size(), [&](Eigen::Index first, Eigen::Index rows) {
    moments.mean += relativeInputs(set.inputs, first, rows).colwise().sum();
    moments.targetMean += relativeTargets(set, first, rows).colwise().sum();
  });
  moments.mean /= count;
  moments.targetMean /= count;
  Eigen::RowVectorXd variance = Eigen::RowVectorXd::Zero(window);
  forSlabs(set.size(), [&](Eigen::Index first, Eigen::Index rows) {
    Eigen::MatrixXd x = relativeInputs(set.inputs, first, rows);
    variance +=
        (x.rowwise() - moments.mean).array().square().matrix().colwise().sum();
  });
  // A column that never changes carries nothing and must not divide by zero.
  moments.scale = (variance / count).cwiseSqrt().cwiseMax(1e-12);
  return moments;
}

Eigen::MatrixXd standardised(Eigen::MatrixXd x, const Moments &moments) {
  x.rowwise() -= moments.mean;
  return x * moments.scale.cwiseInverse().asDiagonal();
}

/// Folds standardisation, differences and the newest cycle's level into a map
/// of the plain window. `weights` is [window, horizon] on the standardised
/// inputs.
LinearBaseline plainMap(std::string name, const Moments &moments,
                        const Eigen::MatrixXd &weights) {
  LinearBaseline baseline;
  baseline.name = std::move(name);
  Eigen::Index last = weights.rows() - 1;
  baseline.map = moments.scale.cwiseInverse().asDiagonal() * weights;
  baseline.offset = moments.targetMean - moments.mean * baseline.map;
  Eigen::RowVectorXd differences = baseline.map.topRows(last).colwise().sum();
  baseline.map.row(last) +=
      Eigen::RowVectorXd::Ones(weights.cols()) - differences;
  return baseline;
}

} // namespace

RowMatrix LinearBaseline::forecast(const RowMatrix &inputs) const {
  assert(inputs.cols() == map.rows() && "a baseline of this window");
  RowMatrix result(inputs.rows(), map.cols());
  forSlabs(inputs.rows(), [&](Eigen::Index first, Eigen::Index rows) {
    Eigen::MatrixXd slab = inputs.middleRows(first, rows).cast<double>() * map;
    slab.rowwise() += offset;
    result.middleRows(first, rows) = slab.cast<float>();
  });
  return result;
}

LinearBaseline fitRidge(const WindowSet &train, const WindowSet &validation) {
  assert(train.size() > 1 && train.inputs.cols() > 1 && "something to fit");
  Moments moments = momentsOf(train);
  Eigen::Index window = train.inputs.cols();
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(window, window);
  Eigen::MatrixXd cross = Eigen::MatrixXd::Zero(window, train.targets.cols());
  forSlabs(train.size(), [&](Eigen::Index first, Eigen::Index rows) {
    Eigen::MatrixXd z =
        standardised(relativeInputs(train.inputs, first, rows), moments);
    gram.selfadjointView<Eigen::Lower>().rankUpdate(z.transpose());
    Eigen::MatrixXd y = relativeTargets(train, first, rows);
    y.rowwise() -= moments.targetMean;
    cross.noalias() += z.transpose() * y;
  });
  gram /= double(train.size());
  cross /= double(train.size());

  LinearBaseline best;
  double bestMae = 0;
  for (double penalty : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0}) {
    Eigen::MatrixXd regular = gram;
    regular.diagonal().array() += penalty;
    Eigen::MatrixXd weights =
        regular.selfadjointView<Eigen::Lower>().ldlt().solve(cross);
    LinearBaseline baseline = plainMap("ridge", moments, weights);
    baseline.penalty = penalty;
    double mae =
        maeOf(baseline.forecast(validation.inputs), validation.targets);
    if (best.name.empty() || mae < bestMae) {
      best = std::move(baseline);
      bestMae = mae;
    }
  }
  return best;
}

LinearBaseline fitAbsolute(const WindowSet &train) {
  assert(train.size() > 1 && train.inputs.cols() > 1 && "something to fit");
  constexpr Eigen::Index kComponents = 24, kMostWindows = 16384;
  constexpr int kFirstRounds = 20, kRounds = 4;
  // Below this an error counts as squared; far below any that matters.
  constexpr double kSmallest = 5e-5;

  WindowSet some = everyNth(train, (train.size() - 1) / kMostWindows + 1);
  Moments moments = momentsOf(some);
  Eigen::Index window = train.inputs.cols();
  Eigen::Index components = std::min(kComponents, window);
  Eigen::MatrixXd z =
      standardised(relativeInputs(some.inputs, 0, some.size()), moments);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(window, window);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(z.transpose(),
                                                  1 / double(some.size()));
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(gram);
  // Largest last; whitened, so that the small systems below are well scaled.
  Eigen::MatrixXd basis =
      axes.eigenvectors().rightCols(components) * axes.eigenvalues()
                                                      .tail(components)
                                                      .cwiseMax(1e-12)
                                                      .cwiseSqrt()
                                                      .cwiseInverse()
                                                      .asDiagonal();

  Eigen::MatrixXd inputs(some.size(), components + 1);
  inputs.leftCols(components) = z * basis;
  inputs.col(components).setOnes();
  Eigen::MatrixXd targets = relativeTargets(some, 0, some.size());
  Eigen::MatrixXd fit(components + 1, targets.cols());
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(components + 1);
  for (Eigen::Index h = 0; h < targets.cols(); ++h) {
    for (int round = h ? kRounds : kFirstRounds; round > 0; --round) {
      Eigen::VectorXd errors = targets.col(h) - inputs * weights;
      Eigen::VectorXd roots =
          errors.cwiseAbs().cwiseMax(kSmallest).cwiseSqrt().cwiseInverse();
      Eigen::MatrixXd scaled = roots.asDiagonal() * inputs;
      Eigen::MatrixXd normal =
          1e-9 * Eigen::MatrixXd::Identity(components + 1, components + 1);
      normal.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
      weights = normal.selfadjointView<Eigen::Lower>().ldlt().solve(
          scaled.transpose() * roots.cwiseProduct(targets.col(h)));
    }
    fit.col(h) = weights;
  }
  moments.targetMean = fit.row(components);
  return plainMap("linear, absolute loss", moments,
                  basis * fit.topRows(components));
}

} // namespace dlnet
