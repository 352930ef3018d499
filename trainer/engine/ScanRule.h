// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell's rule as the scan computes it. The rule is recorded as a constant
// expression, and of that follow, when this is compiled, its two terms, which
// all solvers need, and its gradients, by going through it from the result to
// the leaves. The same text serves lanes of a register and LibTorch's tensors.
//
//   rule --record--> Binary<'*', Activated<Projected>, Binary<'-', ..., State>>
//        --linear--> source - decay * x        --back--> gradients of the gates
#ifndef DLNET_TRAINER_ENGINE_SCANRULE_H
#define DLNET_TRAINER_ENGINE_SCANRULE_H

#include "frontend/network/cells/Cells.h"
#include "trainer/engine/ScanMath.h"

#include <array>
#include <type_traits>

namespace dlnet::scan {

// ---- Recording ----

enum class Activation { None, Sigmoid, Tanh };

struct Expression {};
struct State : Expression {};
struct Input {};
struct Projected : Expression {
  int index = 0;
};
struct UnitNumber : Expression {
  int index = 0;
};
struct Number : Expression {
  float value = 0;
};
template <Activation kFunction, class E> struct Activated : Expression {
  constexpr explicit Activated(const E &of) : of(of) {}
  E of;
};
template <char kOperator, class A, class B> struct Binary : Expression {
  constexpr Binary(const A &a, const B &b) : a(a), b(b) {}
  A a;
  B b;
};

template <class A, class B>
using IfExpressions = std::enable_if_t<std::is_base_of_v<Expression, A> &&
                                       std::is_base_of_v<Expression, B>>;

template <class A, class B, class = IfExpressions<A, B>>
constexpr auto operator+(const A &a, const B &b) {
  return Binary<'+', A, B>(a, b);
}
template <class A, class B, class = IfExpressions<A, B>>
constexpr auto operator-(const A &a, const B &b) {
  return Binary<'-', A, B>(a, b);
}
template <class A, class B, class = IfExpressions<A, B>>
constexpr auto operator*(const A &a, const B &b) {
  return Binary<'*', A, B>(a, b);
}

struct Recorder {
  constexpr Projected affine(const cells::Projection &projection, State,
                             Input) const {
    return {{}, projection.index};
  }
  constexpr UnitNumber parameter(const cells::UnitParameter &parameter) const {
    return {{}, parameter.index};
  }
  constexpr Number constant(float value) const { return {{}, value}; }
  template <class E> constexpr auto sigmoid(const E &e) const {
    return Activated<Activation::Sigmoid, E>(e);
  }
  template <class E> constexpr auto tanh(const E &e) const {
    return Activated<Activation::Tanh, E>(e);
  }
};

template <class Cell> constexpr auto record() {
  Recorder recorder;
  return cells::rule<Cell>(recorder, State(), Input());
}
template <class Cell> inline constexpr auto kRule = record<Cell>();

template <class E> struct HasState : std::is_same<E, State> {};
template <Activation kFunction, class E>
struct HasState<Activated<kFunction, E>> : HasState<E> {};
template <char kOperator, class A, class B>
struct HasState<Binary<kOperator, A, B>>
    : std::disjunction<HasState<A>, HasState<B>> {};

// ---- Gates ----
//
// What becomes of a projection first is its gate, which traces keep: its
// activation where it has one, or the projection itself.

template <size_t kSize> struct Gates {
  std::array<Activation, kSize> function = {};
  std::array<bool, kSize> isSeen = {};
  bool isClear = true; ///< None becomes two different things.

  constexpr void add(const Projected &projection, Activation activation) {
    size_t at = size_t(projection.index);
    isClear = isClear && (!isSeen[at] || function[at] == activation);
    function[at] = activation;
    isSeen[at] = true;
  }
  template <class E> constexpr void scan(const E &e) {
    if constexpr (std::is_same_v<E, Projected>)
      add(e, Activation::None);
  }
  template <Activation kFunction, class E>
  constexpr void scan(const Activated<kFunction, E> &e) {
    if constexpr (std::is_same_v<E, Projected>)
      add(e.of, kFunction);
    else
      scan(e.of);
  }
  template <char kOperator, class A, class B>
  constexpr void scan(const Binary<kOperator, A, B> &e) {
    scan(e.a);
    scan(e.b);
  }
};

template <class Cell> constexpr auto gatesOf() {
  Gates<Cell::kProjections.size()> gates;
  gates.scan(kRule<Cell>);
  return gates;
}
template <class Cell> inline constexpr auto kGates = gatesOf<Cell>();

template <class L> DLNET_INLINE L activate(Activation function, const L &z) {
  if (function == Activation::Sigmoid)
    return sigmoid(z);
  if (function == Activation::Tanh)
    return tanh(z);
  return z;
}

/// The slope of an activation where it gives `y`, times `gradient`.
template <class L>
DLNET_INLINE L throughActivation(Activation function, const L &y,
                                 const L &gradient) {
  if (function == Activation::Sigmoid)
    return gradient * (y - y * y);
  if (function == Activation::Tanh)
    return gradient * (1.0f - y * y);
  return gradient;
}

// ---- Values ----

/// What a rule reads: its gates, the numbers of the unit, and where terms of
/// the state are not kept apart, the state.
template <class L> struct Leaves {
  const L *gates;
  const L *numbers;
};

template <class L>
DLNET_INLINE const L &value(const Projected &e, const Leaves<L> &leaves,
                            const L &) {
  return leaves.gates[e.index];
}
template <class L>
DLNET_INLINE const L &value(const UnitNumber &e, const Leaves<L> &leaves,
                            const L &) {
  return leaves.numbers[e.index];
}
template <class L>
DLNET_INLINE float value(const Number &e, const Leaves<L> &, const L &) {
  return e.value;
}
template <class L>
DLNET_INLINE const L &value(const State &, const Leaves<L> &, const L &x) {
  return x;
}
template <class L, Activation kFunction, class E>
DLNET_INLINE L value(const Activated<kFunction, E> &e, const Leaves<L> &leaves,
                     const L &x) {
  if constexpr (std::is_same_v<E, Projected>)
    return leaves.gates[e.of.index];
  else
    return activate<L>(kFunction, value(e.of, leaves, x));
}
template <class L, char kOperator, class A, class B>
DLNET_INLINE auto value(const Binary<kOperator, A, B> &e,
                        const Leaves<L> &leaves, const L &x) {
  if constexpr (kOperator == '+')
    return value(e.a, leaves, x) + value(e.b, leaves, x);
  else if constexpr (kOperator == '-')
    return value(e.a, leaves, x) - value(e.b, leaves, x);
  else
    return value(e.a, leaves, x) * value(e.b, leaves, x);
}

// ---- Terms ----

/// Numbers that cost nothing.
struct Zero {};
struct One {};
struct MinusOne {};

template <class T> DLNET_INLINE const T &number(const T &value) {
  return value;
}
DLNET_INLINE float number(One) { return 1; }
DLNET_INLINE float number(MinusOne) { return -1; }

template <class A, class B> DLNET_INLINE auto plus(const A &a, const B &b) {
  if constexpr (std::is_same_v<B, Zero>)
    return a;
  else if constexpr (std::is_same_v<A, Zero>)
    return b;
  else
    return number(a) + number(b);
}
template <class A> DLNET_INLINE auto negative(const A &a) {
  if constexpr (std::is_same_v<A, Zero>)
    return Zero();
  else if constexpr (std::is_same_v<A, One>)
    return MinusOne();
  else if constexpr (std::is_same_v<A, MinusOne>)
    return One();
  else
    return -a;
}
template <class A, class B> DLNET_INLINE auto minus(const A &a, const B &b) {
  if constexpr (std::is_same_v<B, Zero>)
    return a;
  else if constexpr (std::is_same_v<A, Zero>)
    return negative(b);
  else
    return number(a) - number(b);
}
template <class A, class B> DLNET_INLINE auto times(const A &a, const B &b) {
  if constexpr (std::is_same_v<B, Zero>)
    return Zero();
  else if constexpr (std::is_same_v<B, One>)
    return a;
  else if constexpr (std::is_same_v<B, MinusOne>)
    return negative(a);
  else
    return a * b;
}

/// source - decay * x
template <class S, class D> struct Terms {
  S source;
  D decay;
};
template <class S, class D> DLNET_INLINE Terms<S, D> terms(S source, D decay) {
  return {source, decay};
}

template <class L, class E>
DLNET_INLINE auto linear(const E &e, const Leaves<L> &leaves) {
  static_assert(!HasState<E>::value, "a rule is linear in the state");
  return terms(value(e, leaves, L{}), Zero());
}
template <class L> DLNET_INLINE auto linear(const State &, const Leaves<L> &) {
  return terms(Zero(), MinusOne());
}
template <class L, char kOperator, class A, class B>
DLNET_INLINE auto linear(const Binary<kOperator, A, B> &e,
                         const Leaves<L> &leaves) {
  if constexpr (!HasState<Binary<kOperator, A, B>>::value) {
    return terms(value(e, leaves, L{}), Zero());
  } else if constexpr (kOperator == '*' && HasState<B>::value) {
    auto factor = value(e.a, leaves, L{});
    static_assert(!HasState<A>::value, "a rule is linear in the state");
    auto of = linear(e.b, leaves);
    return terms(times(factor, of.source), times(factor, of.decay));
  } else if constexpr (kOperator == '*') {
    auto factor = value(e.b, leaves, L{});
    auto of = linear(e.a, leaves);
    return terms(times(factor, of.source), times(factor, of.decay));
  } else {
    auto a = linear(e.a, leaves);
    auto b = linear(e.b, leaves);
    if constexpr (kOperator == '+')
      return terms(plus(a.source, b.source), plus(a.decay, b.decay));
    else
      return terms(minus(a.source, b.source), minus(a.decay, b.decay));
  }
}

// ---- Solvers ----

/// One sub-step of length h.
template <SolverKind kSolver, class L, class S, class D>
DLNET_INLINE L advance(const L &x, const Terms<S, D> &of, float h) {
  if constexpr (kSolver == SolverKind::ExplicitEuler)
    return x + h * minus(of.source, times(x, of.decay));
  else if constexpr (kSolver == SolverKind::Fused)
    return plus(x, times(h, of.source)) / plus(1.0f, times(h, of.decay));
  else
    return minus(of.source, times(x, of.decay));
}

/// The way back: `gradient`, by the next state, becomes that by `x` through the
/// solver alone. Gives the gradient by the rule's result.
template <SolverKind kSolver, class L, class D>
DLNET_INLINE L retreat(const D &decay, float h, L &gradient) {
  L outer = gradient;
  if constexpr (kSolver == SolverKind::ExplicitEuler) {
    L scaled = h * outer;
    gradient = minus(outer, times(scaled, decay));
    return scaled;
  } else if constexpr (kSolver == SolverKind::Fused) {
    gradient = outer / plus(1.0f, times(h, decay));
    return h * gradient;
  } else {
    gradient = plus(negative(times(outer, decay)), L{});
    return outer;
  }
}

// ---- Gradients ----

/// Sums of what goes back to the leaves.
template <class L, size_t kGateCount, size_t kNumberCount> struct Sinks {
  L gates[kGateCount] = {};
  L numbers[kNumberCount + 1] = {}; // An array has elements.
};

/// Adds to `sinks` the gradients of e, given that by its value. `x` is where
/// the rule is taken: its terms' gradients are g and -g * x. For the fused step
/// that is the next state, of which (x + h source) / (1 + h decay) has the
/// gradients g and -g * next.
template <class L, class E, class Into>
DLNET_INLINE void back(const E &e, const L &g, const Leaves<L> &leaves,
                       const L &x, Into &sinks) {
  (void)leaves, (void)x;
  if constexpr (std::is_same_v<E, Projected>)
    sinks.gates[e.index] += g;
  else if constexpr (std::is_same_v<E, UnitNumber>)
    sinks.numbers[e.index] += g;
  else
    static_assert(std::is_same_v<E, Number> || std::is_same_v<E, State>,
                  "the others have their own");
}
template <class L, Activation kFunction, class E, class Into>
DLNET_INLINE void back(const Activated<kFunction, E> &e, const L &g,
                       const Leaves<L> &leaves, const L &x, Into &sinks) {
  if constexpr (std::is_same_v<E, Projected>)
    sinks.gates[e.of.index] += g; // By the gate, not by the projection.
  else
    back(e.of, throughActivation<L>(kFunction, value(e, leaves, x), g), leaves,
         x, sinks);
}
template <class L, char kOperator, class A, class B, class Into>
DLNET_INLINE void back(const Binary<kOperator, A, B> &e, const L &g,
                       const Leaves<L> &leaves, const L &x, Into &sinks) {
  if constexpr (kOperator == '*') {
    back(e.a, L(g * value(e.b, leaves, x)), leaves, x, sinks);
    back(e.b, L(g * value(e.a, leaves, x)), leaves, x, sinks);
  } else {
    back(e.a, g, leaves, x, sinks);
    back(e.b, kOperator == '-' ? L(-g) : g, leaves, x, sinks);
  }
}

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANRULE_H
