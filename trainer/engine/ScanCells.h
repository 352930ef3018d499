// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What differs between the cells of the scan. Each is a derivative of the form
// source - decay * x, so that solvers and cells combine freely; the compiler
// discretizes the same form.
#ifndef DLNET_TRAINER_ENGINE_SCANCELLS_H
#define DLNET_TRAINER_ENGINE_SCANCELLS_H

#include "trainer/engine/ScanMath.h"

namespace dlnet::scan {

/// What a cell makes of its gates, or the gradients by it.
template <typename L> struct Terms {
  L source, decay;
};

/// A unit's own two numbers, or the gradients by them.
template <typename L> struct UnitParameters {
  L first, second;
};

/// dx/dt = f * (a - x), f = sigmoid(z_f), a = tanh(z_a).
struct Liquid {
  static constexpr int kProjections = 2;
  static constexpr bool kUnitParameters = false;
  template <typename L> DLNET_INLINE static void activate(L *z) {
    z[0] = sigmoid(z[0]);
    z[1] = tanh(z[1]);
  }
  template <typename L>
  DLNET_INLINE static Terms<L> terms(const L *g, const UnitParameters<L> &) {
    return {g[0] * g[1], g[0]};
  }
  template <typename L>
  DLNET_INLINE static void back(const L *g, const UnitParameters<L> &,
                                const Terms<L> &d, L *dz, UnitParameters<L> &) {
    dz[0] = (d.source * g[1] + d.decay) * (g[0] - g[0] * g[0]);
    dz[1] = d.source * g[0] * (1.0f - g[1] * g[1]);
  }
};

/// dx/dt = f * A - (f + 1/tau) * x, f = sigmoid(z); parameters 1/tau and A.
struct Ltc {
  static constexpr int kProjections = 1;
  static constexpr bool kUnitParameters = true;
  template <typename L> DLNET_INLINE static void activate(L *z) {
    z[0] = sigmoid(z[0]);
  }
  template <typename L>
  DLNET_INLINE static Terms<L> terms(const L *g, const UnitParameters<L> &p) {
    return {g[0] * p.second, g[0] + p.first};
  }
  template <typename L>
  DLNET_INLINE static void back(const L *g, const UnitParameters<L> &p,
                                const Terms<L> &d, L *dz,
                                UnitParameters<L> &dp) {
    dz[0] = (d.source * p.second + d.decay) * (g[0] - g[0] * g[0]);
    dp.first += d.decay;
    dp.second += d.source * g[0];
  }
};

/// dx/dt = beta * t - alpha * x, t = tanh(z); parameters alpha and beta.
struct CtRnn {
  static constexpr int kProjections = 1;
  static constexpr bool kUnitParameters = true;
  template <typename L> DLNET_INLINE static void activate(L *z) {
    z[0] = tanh(z[0]);
  }
  template <typename L>
  DLNET_INLINE static Terms<L> terms(const L *g, const UnitParameters<L> &p) {
    return {p.second * g[0], p.first};
  }
  template <typename L>
  DLNET_INLINE static void back(const L *g, const UnitParameters<L> &p,
                                const Terms<L> &d, L *dz,
                                UnitParameters<L> &dp) {
    dz[0] = d.source * p.second * (1.0f - g[0] * g[0]);
    dp.first += d.decay;
    dp.second += d.source * g[0];
  }
};

/// x' = t * g + (1 - t) * h, g = tanh(z_g), h = tanh(z_h), t = sigmoid(z_t).
struct Cfc {
  static constexpr int kProjections = 3;
  static constexpr bool kUnitParameters = false;
  template <typename L> DLNET_INLINE static void activate(L *z) {
    z[0] = tanh(z[0]);
    z[1] = tanh(z[1]);
    z[2] = sigmoid(z[2]);
  }
  template <typename L>
  DLNET_INLINE static Terms<L> terms(const L *g, const UnitParameters<L> &) {
    return {g[2] * (g[0] - g[1]) + g[1], L{}};
  }
  template <typename L>
  DLNET_INLINE static void back(const L *g, const UnitParameters<L> &,
                                const Terms<L> &d, L *dz, UnitParameters<L> &) {
    dz[0] = d.source * g[2] * (1.0f - g[0] * g[0]);
    dz[1] = d.source * (1.0f - g[2]) * (1.0f - g[1] * g[1]);
    dz[2] = d.source * (g[0] - g[1]) * (g[2] - g[2] * g[2]);
  }
};

/// One sub-step of length h.
template <SolverKind kSolver, typename L>
DLNET_INLINE L advance(L x, const Terms<L> &terms, float h) {
  if constexpr (kSolver == SolverKind::ExplicitEuler)
    return x + h * (terms.source - terms.decay * x);
  else if constexpr (kSolver == SolverKind::Fused)
    return (x + h * terms.source) / (1.0f + h * terms.decay);
  else
    return terms.source;
}

/// Its gradients, given that by the next state; `gradient` becomes that by `x`
/// through the solver alone.
template <SolverKind kSolver, typename L>
DLNET_INLINE Terms<L> retreat(L x, L next, const Terms<L> &terms, float h,
                              L &gradient) {
  if constexpr (kSolver == SolverKind::ExplicitEuler) {
    L scaled = h * gradient;
    gradient -= scaled * terms.decay;
    return {scaled, -scaled * x};
  } else if constexpr (kSolver == SolverKind::Fused) {
    gradient = gradient / (1.0f + h * terms.decay);
    L scaled = h * gradient;
    return {scaled, -scaled * next};
  } else {
    L whole = gradient;
    gradient = L{};
    return {whole, L{}};
  }
}

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANCELLS_H
