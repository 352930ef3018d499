// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How real operations become integer ones, once for everybody who emits them:
// lnn-lower-to-int8 emits IR, quantization-aware training a batched program.
// The table "How real operations become integer ones" of dialect/SPEC.md says
// the same in words.
#ifndef DLNET_PASSES_FIXED_LOWERING_H
#define DLNET_PASSES_FIXED_LOWERING_H

#include "passes/fixed/Choose.h"
#include "passes/fixed/FixedPoint.h"
#include "passes/fixed/Weights.h"

#include <fmt/format.h>

#include <optional>

namespace dlnet::fixed {

/// `Emitter` makes one integer operation a call and returns its result:
///
///   using Value = ...;
///   unsigned width(Value);  size_t size(Value);
///   Value highByte(Value);
///   Value matvec(Value, const ByteMatrix &);
///   Value requantize(Value, const Value *addend, unsigned width, size_t size,
///                    const Multipliers &, const std::vector<int32_t> &bias);
///   Value lut(Value, const std::vector<int16_t> &table);
///   Value scale(Value, int32_t);  Value roundShift(Value, unsigned);
///   Value clamp(Value, unsigned width, int32_t low, int32_t high);
///   Value add(Value, Value, size_t size);  // sub, mul likewise
///   Value eulerStep(Value state, Value delta);
///   Value interpolate(Value knots, size_t size);
///   void fail(const std::string &problem);
///
/// What cannot be expressed is reported by `fail`, and gives nothing.
template <typename Emitter> class Lowering {
public:
  using Value = typename Emitter::Value;

  /// A value of the integer level and what its integers mean.
  struct Fixed {
    Value value;
    Format format;
  };

  /// An input of an affine, its weights, and how many of its bits (8 or 16)
  /// enter the product.
  struct Factor {
    Fixed operand;
    Matrix weights;
    int bits;
  };

  enum class Sum { Add, Sub };

  Lowering(Emitter &emitter, unsigned tableBits)
      : emitter(emitter), tableBits(tableBits) {}

  /// The same real values in another format. Shifts and small factors where
  /// the scales allow, else one multiplication; 16-bit results saturate.
  std::optional<Value> convert(const Fixed &from, const Format &to) {
    Value value = from.value;
    bool uniform = from.format.size() == 1 && to.size() == 1 &&
                   from.format.zero == to.zero;
    if (!uniform)
      return requantize(from, nullptr, to, {}, emitter.size(value));
    double ratio = from.format.scale[0] / to.scale[0];
    if (ratio == 1.0) {
    } else if (ratio >= 2.0 && ratio <= 32768.0 && ratio == std::floor(ratio)) {
      value = emitter.scale(value, static_cast<int32_t>(ratio));
    } else if (auto shift = exactLog2(1.0 / ratio); shift && *shift <= 30) {
      value = emitter.roundShift(value, *shift);
    } else {
      return requantize(from, nullptr, to, {}, emitter.size(value));
    }
    if (to.width == 16 && emitter.width(value) == 32)
      value = emitter.clamp(value, 16, INT16_MIN, INT16_MAX);
    return value;
  }

  /// bias + addend + from, in units of `to`; `bias` is real, or empty.
  std::optional<Value> requantize(const Fixed &from, const Value *addend,
                                  const Format &to,
                                  const std::vector<double> &bias,
                                  size_t size) {
    size_t entries = std::max({from.format.size(), to.size(), bias.size()});
    std::vector<double> factors;
    std::vector<int32_t> offsets;
    for (size_t i = 0; i < entries; ++i) {
      factors.push_back(from.format.scaleOf(i) / to.scaleOf(i));
      double offset =
          (bias.empty() ? 0.0 : bias[i]) + from.format.zeroOf(i) - to.zeroOf(i);
      double integer = std::floor(offset / to.scaleOf(i) + 0.5);
      if (!(std::abs(integer) < 2147483648.0)) {
        emitter.fail(fmt::format("has a bias of {:e} in row {}, which does not "
                                 "fit 32 bits at scale {:e}",
                                 offset, i, to.scaleOf(i)));
        return std::nullopt;
      }
      offsets.push_back(static_cast<int32_t>(integer));
    }
    shareEqual(factors);
    shareEqual(offsets);
    std::optional<Multipliers> multipliers = makeMultipliers(factors);
    if (!multipliers) {
      emitter.fail("needs a multiplier above 2^30 to requantize");
      return std::nullopt;
    }
    return emitter.requantize(from.value, addend, to.width, size, *multipliers,
                              offsets);
  }

  /// The bias enters with the first product, the target's zero with it; only
  /// the last one narrows.
  std::optional<Value> affine(const std::vector<Factor> &factors,
                              std::vector<double> bias, const Format &format) {
    size_t rows = bias.size();
    std::vector<Fixed> products;
    for (const Factor &factor : factors) {
      Fixed operand = factor.operand;
      if (factor.bits == 8)
        operand = {emitter.highByte(operand.value),
                   highByteFormat(operand.format)};
      ByteMatrix bytes = quantizeRows(factor.weights, rows, operand.format,
                                      emitter.size(operand.value));
      for (size_t row = 0; row < rows; ++row)
        bias[row] += bytes.zeros[row];
      products.push_back(
          {emitter.matvec(operand.value, bytes),
           Format{32, bytes.scales, std::vector<double>(rows, 0.0)}});
    }
    std::optional<Value> sum;
    for (size_t index = 0; index < products.size(); ++index) {
      Format to = format;
      if (index + 1 < products.size())
        to.width = 32;
      if (index > 0)
        to.zero.assign(1, 0.0);
      sum = requantize(products[index], sum ? &*sum : nullptr, to,
                       index == 0 ? bias : std::vector<double>(), rows);
      if (!sum)
        return std::nullopt;
    }
    return sum;
  }

  std::optional<Value> add(const Fixed &lhs, const Fixed &rhs,
                           const Format &format, size_t size, Sum sign) {
    std::optional<Value> a = convert(lhs, format), b = convert(rhs, format);
    if (!a || !b)
      return std::nullopt;
    return sign == Sum::Add ? emitter.add(*a, *b, size)
                            : emitter.sub(*a, *b, size);
  }

  /// Where the exact product would not fit, one operand gives bits. A few
  /// come from the 16-bit one: rounding a difference with the state would
  /// blur the slope that lnn-prove-ranges needs. Many come from the wide one.
  std::optional<Value> multiply(Fixed lhs, Fixed rhs, const Format &format,
                                size_t size) {
    double excess =
        format.scale[0] / (lhs.format.scale[0] * rhs.format.scale[0]);
    if (excess > 1.0) {
      bool lhsIsWide = emitter.width(lhs.value) > emitter.width(rhs.value);
      Fixed &given = lhsIsWide == (excess > 16.0) ? lhs : rhs;
      Format coarse = Format::uniform(32, given.format.scale[0] * excess);
      std::optional<Value> value = convert(given, coarse);
      if (!value)
        return std::nullopt;
      given = {*value, coarse};
    }
    return emitter.mul(lhs.value, rhs.value, size);
  }

  /// Of the integers that a table of `function` takes when its argument is
  /// `in`.
  static Format argumentFormat(const Fixed &in, Activation function) {
    return in.format.width == 16 && in.format.size() == 1
               ? in.format
               : tableFormat(tableDomain(function));
  }

  std::optional<Value> activate(const Fixed &in, Activation function) {
    return activate(in, function, argumentFormat(in, function),
                    activationFormat());
  }
  std::optional<Value> activate(const Fixed &in, Activation function,
                                const Format &wanted, const Format &result) {
    std::optional<Value> argument =
        in.format == wanted ? std::optional(in.value) : convert(in, wanted);
    if (!argument)
      return std::nullopt;
    double unit = 32768 * result.scale[0];
    return emitter.lut(
        *argument,
        makeTable([&](double x) { return evaluate(function, x) / unit; },
                  wanted, tableBits));
  }

  /// Distances from the mean of a vector of one unit, over the root of their
  /// mean square, times gain, plus bias. The distances are taken n-fold, so
  /// that they are integers, and narrowed until their squares fit 32 bits.
  std::optional<Value> layerNorm(const Fixed &in,
                                 const std::vector<double> &gain,
                                 const std::vector<double> &bias,
                                 double epsilon, const Format &format) {
    size_t size = gain.size();
    double n = double(size);
    int32_t limit = int32_t(std::min(std::sqrt(0x1p30 / n), 32767.0));
    unsigned shift = 0;
    while (std::ldexp(n * UINT16_MAX, -int(shift)) > limit)
      ++shift;
    Value sum = emitter.blockSum(in.value, 1);
    Value scaled = emitter.scale(in.value, int32_t(size));
    Value distance = emitter.sub(scaled, sum, size);
    distance =
        emitter.clamp(emitter.roundShift(distance, shift), 16, -limit, limit);
    // One of its units, in those of the mean square times n.
    double unit = std::ldexp(in.format.scale[0] / n, int(shift));
    double exact = n * epsilon / (unit * unit);
    int32_t rounded =
        int32_t(std::clamp(std::floor(exact + 0.5), 1.0, 0x1p30 - 1));
    Format norms{16, {}, std::vector<double>(size, 0.0)};
    for (double each : gain)
      norms.scale.push_back(each * std::sqrt(n) / 32768);
    return requantize({emitter.unitNorm(distance, rounded, exact), norms},
                      nullptr, format, bias, size);
  }

  std::optional<Value> eulerStep(const Fixed &state, Fixed derivative,
                                 double dt) {
    derivative.format.scale[0] *= dt;
    std::optional<Value> delta =
        convert(derivative, Format::uniform(32, state.format.scale[0]));
    if (!delta)
      return std::nullopt;
    return emitter.eulerStep(state.value, *delta);
  }

  /// (x + dt*S) * 1/(1 + dt*D), the reciprocal from a table.
  std::optional<Value> fusedStep(const Fixed &state, Fixed source,
                                 const Fixed &decay, double dt,
                                 const Format &format,
                                 const FusedFormats &inner, size_t size) {
    source.format.scale[0] *= dt;
    std::optional<Value> divisor = convert(decay, inner.decay);
    std::optional<Value> x = convert(state, inner.numerator);
    std::optional<Value> drive = convert(source, inner.numerator);
    if (!divisor || !x || !drive)
      return std::nullopt;
    Value reciprocal = emitter.lut(
        *divisor, makeTable([&](double d) { return 1.0 / (1.0 + dt * d); },
                            inner.decay, tableBits));
    Value quotient =
        emitter.mul(emitter.add(*x, *drive, size), reciprocal, size);
    return convert(
        {quotient, Format::uniform(32, inner.numerator.scale[0] / 32768)},
        format);
  }

  /// `size` elements between knots of one unit.
  std::optional<Value> interpolate(const Fixed &knots, const Format &format,
                                   size_t size) {
    double step = double(size / (emitter.size(knots.value) - 1));
    std::optional<Value> value =
        convert(knots, Format::uniform(32, format.scale[0] * step));
    if (!value)
      return std::nullopt;
    return emitter.interpolate(*value, size);
  }

  /// What the network returns: integers of an output port's scale, limited to
  /// those that the port has.
  std::optional<Value> output(const Fixed &from, double scale, int32_t low,
                              int32_t high) {
    std::optional<Value> value = convert(from, Format::uniform(32, scale));
    if (!value)
      return std::nullopt;
    return emitter.clamp(*value, 16, low, high);
  }
  /// SOH in the window's unit, never negative.
  std::optional<Value> forecast(const Fixed &from, const Format &window) {
    return output(from, window.scale[0], 0, INT16_MAX);
  }

  /// A limit of a clamp in integers of a format of one entry.
  static int32_t limit(double value, const Format &format) {
    double integer = (value - format.zero[0]) / format.scale[0];
    return static_cast<int32_t>(
        std::clamp(std::floor(integer + 0.5), -2147483648.0, 2147483647.0));
  }

private:
  /// Whether `value` is 2^k for an integer k >= 0; gives k.
  static std::optional<unsigned> exactLog2(double value) {
    int exponent;
    if (std::frexp(value, &exponent) != 0.5 || exponent < 1)
      return std::nullopt;
    return exponent - 1;
  }

  /// A single entry where all are equal.
  template <typename T> static void shareEqual(std::vector<T> &values) {
    for (const T &value : values)
      if (value != values.front())
        return;
    values.resize(1);
  }

  Emitter &emitter;
  unsigned tableBits;
};

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_LOWERING_H
