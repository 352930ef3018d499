// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranges of vectors and how the real operations move them: what the choice of
// formats rests on, for the passes and for training alike.
#ifndef DLNET_PASSES_FIXED_VECTORRANGE_H
#define DLNET_PASSES_FIXED_VECTORRANGE_H

#include "passes/fixed/Format.h"
#include "passes/fixed/Interval.h"

#include <optional>
#include <vector>

namespace dlnet::fixed {

/// One entry for each element of a vector (or column of a sequence); a single
/// entry where the size is unknown or all are alike.
using VectorRange = std::vector<Ranged<double>>;

/// The entry of element `index`, given that one entry may stand for all.
inline const Ranged<double> &elementOf(const VectorRange &range, size_t index) {
  return range[range.size() == 1 ? 0 : index];
}

/// The range that covers all elements.
Interval<double> hullOf(const VectorRange &range);

/// A vector all of whose elements lie within `range`, whatever the state is.
VectorRange within(Interval<double> range);

/// Known numbers.
VectorRange constants(const std::vector<double> &values);

/// Elementwise; a single entry repeats.
template <typename Fn>
VectorRange combine(const VectorRange &a, const VectorRange &b, Fn fn) {
  VectorRange result;
  for (size_t i = 0, e = std::max(a.size(), b.size()); i < e; ++i)
    result.push_back(fn(elementOf(a, i), elementOf(b, i)));
  return result;
}
VectorRange sum(const VectorRange &a, const VectorRange &b);
VectorRange difference(const VectorRange &a, const VectorRange &b);
VectorRange product(const VectorRange &a, const VectorRange &b);

/// Of the differences between neighbours, the first of which is 0.
VectorRange neighbourDifference(const VectorRange &range);

VectorRange clampRange(const VectorRange &range, double low, double high);

/// Of a function that is flat beyond its domain, whatever its argument.
VectorRange activationRange(Activation function);

/// `start` plus the product of a row-major matrix, with as many rows as `start`
/// has entries, with a vector. That the vector may follow the state is not
/// used.
VectorRange addProduct(const VectorRange &start,
                       const std::vector<double> &matrix,
                       const VectorRange &vector);

/// A step of a solver and its length.
struct SolverStep {
  bool fused = false; ///< Else explicit Euler.
  double dt = 1.0;
};

/// Whether one step maps the box [-radius, radius] into itself, given the
/// range of the derivative on that box.
bool staysInside(const VectorRange &derivative, double radius, SolverStep step);

/// The least power of two that is the radius of an invariant box, from 2^-4 to
/// 2^10. `derivativeOn(radius)` is the range of the derivative on a box.
template <typename Fn>
std::optional<double> findInvariant(Fn derivativeOn, SolverStep step) {
  for (int exponent = -4; exponent <= 10; ++exponent) {
    double radius = std::ldexp(1.0, exponent);
    if (staysInside(derivativeOn(radius), radius, step))
      return radius;
  }
  return std::nullopt;
}

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_VECTORRANGE_H
