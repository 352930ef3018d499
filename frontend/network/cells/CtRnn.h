// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The continuous-time recurrent network, whose time constants do not depend on
// anything:
//
//   dx/dt = -alpha * x + beta * tanh(W x + U u + b)
//
//   u --+--> tanh --> * beta ----.
//       |                        v
//   x --+-----------> * alpha --(-)--> x'
#ifndef DLNET_FRONTEND_NETWORK_CELLS_CTRNN_H
#define DLNET_FRONTEND_NETWORK_CELLS_CTRNN_H

#include "frontend/network/cells/Cell.h"

#include <algorithm>

namespace dlnet::cells {

struct CtRnn {
  static constexpr const char *kName = "ctrnn";
  static constexpr SolverKind kSolver = SolverKind::ExplicitEuler;

  static constexpr Projection kDrive{0, ""};
  static constexpr std::array<Projection, 1> kProjections = {kDrive};
  static constexpr UnitParameter kLeak{0, "alpha", true};
  static constexpr UnitParameter kGain{1, "beta"};
  static constexpr std::array<UnitParameter, 2> kUnitParameters = {kLeak,
                                                                   kGain};

  /// From units that remember the window to those that live a step. With beta
  /// like alpha, each settles within -1 to 1.
  static UnitStart start(const UnitParameter &parameter,
                         const CellSetting &setting) {
    double fast = 0.9 / setting.solver.dt;
    double slow = std::min(fast, fast / double(setting.steps));
    return {Spacing::Ratios, slow, fast, parameter.positive ? 1e-4 : 0};
  }

  template <class Ops, class X, class U>
  DLNET_RULE auto derivative(Ops &ops, const X &x, const U &u) {
    auto t = ops.tanh(ops.affine(kDrive, x, u));
    auto leak = ops.parameter(kLeak) * x;
    return ops.parameter(kGain) * t - leak;
  }
};

} // namespace dlnet::cells

#endif // DLNET_FRONTEND_NETWORK_CELLS_CTRNN_H
