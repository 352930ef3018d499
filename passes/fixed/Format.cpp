// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Multipliers of one requantization share a shift, so that the target needs
// it once and not once a row.
#include "passes/fixed/Format.h"

#include "passes/fixed/FixedPoint.h"

#include <limits>

namespace dlnet::fixed {

std::optional<Multipliers> makeMultipliers(const std::vector<double> &factors) {
  double greatest = 0.0;
  for (double factor : factors)
    greatest = std::max(greatest, std::abs(factor));
  Multipliers result;
  // factor * 2^(32 - shift) must round to at most 2^31 - 1.
  while (result.shift <= 30 &&
         roundReal(std::ldexp(greatest, 32 - static_cast<int>(result.shift))) >
             INT32_MAX)
    ++result.shift;
  if (result.shift > 30)
    return std::nullopt;
  for (double factor : factors)
    result.values.push_back(static_cast<int32_t>(
        roundReal(std::ldexp(factor, 32 - static_cast<int>(result.shift)))));
  return result;
}

int16_t quantize(double value, double scale, double zero) {
  return static_cast<int16_t>(saturate16(roundReal((value - zero) / scale)));
}

double evaluate(Activation function, double x) {
  switch (function) {
  case Activation::Sigmoid:
    return 1.0 / (1.0 + std::exp(-x));
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Silu: // 0 at -infinity.
    return x < -700 ? 0.0 : x / (1.0 + std::exp(-x));
  case Activation::Gelu:
    return x < -40 ? 0.0 : x * std::erfc(-x / std::sqrt(2.0)) / 2;
  case Activation::Exp:
    return std::exp(x);
  case Activation::Reciprocal:
    return 1.0 / x;
  case Activation::Damped:
    return std::abs(x) > 700 ? 0.0 : x * std::exp(-std::abs(x));
  }
  return 0.0;
}

double tableDomain(Activation function) {
  switch (function) {
  case Activation::Sigmoid:
    return 8.0;
  case Activation::Tanh:
    return 4.0;
  case Activation::Damped:
    return 16.0;
  default:
    return std::numeric_limits<double>::infinity();
  }
}

bool isFlatBeyondDomain(Activation function) {
  return std::isfinite(tableDomain(function));
}

} // namespace dlnet::fixed
