// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The piecewise linear functions of neighbouring knots overlap, of others not:
// the normal equations are tridiagonal, and solved by one elimination down and
// one up.
#include "passes/fixed/Knots.h"

namespace dlnet::fixed {
namespace {

/// to[i] += factor * from[k], rows of matrices.
void addRow(Matrix &to, size_t i, double factor, const Matrix &from, size_t k,
            size_t columns) {
  for (size_t j = 0; j < columns; ++j)
    to[i * columns + j] += factor * from[k * columns + j];
}

Matrix fit(const Matrix &values, size_t columns, size_t step) {
  size_t rows = values.size() / columns, last = rows / step;
  std::vector<double> diagonal(last + 1), above(last);
  Matrix knots((last + 1) * columns);
  for (size_t i = 0; i < rows; ++i) {
    auto [knot, offset] = knotPosition(i, step);
    double share = double(offset) / double(step);
    diagonal[knot] += (1.0 - share) * (1.0 - share);
    diagonal[knot + 1] += share * share;
    above[knot] += (1.0 - share) * share;
    addRow(knots, knot, 1.0 - share, values, i, columns);
    addRow(knots, knot + 1, share, values, i, columns);
  }
  for (size_t k = 0; k < last; ++k) {
    double factor = above[k] / diagonal[k];
    diagonal[k + 1] -= factor * above[k];
    addRow(knots, k + 1, -factor, knots, k, columns);
  }
  for (size_t k = last + 1; k-- > 0;) {
    if (k < last)
      addRow(knots, k, -above[k], knots, k + 1, columns);
    for (size_t j = 0; j < columns; ++j)
      knots[k * columns + j] /= diagonal[k];
  }
  for (double &value : knots)
    value = static_cast<float>(value);
  return knots;
}

/// What interpolation leaves of the values.
Matrix residuals(const Matrix &values, const Matrix &knots, size_t columns,
                 size_t step) {
  Matrix result = values;
  for (size_t i = 0; i < values.size() / columns; ++i) {
    auto [knot, offset] = knotPosition(i, step);
    double share = double(offset) / double(step);
    addRow(result, i, share - 1.0, knots, knot, columns);
    addRow(result, i, -share, knots, knot + 1, columns);
  }
  return result;
}

} // namespace

Rows fitKnots(const Rows &rows, size_t step) {
  return {fit(rows.weights, rows.columns(), step), fit(rows.bias, 1, step)};
}

double greatestChange(const Rows &rows, const Rows &knots,
                      const std::vector<Interval<double>> &inputs) {
  size_t columns = rows.columns();
  size_t step = rows.bias.size() / (knots.bias.size() - 1);
  Matrix weights = residuals(rows.weights, knots.weights, columns, step);
  std::vector<double> bias = residuals(rows.bias, knots.bias, 1, step);
  double sum = 0.0;
  for (size_t i = 0; i < bias.size(); ++i) {
    Interval<double> change = Interval<double>::point(bias[i]);
    for (size_t j = 0; j < columns; ++j)
      change = change +
               inputs[j] * Interval<double>::point(weights[i * columns + j]);
    sum += change.magnitude();
  }
  return sum / double(bias.size());
}

std::optional<Rows> thinRows(const Rows &rows,
                             const std::vector<Interval<double>> &inputs,
                             double tolerance) {
  size_t size = rows.bias.size();
  // With a step of 2 or more and 3 or more rows, knots are fewer than rows.
  for (size_t step = size; size >= 3 && step >= 2; --step) {
    if (size % step != 0)
      continue;
    Rows knots = fitKnots(rows, step);
    if (greatestChange(rows, knots, inputs) < tolerance)
      return knots;
  }
  return std::nullopt;
}

} // namespace dlnet::fixed
