// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Real operations on values that carry along what lnn-quantize would know of
// them and what lnn-lower-to-int8 would make of them, so that a cell is written
// down once and both its ranges and its integers follow.
#ifndef DLNET_TRAINER_ENGINE_VALUEBUILDER_H
#define DLNET_TRAINER_ENGINE_VALUEBUILDER_H

#include "passes/fixed/Choose.h"
#include "passes/fixed/Lowering.h"
#include "trainer/engine/IntegerProgram.h"

#include <optional>
#include <vector>

namespace dlnet {

class ValueBuilder {
public:
  using Rule = fixed::Lowering<ProgramEmitter>;
  using Fixed = Rule::Fixed;

  /// A real value: its range, and its integers unless only ranges are asked or
  /// there was a problem.
  struct Value {
    fixed::VectorRange range;
    std::optional<Fixed> integers;
    bool isActivation = false;

    double magnitude() const;
    fixed::Known known() const { return {integers->format, magnitude()}; }
  };

  /// Weights on the state and on the inputs, and a bias.
  struct Affine {
    fixed::Matrix w, u;
    std::vector<double> b;
  };

  ValueBuilder(IntegerProgram &program, unsigned tableBits, int stateBits)
      : emitter(program), rule(emitter, tableBits), stateBits(stateBits) {}

  ProgramEmitter emitter;
  Rule rule;
  /// Whether constants have no integers, and so nothing else has.
  bool rangesOnly = false;

  Value constant(const std::vector<double> &values);
  Value add(const Value &a, const Value &b) {
    return sum(a, b, Rule::Sum::Add);
  }
  Value sub(const Value &a, const Value &b) {
    return sum(a, b, Rule::Sum::Sub);
  }
  Value mul(const Value &a, const Value &b);
  /// The canonical form: the constant on the right, and none where it is 1.
  Value mulConstant(const Value &a, const std::vector<double> &factors);
  /// `size` elements between knots.
  Value interpolate(const Value &knots, size_t size);
  /// function(W x + U u + b)
  Value gate(fixed::Activation function, const Affine &affine, const Value &x,
             const Value &u);

  /// An integer result in its format, or none.
  static std::optional<Fixed> with(std::optional<int> value,
                                   fixed::Format format);

private:
  Value sum(const Value &a, const Value &b, Rule::Sum sign);

  int stateBits;
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_VALUEBUILDER_H
