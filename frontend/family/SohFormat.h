// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SOH as emitted C takes and gives it.
#ifndef DLNET_FRONTEND_FAMILY_SOHFORMAT_H
#define DLNET_FRONTEND_FAMILY_SOHFORMAT_H

#include "passes/fixed/FixedPoint.h"

namespace dlnet {

/// int16 in units of 2^-bits, within [0, 32767].
class SohFormat {
public:
  explicit SohFormat(unsigned bits = 14)
      : unit(std::ldexp(1.0, -static_cast<int>(bits))) {}

  int16_t toInteger(double soh) const {
    return static_cast<int16_t>(
        std::clamp(std::floor(soh / unit + 0.5), 0.0, 32767.0));
  }
  double toReal(int16_t soh) const { return soh * unit; }

private:
  double unit;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_SOHFORMAT_H
