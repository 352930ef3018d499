// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state-dependent liquid cell, which forecasts best for its size:
//
//   dx/dt = f * (a - x)
//   f = sigmoid(Wf x + Uf u + bf)     how fast
//   a = tanh(Wa x + Ua u + ba)        where to
//
//   u --+--> f ----.
//       |          v
//   x --+--> a --> f * (a - x) --> x'
#ifndef DLNET_FRONTEND_NETWORK_CELLS_LIQUID_H
#define DLNET_FRONTEND_NETWORK_CELLS_LIQUID_H

#include "frontend/network/cells/Cell.h"

namespace dlnet::cells {

struct Liquid {
  static constexpr const char *kName = "liquid";
  static constexpr SolverKind kSolver = SolverKind::ExplicitEuler;

  /// Gates from slow to fast: each unit starts with its own time constant.
  static constexpr Projection kRate{0, "f", Reads::StateAndInput, -2, 1};
  static constexpr Projection kTarget{1, "a"};
  static constexpr std::array<Projection, 2> kProjections = {kRate, kTarget};
  static constexpr std::array<UnitParameter, 0> kUnitParameters = {};

  template <class Ops, class X, class U>
  DLNET_RULE auto derivative(Ops &ops, const X &x, const U &u) {
    auto f = ops.sigmoid(ops.affine(kRate, x, u));
    auto a = ops.tanh(ops.affine(kTarget, x, u));
    return f * (a - x);
  }
};

} // namespace dlnet::cells

#endif // DLNET_FRONTEND_NETWORK_CELLS_LIQUID_H
