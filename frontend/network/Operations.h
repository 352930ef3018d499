// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operations of a network. Each has the name and the meaning that it has on
// the real level of the lnn dialect (dialect/SPEC.md), and is described by one
// struct here: reader, writer and import all go through `fields`.
#ifndef DLNET_FRONTEND_NETWORK_OPERATIONS_H
#define DLNET_FRONTEND_NETWORK_OPERATIONS_H

#include "frontend/network/Solver.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace dlnet::network {

enum class Function { Sigmoid, Tanh };
enum class Reduction { Mean, Sum, Max };

/// An attribute of an operation is a number, a list of numbers, a word, or the
/// key of a tensor (the only strings). `fields` hands each to `f(name, value)`.
template <typename Derived> struct WithoutFields {
  template <typename Self, typename F> static void fields(Self &, F &&) {}
};

/// Numbers known at compile time; the result has their size.
struct Constant {
  static constexpr char kName[] = "constant";
  std::vector<double> values;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("values", self.values);
  }
};

/// A vector of weights, or of their reciprocals; `lnn.constant`, too.
struct Parameter {
  static constexpr char kName[] = "parameter";
  std::string tensor;
  bool positive = false;   ///< All its numbers are, and training leaves it so.
  bool reciprocal = false; ///< The value is 1 / tensor; `positive` must hold.
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("tensor", self.tensor);
    f("positive", self.positive);
    f("reciprocal", self.reciprocal);
  }
};

/// One number in each element.
struct Splat {
  static constexpr char kName[] = "splat";
  double value = 0;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("value", self.value);
  }
};

/// The newest element of a window [T], as [1]; the newest row of [T, C], as
/// [C].
struct Last : WithoutFields<Last> {
  static constexpr char kName[] = "last";
};

/// Each element or row less the one before it; 0 for the first.
struct Difference : WithoutFields<Difference> {
  static constexpr char kName[] = "difference";
};

/// Vectors [T] or [1] and sequences [T, C] side by side, as the columns of a
/// sequence.
struct Stack : WithoutFields<Stack> {
  static constexpr char kName[] = "stack";
};

/// Elements `start` to `start + size - 1` of a vector; the result has `size`.
struct Slice {
  static constexpr char kName[] = "slice";
  int64_t start = 0;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("start", self.start);
  }
};

/// Vectors one after the other.
struct Concat : WithoutFields<Concat> {
  static constexpr char kName[] = "concat";
};

/// [n] to [m], m a divisor of n: mean of each run of n / m elements.
struct BlockMean : WithoutFields<BlockMean> {
  static constexpr char kName[] = "block_mean";
};

/// Limits each element to [min, max].
struct Clamp {
  static constexpr char kName[] = "clamp";
  double min = 0, max = 0;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("min", self.min);
    f("max", self.max);
  }
};

/// (input - offset) * scale; one entry, or one an element of the last extent.
struct Normalize {
  static constexpr char kName[] = "normalize";
  std::vector<double> offset, scale;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("offset", self.offset);
    f("scale", self.scale);
  }
};

/// Elementwise on two vectors; an operand of one element repeats.
struct Add : WithoutFields<Add> {
  static constexpr char kName[] = "add";
};
struct Sub : WithoutFields<Sub> {
  static constexpr char kName[] = "sub";
};
struct Mul : WithoutFields<Mul> {
  static constexpr char kName[] = "mul";
};

/// bias + W0 * input0 + W1 * input1 + ...: a matrix [rows, n] for each input.
struct Affine {
  static constexpr char kName[] = "affine";
  std::vector<std::string> weights;
  std::string bias;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("weights", self.weights);
    f("bias", self.bias);
  }
};

struct Activate {
  static constexpr char kName[] = "activate";
  Function function = Function::Sigmoid;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("function", self.function);
  }
};

/// [n] to [m], n - 1 a divisor of m: linear between knots equally far apart.
struct Interpolate : WithoutFields<Interpolate> {
  static constexpr char kName[] = "interpolate";
};

/// (x - mean) / sqrt(variance + epsilon) * gain + bias, over the vector.
struct LayerNorm {
  static constexpr char kName[] = "layer_norm";
  std::string gain, bias;
  double epsilon = 1e-5;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("gain", self.gain);
    f("bias", self.bias);
    f("epsilon", self.epsilon);
  }
};

/// [n] to [1].
struct Reduce {
  static constexpr char kName[] = "reduce";
  Reduction reduction = Reduction::Mean;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("reduction", self.reduction);
  }
};

/// A loop over time. Inputs: the first values of `states` states, then
/// sequences [T, C] of one length unless there is a `count`. The body's
/// arguments: a row [C] of each sequence, then the states; it yields the next
/// states, then m vectors. Results: the last states, then the m vectors of all
/// steps as sequences [T, n].
struct Scan {
  static constexpr char kName[] = "scan";
  int64_t states = 1;
  int64_t count = 0; ///< Times that the body runs; 0: once for each row.
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("states", self.states);
    f("count", self.count);
  }
};

/// The state after the time `dt` of dx/dt = body(x), in `steps` sub-steps.
struct Ode {
  static constexpr char kName[] = "ode";
  SolverKind solver = SolverKind::ExplicitEuler; ///< Not ClosedForm.
  int64_t steps = 1;
  double dt = 1;
  template <typename Self, typename F> static void fields(Self &self, F &&f) {
    f("solver", self.solver);
    f("steps", self.steps);
    f("dt", self.dt);
  }
};

using Operation =
    std::variant<Constant, Parameter, Splat, Last, Difference, Stack, Slice,
                 Concat, BlockMean, Clamp, Normalize, Add, Sub, Mul, Affine,
                 Activate, Interpolate, LayerNorm, Reduce, Scan, Ode>;

/// The operation's name: "block_mean".
inline const char *name(const Operation &operation) {
  return std::visit([](const auto &op) { return op.kName; }, operation);
}

/// Whether the operation has a body.
inline bool hasBody(const Operation &operation) {
  return std::holds_alternative<Scan>(operation) ||
         std::holds_alternative<Ode>(operation);
}

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_OPERATIONS_H
