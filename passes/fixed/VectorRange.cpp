// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of weights with anything that itself depends on the state are taken
// as independent of it: a superset.
#include "passes/fixed/VectorRange.h"

namespace dlnet::fixed {

Interval<double> hullOf(const VectorRange &range) {
  Interval<double> result = range.front().all;
  for (const Ranged<double> &element : range)
    result = hull(result, element.all);
  return result;
}

VectorRange within(Interval<double> range) {
  return {Ranged<double>::independent(range)};
}

VectorRange constants(const std::vector<double> &values) {
  VectorRange result;
  for (double value : values)
    result.push_back(
        Ranged<double>::independent(Interval<double>::point(value)));
  return result;
}

VectorRange sum(const VectorRange &a, const VectorRange &b) {
  return combine(a, b, [](const auto &x, const auto &y) { return x + y; });
}
VectorRange difference(const VectorRange &a, const VectorRange &b) {
  return combine(a, b, [](const auto &x, const auto &y) { return x - y; });
}
VectorRange product(const VectorRange &a, const VectorRange &b) {
  return combine(a, b, [](const auto &x, const auto &y) { return x * y; });
}

VectorRange neighbourDifference(const VectorRange &range) {
  Interval<double> input = hullOf(range);
  return within(hull(input - input, {0.0, 0.0}));
}

VectorRange clampRange(const VectorRange &range, double low, double high) {
  VectorRange result;
  for (const Ranged<double> &element : range)
    result.push_back(
        element.mapped([&](double v) { return std::clamp(v, low, high); },
                       [](Interval<double> slope) {
                         return hull(slope, {0.0, 0.0});
                       }));
  return result;
}

VectorRange activationRange(Activation function) {
  if (function == Activation::Damped) // Greatest at 1, least at -1.
    return within({-std::exp(-1.0), std::exp(-1.0)});
  return within({function == Activation::Sigmoid ? 0.0 : -1.0, 1.0});
}

VectorRange addProduct(const VectorRange &start,
                       const std::vector<double> &matrix,
                       const VectorRange &vector) {
  VectorRange result = start;
  size_t columns = matrix.size() / result.size();
  for (size_t row = 0; row < result.size(); ++row) {
    Interval<double> added{0.0, 0.0};
    for (size_t column = 0; column < columns; ++column)
      added =
          added + elementOf(vector, column).all *
                      Interval<double>::point(matrix[row * columns + column]);
    result[row] = result[row] + Ranged<double>::independent(added);
  }
  return result;
}

bool staysInside(const VectorRange &derivative, double radius,
                 SolverStep step) {
  for (const Ranged<double> &element : derivative) {
    if (step.fused) {
      // (x + dt*S) / (1 + dt*D) <= R at x = R exactly when S - D*R <= 0.
      if (!(element.atHigh.high <= 0.0 && element.atLow.low >= 0.0))
        return false;
      continue;
    }
    Ranged<double> dt =
        Ranged<double>::independent(Interval<double>::point(step.dt));
    Ranged<double> next =
        Ranged<double>::state({-radius, radius}) + element * dt;
    // The box itself may be reached but not left; rounding of the bound's own
    // arithmetic stays below one part in 10^9.
    double slack = radius * 1e-9;
    if (!(next.all.low >= -radius - slack && next.all.high <= radius + slack))
      return false;
  }
  return true;
}

} // namespace dlnet::fixed
