// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Multipliers of one requantization share a shift, so that the target needs
// it once and not once a row.
#include "passes/fixed/Format.h"

#include "passes/fixed/FixedPoint.h"

namespace dlnet::fixed {

std::optional<Multipliers> makeMultipliers(const std::vector<double> &factors) {
  double greatest = 0.0;
  for (double factor : factors)
    greatest = std::max(greatest, factor);
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
  return function == Activation::Sigmoid ? 1.0 / (1.0 + std::exp(-x))
                                         : std::tanh(x);
}

double tableDomain(Activation function) {
  return function == Activation::Sigmoid ? 8.0 : 4.0;
}

} // namespace dlnet::fixed
