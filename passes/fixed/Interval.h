// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interval arithmetic that follows how a value moves with the state x of its
// own unit. Plain intervals lose that x and -f*x belong together and blow up at
// every step; a bound on the slope shows that the step rises with x, and then
// its range is that at the two ends of x.
#ifndef DLNET_PASSES_FIXED_INTERVAL_H
#define DLNET_PASSES_FIXED_INTERVAL_H

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <type_traits>

namespace dlnet {

/// Closed interval; for `double` the ends may be infinite.
template <typename N> struct Interval {
  N low{}, high{};

  static Interval point(N value) { return {value, value}; }
  bool contains(Interval other) const {
    return low <= other.low && other.high <= high;
  }
  N magnitude() const { return std::max(-low, high); }

  friend Interval operator+(Interval a, Interval b) {
    return {a.low + b.low, a.high + b.high};
  }
  friend Interval operator-(Interval a, Interval b) {
    return {a.low - b.high, a.high - b.low};
  }
  friend Interval operator*(Interval a, Interval b) {
    N products[] = {times(a.low, b.low), times(a.low, b.high),
                    times(a.high, b.low), times(a.high, b.high)};
    auto [low, high] =
        std::minmax_element(std::begin(products), std::end(products));
    return {*low, *high};
  }
  friend Interval hull(Interval a, Interval b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
  }

private:
  /// 0 * infinity is 0 here: a zero factor makes every product zero.
  static N times(N a, N b) { return a == 0 || b == 0 ? N(0) : a * b; }
};

/// What is known of a value v(x, z), with x the state of the same unit and z
/// everything else: its range, its range with x at either end, and bounds on
/// the slope. For integers the slope bounds v(x + 1) - v(x).
template <typename N> struct Ranged {
  Interval<N> all, atLow, atHigh;
  Interval<N> slope{N(0), N(0)};
  bool sloped = true; ///< Whether `slope` is known.

  /// A value that does not follow x, within `range` whatever x is.
  static Ranged independent(Interval<N> range) { return {range, range, range}; }
  /// The state itself.
  static Ranged state(Interval<N> range) {
    return {range, Interval<N>::point(range.low),
            Interval<N>::point(range.high), Interval<N>::point(N(1))};
  }

  bool isIndependent() const {
    return sloped && slope.low == 0 && slope.high == 0;
  }

  friend Ranged operator+(Ranged a, Ranged b) {
    return Ranged{a.all + b.all, a.atLow + b.atLow, a.atHigh + b.atHigh,
                  a.slope + b.slope, a.sloped && b.sloped}
        .tightened();
  }
  friend Ranged operator-(Ranged a, Ranged b) {
    return Ranged{a.all - b.all, a.atLow - b.atLow, a.atHigh - b.atHigh,
                  a.slope - b.slope, a.sloped && b.sloped}
        .tightened();
  }
  friend Ranged operator*(Ranged a, Ranged b) {
    Ranged product{a.all * b.all, a.atLow * b.atLow, a.atHigh * b.atHigh};
    if (a.isIndependent())
      product.slope = a.all * b.slope, product.sloped = b.sloped;
    else if (b.isIndependent())
      product.slope = b.all * a.slope, product.sloped = a.sloped;
    else
      product.sloped = false;
    return product.tightened();
  }

  /// Applies a rising function to the range; `slopes` maps the slope bounds.
  template <typename Fn, typename SlopeFn>
  Ranged mapped(Fn fn, SlopeFn slopes) const {
    auto apply = [&](Interval<N> i) {
      return Interval<N>{fn(i.low), fn(i.high)};
    };
    return Ranged{apply(all), apply(atLow), apply(atHigh), slopes(slope),
                  sloped}
        .tightened();
  }

  /// A value that rises (or falls) with x takes its extremes at x's ends.
  Ranged tightened() const {
    Ranged result = *this;
    if (sloped && slope.low >= 0)
      result.all = {std::max(all.low, atLow.low),
                    std::min(all.high, atHigh.high)};
    else if (sloped && slope.high <= 0)
      result.all = {std::max(all.low, atHigh.low),
                    std::min(all.high, atLow.high)};
    return result;
  }
};

} // namespace dlnet

#endif // DLNET_PASSES_FIXED_INTERVAL_H
