// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a continuous cell becomes a step.
#ifndef DLNET_FRONTEND_NETWORK_SOLVER_H
#define DLNET_FRONTEND_NETWORK_SOLVER_H

#include <cstdint>

namespace dlnet {

/// How a differential equation is solved; a closed form has none.
enum class SolverKind { ExplicitEuler, Fused, ClosedForm };

/// How one window step of `dt` time units is integrated, in `steps` sub-steps.
struct Solver {
  SolverKind method = SolverKind::ExplicitEuler;
  int64_t steps = 1;
  double dt = 1.0;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_SOLVER_H
