// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One network on its way through the compiler, as a user would send it there,
// and everything about it that can be judged without a compiler of C.
#ifndef DLNET_TEST_HUNT_EXAMINATION_H
#define DLNET_TEST_HUNT_EXAMINATION_H

#include "HostileNetwork.h"

#include <optional>

namespace dlnet::hunt {

/// A window with an age and what the integer executor forecasts from it.
struct Case {
  std::vector<int16_t> window;
  uint32_t age = 0;
  std::vector<int16_t> forecast;
};

struct Examination {
  /// Why the compiler would not have it; it may refuse what it cannot prove.
  std::string refusal;
  /// What went wrong; each is a defect.
  std::vector<std::string> findings;

  codegen::EmittedC c;
  std::string selfTest;
  std::vector<Case> cases;
  size_t judged = 0;       ///< Cases that the error bound is about.
  double worst = 0;        ///< Of them: greatest error over its bound.
  std::string familyBytes; ///< The network as a file.
};

/// Compiles under the C prefix `prefix` and runs both executors on windows
/// drawn by the network's seed: natural ones, hostile ones, and ones that climb
/// to ever greater errors.
Examination examine(HostileNetwork network, const std::string &prefix);

} // namespace dlnet::hunt

#endif // DLNET_TEST_HUNT_EXAMINATION_H
