// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Liquid time constants (Hasani et al., AAAI 2021), with a gate f that adds to
// the leak 1/tau and pulls towards a constant A:
//
//   dx/dt = -(1/tau + f) * x + f * A,   f = sigmoid(W x + U u + b)
//
//   u --+--> f --+--> f * A -------------.
//       |        |                       v
//   x --+        '--> (1/tau + f) * x --(-)--> x'
//
// The rule has f once: f * (A - x) - x / tau.
#ifndef DLNET_FRONTEND_NETWORK_CELLS_LTC_H
#define DLNET_FRONTEND_NETWORK_CELLS_LTC_H

#include "frontend/network/cells/Cell.h"

#include <algorithm>

namespace dlnet::cells {

struct Ltc {
  static constexpr const char *kName = "ltc";
  static constexpr SolverKind kSolver = SolverKind::Fused;

  static constexpr Projection kGate{0, "", Reads::StateAndInput, -2, 1};
  static constexpr std::array<Projection, 1> kProjections = {kGate};
  static constexpr UnitParameter kLeak{0, "tau", true, true};
  static constexpr UnitParameter kTarget{1, "a"};
  static constexpr std::array<UnitParameter, 2> kUnitParameters = {kLeak,
                                                                   kTarget};

  /// Explicit Euler needs h * (1/tau + f) <= 1 for every f up to 1, or it may
  /// overshoot and the compiler finds no bound on the state; the fused step is
  /// stable for every tau > 0.
  static double lowestTau(const CellSetting &setting) {
    constexpr double kTiny = 1e-3, kMargin = 1.02;
    double h = setting.substep();
    if (setting.solver.method != SolverKind::ExplicitEuler || h >= 1)
      return kTiny;
    return std::max(kTiny, kMargin * h / (1 - h));
  }

  /// From units that remember the window twice over to those that live a step.
  static UnitStart start(const UnitParameter &parameter,
                         const CellSetting &setting) {
    if (parameter.index == kTarget.index)
      return {Spacing::Random, -1, 1};
    double floor = lowestTau(setting), dt = setting.solver.dt;
    double slow = 2 * double(setting.steps) * dt;
    double fast = std::max(dt, 1.5 * floor);
    return {Spacing::Ratios, std::max(slow, fast), fast, floor};
  }

  template <class Ops, class X, class U>
  DLNET_RULE auto derivative(Ops &ops, const X &x, const U &u) {
    auto f = ops.sigmoid(ops.affine(kGate, x, u));
    auto drive = f * (ops.parameter(kTarget) - x);
    return drive - ops.parameter(kLeak) * x;
  }
};

} // namespace dlnet::cells

#endif // DLNET_FRONTEND_NETWORK_CELLS_LTC_H
