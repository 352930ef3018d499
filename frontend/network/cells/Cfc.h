// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The closed-form continuous-time cell (Hasani et al., Nature Machine
// Intelligence 2022), which needs no solver: over one window step
//
//   x' = t * g + (1 - t) * h
//   g = tanh(Wg x + Ug u + bg), h = tanh(Wh x + Uh u + bh)
//   t = sigmoid(Wt x + Ut u + bt)
//
//   u --+--> g ----.
//       +--> h ----+--> blend by t --> x'
//   x --+--> t ----'
#ifndef DLNET_FRONTEND_NETWORK_CELLS_CFC_H
#define DLNET_FRONTEND_NETWORK_CELLS_CFC_H

#include "frontend/network/cells/Cell.h"

namespace dlnet::cells {

struct Cfc {
  static constexpr const char *kName = "cfc";
  static constexpr SolverKind kSolver = SolverKind::ClosedForm;

  /// At first h holds the state, and t says how fast g replaces it.
  static constexpr Projection kNew{0, "g"};
  static constexpr Projection kHeld{1, "h", Reads::StateAndInput, 0, 0, true};
  static constexpr Projection kTime{2, "t", Reads::StateAndInput, -2, 1};
  static constexpr std::array<Projection, 3> kProjections = {kNew, kHeld,
                                                             kTime};
  static constexpr std::array<UnitParameter, 0> kUnitParameters = {};

  template <class Ops, class X, class U>
  DLNET_RULE auto next(Ops &ops, const X &x, const U &u) {
    auto g = ops.tanh(ops.affine(kNew, x, u));
    auto h = ops.tanh(ops.affine(kHeld, x, u));
    auto t = ops.sigmoid(ops.affine(kTime, x, u));
    auto held = (ops.constant(1.0f) - t) * h;
    return t * g + held;
  }
};

} // namespace dlnet::cells

#endif // DLNET_FRONTEND_NETWORK_CELLS_CFC_H
