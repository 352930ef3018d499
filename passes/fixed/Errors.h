// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far an integer may be from the real number that it stands for, integer
// operation by integer operation. An emitter for Lowering.h, so that the errors
// are those of the very operations that the compiler emits.
#ifndef DLNET_PASSES_FIXED_ERRORS_H
#define DLNET_PASSES_FIXED_ERRORS_H

#include "passes/fixed/Functions.h"
#include "passes/fixed/Lowering.h"

#include <deque>

namespace dlnet::fixed {

/// What is known of one integer q and of the exact number r that it stands for,
/// in units of q's format: r = (v - zero) / scale for a real v.
struct Estimate {
  /// Where r may lie before anything saturates, and what 16 bits leave of that.
  Interval<double> wanted, ideal;
  double error = 0; ///< |q - r| at most, for r saturated to `ideal`.

  static Estimate within(Interval<double> range, double error = 0) {
    return {range, range, error};
  }
  double greatestInteger() const { return ideal.magnitude() + error; }
};

/// A vector of integers; one estimate may stand for all.
struct Estimates {
  unsigned width = 32;
  size_t size = 1;
  std::vector<Estimate> elements;

  const Estimate &at(size_t i) const {
    return elements[elements.size() == 1 ? 0 : i];
  }
  /// The hull of all elements.
  Estimate all() const;
};

/// A function of the real argument that a table stands for.
struct Curve {
  std::function<double(double)> value;
  /// Where it leads from an interval.
  std::function<Interval<double>(Interval<double>)> image;
  /// Greatest magnitude of its slope on an interval.
  std::function<double(Interval<double>)> steepest;
  Format argument;            ///< Of the integers that the table takes.
  double scale = 1.0 / 32768; ///< Of those that it gives.
};
Curve activationCurve(Activation function, const Format &argument,
                      const Format &result = activationFormat());
/// 1 / (1 + dt * d), for d of 0 and more.
Curve reciprocalCurve(double dt, const Format &argument);

/// The emitter. Products and tables are told beforehand what they stand for.
class ErrorEmitter {
public:
  using Value = Estimates;

  /// What the next matvec stands for: real weights and the format of the
  /// integers that it takes.
  struct Product {
    Matrix weights;
    Format operand;
  };
  std::deque<Product> products;
  Curve curve;         ///< Of the next table.
  std::string problem; ///< What cannot be expressed; empty: nothing.

  unsigned width(const Value &value) const { return value.width; }
  size_t size(const Value &value) const { return value.size; }

  Value constant(const std::vector<double> &values, const Format &format) const;
  Value highByte(const Value &value) const;
  Value matvec(const Value &value, const ByteMatrix &matrix);
  Value requantize(const Value &value, const Value *addend, unsigned width,
                   size_t size, const Multipliers &multipliers,
                   const std::vector<int32_t> &bias) const;
  Value lut(const Value &value, const std::vector<int16_t> &table) const;
  Value scale(const Value &value, int32_t factor) const;
  Value roundShift(const Value &value, unsigned shift) const;
  Value clamp(const Value &value, unsigned width, int32_t low,
              int32_t high) const;
  Value add(const Value &lhs, const Value &rhs, size_t size) const;
  Value sub(const Value &lhs, const Value &rhs, size_t size) const;
  Value mul(const Value &lhs, const Value &rhs, size_t size) const;
  Value eulerStep(const Value &state, const Value &delta) const;
  Value interpolate(const Value &knots, size_t size) const;
  Value last(const Value &value) const;
  Value difference(const Value &value) const;
  Value blockSum(const Value &value, size_t size) const;
  Value slice(const Value &value, size_t start, size_t size) const;
  Value concat(const std::vector<Value> &parts) const;
  /// `exact` is what `epsilon` was rounded from.
  Value unitNorm(const Value &value, int32_t epsilon, double exact) const;
  /// A sequence has one estimate for each column.
  Value stack(const std::vector<Value> &columns, size_t rows,
              size_t width) const;
  void fail(const std::string &what) { problem = what; }
};

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_ERRORS_H
