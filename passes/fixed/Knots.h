// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product whose rows change smoothly from one to the next, replaced by one
// with few rows and linear interpolation. The compiler and quantization-aware
// training must come to the same knots.
#ifndef DLNET_PASSES_FIXED_KNOTS_H
#define DLNET_PASSES_FIXED_KNOTS_H

#include "passes/fixed/Interval.h"
#include "passes/fixed/Weights.h"

#include <optional>
#include <vector>

namespace dlnet::fixed {

/// By how much a forecast may change in the mean over its horizon, in SOH: four
/// units of 2^-14, and that only at the worst corner of the inputs' ranges.
inline constexpr double kKnotTolerance = 0x1p-12;

/// Where an element of a curve stands: `offset` elements, from 1 to the step,
/// behind a knot. Knot 0 stands one element before the first.
struct KnotPosition {
  size_t knot, offset;
};
inline KnotPosition knotPosition(size_t element, size_t step) {
  return {element / step, element % step + 1};
}

/// bias + weights * v, a row each element of a curve or each knot.
struct Rows {
  Matrix weights;
  std::vector<double> bias;

  size_t columns() const { return weights.size() / bias.size(); }
};

/// The rows at knots `step` elements apart, 2 or more and a divisor of the
/// number of rows, that come nearest to `rows` by least squares, column by
/// column; in single precision.
Rows fitKnots(const Rows &rows, size_t step);

/// Mean over the elements of the greatest magnitude of
/// rows(v) - interpolated knots(v) while each v[j] is within `inputs[j]`.
double greatestChange(const Rows &rows, const Rows &knots,
                      const std::vector<Interval<double>> &inputs);

/// The knots farthest apart that change less than `tolerance`; nothing when
/// there are none, or not fewer of them than rows.
std::optional<Rows> thinRows(const Rows &rows,
                             const std::vector<Interval<double>> &inputs,
                             double tolerance);

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_KNOTS_H
