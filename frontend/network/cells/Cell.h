// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a recurrent cell is made of. Each cell is one file beside this one, and
// one word in Cells.h. Its rule is written once and interpreted by whoever
// needs it: the graph builder writes operations, LibTorch computes tensors, the
// fused scan computes lanes of a register.
//
//   struct Name {
//     static constexpr const char *kName;      // in families and on the
//                                              // command line
//     static constexpr SolverKind kSolver;     // unless told otherwise;
//                                              // ClosedForm for a closed form
//     static constexpr std::array<Projection, P> kProjections;
//     static constexpr std::array<UnitParameter, Q> kUnitParameters;
//     static UnitStart start(const UnitParameter &, const CellSetting &);
//                                              // only where Q > 0
//     template <class Ops, class X, class U>
//     DLNET_RULE auto derivative(Ops &ops, const X &x, const U &u)
//                                              // or `next`: the closed form
//   };
//
// Of `Ops` a rule calls affine(projection, x, u), which takes of x and u what
// the projection reads; parameter(unitParameter), constant(number),
// sigmoid(value) and tanh(value). Of values it uses the operators + - *,
// elementwise. Beyond its projections a rule is linear in x:
// source - decay * x. So every solver suits every derivative:
//
//   explicit Euler  x' = x + h * (source - decay * x)
//   fused           x' = (x + h * source) / (1 + h * decay)
//
// The operands of an operator are evaluated in an order that C++ leaves open,
// and with it would the order of operations in a graph; so at most one of them
// is more than a name.
#ifndef DLNET_FRONTEND_NETWORK_CELLS_CELL_H
#define DLNET_FRONTEND_NETWORK_CELLS_CELL_H

#include "frontend/network/Solver.h"

#include <array>
#include <cstdint>

/// Constant expressions, because the fused scan records rules when it is
/// compiled.
#define DLNET_RULE static constexpr

namespace dlnet {

namespace cells {

/// What a projection is applied to.
enum class Reads { StateAndInput, State, Input };

/// W x + U u + b: the tensors "cell.w<suffix>" [n, n], "cell.u<suffix>" [n, F]
/// and "cell.b<suffix>" [n], of which there are those that it reads.
struct Projection {
  int index; ///< Its place in kProjections.
  const char *suffix;
  Reads reads = Reads::StateAndInput;
  /// First biases: equally spaced over the units.
  double biasLow = 0, biasHigh = 0;
  /// Whether the first W has 1 added on its diagonal.
  bool startsAtState = false;

  constexpr bool readsState() const { return reads != Reads::Input; }
  constexpr bool readsInput() const { return reads != Reads::State; }
};

/// One number a unit: the tensor "cell.<key>" [n].
struct UnitParameter {
  int index; ///< Its place in kUnitParameters.
  const char *key;
  /// Whether its numbers must be above 0.
  bool positive = false;
  /// Whether the rule reads 1 / number, as of a time constant.
  bool reciprocal = false;
};

enum class Spacing {
  Equal,  ///< Equal differences from the first unit to the last.
  Ratios, ///< Equal ratios.
  Random, ///< Uniform in [-high, high).
};

/// First numbers of a unit parameter, and what training keeps them above.
struct UnitStart {
  Spacing spacing = Spacing::Equal;
  double low = 0, high = 0; ///< Of the first unit and the last.
  double floor = 0;         ///< Of positive parameters.
};

/// What first numbers may depend on.
struct CellSetting {
  Solver solver;
  int64_t steps = 1; ///< Window steps.

  double substep() const { return solver.dt / double(solver.steps); }
};

} // namespace cells
} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_CELLS_CELL_H
