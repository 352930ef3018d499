// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a network takes and gives, as the program that calls it sees it.
#ifndef DLNET_FRONTEND_NETWORK_PORTS_H
#define DLNET_FRONTEND_NETWORK_PORTS_H

#include "frontend/support/Result.h"

#include <string>

namespace dlnet::network {

/// How often a port has a value.
enum class Rate {
  Window, ///< A series of the last T steps: [T] or [T, C].
  Step,   ///< A row at each step of a stream: [kAnySteps, C].
  Once,   ///< One value a run: [C].
  Count   ///< Once, and a step counts it up: [1].
};

/// A value between a network and its caller. The caller's integers are int16,
/// and one of them stands for `scale` of `unit`.
struct Port {
  std::string name; ///< [a-z][a-z0-9_]{0,23}; a C parameter's name.
  /// At most 24 printable ASCII characters without "*/": "SOH", "V", "".
  std::string unit;
  double low = 0, high = 1; ///< Limits of the real value, low < high.
  double scale = 1;         ///< Real value of one integer unit, positive.
  Rate rate = Rate::Once;
  bool scores = false; ///< Of an output: scores of classes.
};

inline bool operator==(const Port &a, const Port &b) {
  return a.name == b.name && a.unit == b.unit && a.low == b.low &&
         a.high == b.high && a.scale == b.scale && a.rate == b.rate &&
         a.scores == b.scores;
}

/// Fails, saying why, on a port that no program could be given.
Status verify(const Port &port);

/// SOH, 2^-14 a unit and never negative: of the last charge cycles, or of those
/// ahead.
inline Port sohPort(const std::string &name, Rate rate) {
  constexpr double kUnit = 1.0 / 16384;
  return {name, "SOH", 0, 32767 * kUnit, kUnit, rate};
}

/// Charge cycles that a battery has lived at the newest of the window.
inline Port agePort() {
  return {"age", "charge cycles", 0, 32767, 1, Rate::Count};
}

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_PORTS_H
