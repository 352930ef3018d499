// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each operation adds what it rounds and carries on what its operands err. To
// saturate brings no integer farther from a number that is saturated as well.
#include "passes/fixed/Errors.h"

#include "passes/fixed/Knots.h"

namespace dlnet::fixed {
namespace {

constexpr Interval<double> kHalfWord{INT16_MIN, INT16_MAX};
/// One rounding by floor(v + 1/2).
constexpr double kRounding = 0.5;

Interval<double> clampTo(Interval<double> range, Interval<double> limits) {
  return {std::clamp(range.low, limits.low, limits.high),
          std::clamp(range.high, limits.low, limits.high)};
}

Interval<double> widen(Interval<double> range, double by) {
  return {range.low - by, range.high + by};
}

template <typename Fn>
Estimates combine(const Estimates &a, const Estimates &b, size_t size, Fn fn) {
  Estimates result{32, size, {}};
  size_t entries = std::max(a.elements.size(), b.elements.size());
  for (size_t i = 0; i < entries; ++i)
    result.elements.push_back(fn(a.at(i), b.at(i)));
  return result;
}

template <typename Fn> Estimates each(const Estimates &a, Fn fn) {
  return combine(a, a, a.size,
                 [&](const Estimate &x, auto &) { return fn(x); });
}

/// Saturates what an integer stands for, as the integer is.
Estimate saturated(Estimate estimate, Interval<double> limits) {
  estimate.ideal = clampTo(estimate.wanted, limits);
  return estimate;
}

template <typename T> T perElement(const std::vector<T> &values, size_t i) {
  return values[values.size() == 1 ? 0 : i];
}

} // namespace

Estimate Estimates::all() const {
  Estimate result = elements.front();
  for (const Estimate &element : elements) {
    result.wanted = hull(result.wanted, element.wanted);
    result.ideal = hull(result.ideal, element.ideal);
    result.error = std::max(result.error, element.error);
  }
  return result;
}

Curve activationCurve(Activation function, const Format &argument,
                      const Format &result) {
  return {[=](double x) { return evaluate(function, x); },
          [=](Interval<double> x) { return imageOf(function, x); },
          [=](Interval<double> x) { return slopesOf(function, x).magnitude(); },
          argument, result.scale[0]};
}

Curve reciprocalCurve(double dt, const Format &argument) {
  auto value = [=](double d) { return 1.0 / (1.0 + dt * d); };
  return {value,
          [=](Interval<double> d) {
            return Interval<double>{value(d.high), value(d.low)};
          },
          [=](Interval<double> d) {
            double greatest = value(d.low);
            return dt * greatest * greatest;
          },
          argument};
}

Estimates ErrorEmitter::constant(const std::vector<double> &values,
                                 const Format &format) const {
  Estimates result{16, values.size(), {}};
  for (size_t i = 0; i < values.size(); ++i) {
    double exact = (values[i] - format.zeroOf(i)) / format.scaleOf(i);
    int16_t integer = quantize(values[i], format.scaleOf(i), format.zeroOf(i));
    result.elements.push_back(Estimate::within(Interval<double>::point(exact),
                                               std::abs(integer - exact)));
  }
  return result;
}

// The byte b that is dropped is 127.5 in the format of what stays, so that
// q' - r' = (q - r) / 256 + (127.5 - b) / 256.
Estimates ErrorEmitter::highByte(const Value &value) const {
  Estimates result = each(value, [](const Estimate &x) {
    auto shrink = [](Interval<double> r) {
      return Interval<double>{(r.low - 127.5) / 256, (r.high - 127.5) / 256};
    };
    return Estimate{shrink(x.wanted), shrink(x.ideal), (x.error + 127.5) / 256};
  });
  result.width = 16;
  return result;
}

// sum of w q - sum of W r = sum of w (q - r) + sum of (w - W) r, w rounded.
Estimates ErrorEmitter::matvec(const Value &value, const ByteMatrix &matrix) {
  Product product = std::move(products.front());
  products.pop_front();
  size_t columns = product.weights.size() / matrix.rows;
  Estimates result{32, matrix.rows, {}};
  for (size_t row = 0; row < matrix.rows; ++row) {
    Interval<double> sum{0, 0};
    double error = 0;
    for (size_t column = 0; column < columns; ++column) {
      const Estimate &x = value.at(column);
      double weight = matrix.weights[row * matrix.columns + column];
      double exact = matrix.scales[row] > 0
                         ? product.weights[row * columns + column] *
                               product.operand.scaleOf(column) /
                               matrix.scales[row]
                         : 0.0;
      sum = sum + x.ideal * Interval<double>::point(exact);
      error += std::abs(weight) * x.error +
               std::abs(weight - exact) * x.ideal.magnitude();
    }
    result.elements.push_back(Estimate::within(sum, error));
  }
  return result;
}

// The multiplier, the bias and the sum are rounded.
Estimates ErrorEmitter::requantize(const Value &value, const Value *addend,
                                   unsigned width, size_t size,
                                   const Multipliers &multipliers,
                                   const std::vector<int32_t> &bias) const {
  double unit = std::ldexp(1.0, static_cast<int>(multipliers.shift) - 32);
  Estimates result{width, size, {}};
  size_t entries =
      std::max({value.elements.size(), multipliers.values.size(), bias.size(),
                addend ? addend->elements.size() : 1});
  for (size_t i = 0; i < entries; ++i) {
    const Estimate &x = value.at(i);
    double multiplier = perElement(multipliers.values, i);
    double ofMultiplier = kRounding * unit * x.ideal.magnitude();
    Estimate sum = Estimate::within(
        widen(x.ideal * Interval<double>::point(multiplier * unit),
              ofMultiplier) +
            widen(Interval<double>::point(perElement(bias, i)), kRounding),
        x.error * std::abs(multiplier) * unit + ofMultiplier + 2 * kRounding);
    if (addend) {
      sum.wanted = sum.wanted + addend->at(i).ideal;
      sum.error += addend->at(i).error;
    }
    sum.ideal = sum.wanted;
    result.elements.push_back(width == 16 ? saturated(sum, kHalfWord) : sum);
  }
  return result;
}

Estimates ErrorEmitter::lut(const Value &value,
                            const std::vector<int16_t> &table) const {
  unsigned bits = 0;
  while ((size_t(1) << bits) + 1 < table.size())
    ++bits;
  double scale = curve.argument.scale[0], zero = curve.argument.zero[0];
  auto real = [&](double r) { return scale * r + zero; };
  auto exact = [&](double r) { return curve.value(real(r)) / curve.scale; };
  auto image = [&](double low, double high) {
    Interval<double> range = curve.image({real(low), real(high)});
    return Interval<double>{range.low / curve.scale, range.high / curve.scale};
  };
  // By how much the function changes from `edge` to anywhere on an interval.
  auto change = [&](double edge, double low, double high) {
    Interval<double> range = image(low, high);
    return low < high
               ? std::max(range.high - exact(edge), exact(edge) - range.low)
               : 0.0;
  };
  auto reachedBy = [](const Estimate &x) {
    return clampTo(widen(x.ideal, x.error), kHalfWord);
  };
  // Between what the table gives and the function, for every integer that may
  // come.
  Interval<double> all = reachedBy(value.all());
  double ofTable = 0;
  for (int q = std::floor(all.low); q <= std::ceil(all.high); ++q)
    ofTable = std::max(
        ofTable,
        std::abs(double(dlnet::interpolate(table.data(), bits, q)) - exact(q)));
  Estimates result = each(value, [&](const Estimate &x) {
    Interval<double> reached = reachedBy(x);
    double slope = scale / curve.scale *
                   curve.steepest({real(std::min(x.ideal.low, reached.low)),
                                   real(std::max(x.ideal.high, reached.high))});
    double beyond = std::max(change(x.ideal.low, x.wanted.low, x.ideal.low),
                             change(x.ideal.high, x.ideal.high, x.wanted.high));
    return Estimate::within(image(x.wanted.low, x.wanted.high),
                            ofTable + slope * x.error + beyond);
  });
  result.width = 16;
  return result;
}

Estimates ErrorEmitter::scale(const Value &value, int32_t factor) const {
  Estimates result = each(value, [&](const Estimate &x) {
    return Estimate::within(x.ideal * Interval<double>::point(factor),
                            x.error * std::abs(double(factor)));
  });
  result.width = 32;
  return result;
}

Estimates ErrorEmitter::roundShift(const Value &value, unsigned shift) const {
  return each(value, [&](const Estimate &x) {
    double unit = std::ldexp(1.0, -static_cast<int>(shift));
    return Estimate::within(x.ideal * Interval<double>::point(unit),
                            x.error * unit + (shift ? kRounding : 0.0));
  });
}

Estimates ErrorEmitter::clamp(const Value &value, unsigned width, int32_t low,
                              int32_t high) const {
  Estimates result = each(value, [&](const Estimate &x) {
    return saturated(x, {double(low), double(high)});
  });
  result.width = width;
  return result;
}

Estimates ErrorEmitter::add(const Value &lhs, const Value &rhs,
                            size_t size) const {
  return combine(lhs, rhs, size, [](const Estimate &a, const Estimate &b) {
    return Estimate::within(a.ideal + b.ideal, a.error + b.error);
  });
}

Estimates ErrorEmitter::sub(const Value &lhs, const Value &rhs,
                            size_t size) const {
  return combine(lhs, rhs, size, [](const Estimate &a, const Estimate &b) {
    return Estimate::within(a.ideal - b.ideal, a.error + b.error);
  });
}

// p q - r s = (p - r) q + r (q - s), and the other way around.
Estimates ErrorEmitter::mul(const Value &lhs, const Value &rhs,
                            size_t size) const {
  return combine(lhs, rhs, size, [](const Estimate &a, const Estimate &b) {
    return Estimate::within(
        a.ideal * b.ideal,
        std::min(a.error * b.greatestInteger() + a.ideal.magnitude() * b.error,
                 b.error * a.greatestInteger() +
                     b.ideal.magnitude() * a.error));
  });
}

// Its saturation is proved never to act.
Estimates ErrorEmitter::eulerStep(const Value &state,
                                  const Value &delta) const {
  Estimates result = add(state, delta, state.size);
  result.width = 16;
  return result;
}

Estimates ErrorEmitter::interpolate(const Value &knots, size_t size) const {
  size_t step = size / (knots.size - 1);
  Estimates result{32, size, {}};
  for (size_t i = 0; i < size; ++i) {
    auto [knot, offset] = knotPosition(i, step);
    double behind = double(offset), before = double(step) - behind;
    const Estimate &a = knots.at(knot), &b = knots.at(knot + 1);
    result.elements.push_back(
        Estimate::within(a.ideal * Interval<double>::point(before) +
                             b.ideal * Interval<double>::point(behind),
                         before * a.error + behind * b.error));
  }
  return result;
}

Estimates ErrorEmitter::last(const Value &value) const {
  return {value.width, 1, {value.all()}};
}

Estimates ErrorEmitter::difference(const Value &value) const {
  Estimate element = value.all();
  Interval<double> range =
      hull(element.ideal - element.ideal, Interval<double>{0, 0});
  return {
      value.width, value.size, {Estimate::within(range, 2 * element.error)}};
}

Estimates ErrorEmitter::blockSum(const Value &value, size_t size) const {
  Estimate element = value.all();
  double count = double(value.size / size);
  return {32,
          size,
          {Estimate::within(element.ideal * Interval<double>::point(count),
                            element.error * count)}};
}

Estimates ErrorEmitter::slice(const Value &value, size_t start,
                              size_t size) const {
  Estimates result{value.width, size, value.elements};
  if (value.elements.size() > 1)
    result.elements.assign(value.elements.begin() + start,
                           value.elements.begin() + start + size);
  return result;
}

Estimates ErrorEmitter::concat(const std::vector<Value> &parts) const {
  Estimates result{parts.front().width, 0, {}};
  for (const Value &part : parts) {
    result.size += part.size;
    for (size_t i = 0; i < part.size; ++i)
      result.elements.push_back(part.at(i));
  }
  return result;
}

// x / sqrt(|x|^2 + epsilon) moves by at most 1 / sqrt(epsilon) of what x does,
// and by at most 1 / (2 epsilon) of what epsilon does. The root and its
// reciprocal have 15 bits each.
Estimates ErrorEmitter::unitNorm(const Value &value, int32_t epsilon,
                                 double exact) const {
  double least = std::min(double(epsilon), exact), squares = 0;
  for (size_t i = 0; i < value.size; ++i)
    squares += value.at(i).error * value.at(i).error;
  double error = 32768 * (std::sqrt(squares / least) +
                          std::abs(epsilon - exact) / (2 * least)) +
                 8;
  return {16,
          value.size,
          {Estimate::within({-32768, 32768}, std::min(error, 65536.0))}};
}

Estimates ErrorEmitter::stack(const std::vector<Value> &columns, size_t,
                              size_t width) const {
  Estimates result{16, width, {}};
  for (const Value &column : columns)
    result.elements.push_back(column.all());
  result.elements.resize(width, Estimate::within({0, 0}));
  return result;
}

} // namespace dlnet::fixed
