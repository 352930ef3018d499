// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function an operation; every decision is asked of passes/fixed.
#include "trainer/engine/ValueBuilder.h"

namespace dlnet {

using fixed::Activation;
using fixed::Format;
using Value = ValueBuilder::Value;

double Value::magnitude() const {
  return isActivation && integers
             ? fixed::magnitudeOfActivation(range, integers->format)
             : fixed::magnitudeOf(range);
}

std::optional<ValueBuilder::Fixed> ValueBuilder::with(std::optional<int> value,
                                                      Format format) {
  if (!value)
    return std::nullopt;
  return Fixed{*value, std::move(format)};
}

Value ValueBuilder::constant(const std::vector<double> &values) {
  Value value{fixed::constants(values), std::nullopt, false};
  if (!rangesOnly) {
    Format format = fixed::constantFormat(value.magnitude());
    value.integers = Fixed{emitter.constant(values, format), format};
  }
  return value;
}

Value ValueBuilder::sum(const Value &a, const Value &b, Rule::Sum sign) {
  Value value{sign == Rule::Sum::Add ? fixed::sum(a.range, b.range)
                                     : fixed::difference(a.range, b.range),
              std::nullopt, false};
  if (a.integers && b.integers) {
    Format format = fixed::sumFormat(a.known(), b.known(), value.magnitude());
    size_t size = std::max(emitter.size(a.integers->value),
                           emitter.size(b.integers->value));
    value.integers =
        with(rule.add(*a.integers, *b.integers, format, size, sign), format);
  }
  return value;
}

Value ValueBuilder::mul(const Value &a, const Value &b) {
  Value value{fixed::product(a.range, b.range), std::nullopt, false};
  if (a.integers && b.integers) {
    Format format = fixed::productFormat(a.known(), b.known());
    value.integers = with(rule.multiply(*a.integers, *b.integers, format,
                                        emitter.size(a.integers->value)),
                          format);
  }
  return value;
}

Value ValueBuilder::mulConstant(const Value &a,
                                const std::vector<double> &factors) {
  if (std::all_of(factors.begin(), factors.end(),
                  [](double factor) { return factor == 1.0; }))
    return a;
  return mul(a, constant(factors));
}

Value ValueBuilder::interpolate(const Value &knots, size_t size) {
  Value value{fixed::within(fixed::hullOf(knots.range)), std::nullopt, false};
  if (knots.integers) {
    size_t step = size / (emitter.size(knots.integers->value) - 1);
    Format format = fixed::interpolatedFormat(knots.known(), int64_t(step));
    value.integers =
        with(rule.interpolate(*knots.integers, format, size), format);
  }
  return value;
}

Value ValueBuilder::gate(Activation function, const Affine &affine,
                         const Value &x, const Value &u) {
  Value value{fixed::activationRange(function), std::nullopt, true};
  if (rangesOnly || !x.integers || !u.integers)
    return value;
  // Into a table, so that what the weights allow decides nothing.
  Format format = fixed::tableFormat(fixed::tableDomain(function));
  auto argument = rule.affine(
      {{*x.integers, affine.w, stateBits}, {*u.integers, affine.u, 16}},
      affine.b, format);
  if (argument)
    value.integers = with(rule.activate({*argument, format}, function),
                          fixed::activationFormat());
  return value;
}

} // namespace dlnet
