// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Multipliers of one requantization share a shift, so that the target needs
// it once and not once a row.
#include "passes/FixedFormat.h"

#include "passes/FixedPoint.h"

using namespace mlir;
using namespace dlnet;

FailureOr<lnn::Multipliers>
dlnet::lnn::makeMultipliers(ArrayRef<double> factors) {
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
    return failure();
  for (double factor : factors)
    result.values.push_back(static_cast<int32_t>(
        roundReal(std::ldexp(factor, 32 - static_cast<int>(result.shift)))));
  return result;
}
