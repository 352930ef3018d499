// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The gated recurrent unit (Cho et al., EMNLP 2014) in continuous time (De
// Brouwer et al., NeurIPS 2019), with the reset gate where torch.nn.GRU has it:
//
//   dx/dt = (1 - z) * (n - x)
//   r = sigmoid(Wr x + Ur u + br)      what of the past n may use
//   z = sigmoid(Wz x + Uz u + bz)      what of the state stays
//   n = tanh(Ui u + bi + r * (Wh x + bh))
//
//   u --+--> r, z --.
//       +-----------+--> n --> (1 - z) * (n - x) --> x'
//   x --+--> r, z --'
//
// One step of explicit Euler with dt = 1 is torch.nn.GRU's step.
#ifndef DLNET_FRONTEND_NETWORK_CELLS_GRU_H
#define DLNET_FRONTEND_NETWORK_CELLS_GRU_H

#include "frontend/network/cells/Cell.h"

namespace dlnet::cells {

struct Gru {
  static constexpr const char *kName = "gru";
  static constexpr SolverKind kSolver = SolverKind::ExplicitEuler;

  static constexpr Projection kReset{0, "r"};
  /// From units that keep their state to those that take the new one at once.
  static constexpr Projection kUpdate{1, "z", Reads::StateAndInput, 2, -1};
  static constexpr Projection kSeen{2, "i", Reads::Input};
  static constexpr Projection kHeld{3, "h", Reads::State};
  static constexpr std::array<Projection, 4> kProjections = {kReset, kUpdate,
                                                             kSeen, kHeld};
  static constexpr std::array<UnitParameter, 0> kUnitParameters = {};

  template <class Ops, class X, class U>
  DLNET_RULE auto derivative(Ops &ops, const X &x, const U &u) {
    auto r = ops.sigmoid(ops.affine(kReset, x, u));
    auto z = ops.sigmoid(ops.affine(kUpdate, x, u));
    auto seen = ops.affine(kSeen, x, u);
    auto held = r * ops.affine(kHeld, x, u);
    auto n = ops.tanh(seen + held);
    auto rest = ops.constant(1.0f) - z;
    return rest * (n - x);
  }
};

} // namespace dlnet::cells

#endif // DLNET_FRONTEND_NETWORK_CELLS_GRU_H
