// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network on the integer level as training runs it: the operations of
// dialect/SPEC.md in a row, over many windows at once. The compiler emits the
// same operations as IR; both follow passes/fixed/Lowering.h.
#ifndef DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H
#define DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H

#include "passes/fixed/Format.h"
#include "passes/fixed/Weights.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dlnet {

/// A vector of `size` integers a window. Its rows stand at `offset` in the
/// memory of a tile.
struct IntegerSlot {
  size_t size = 0;
  unsigned width = 32;
  size_t offset = 0;
};

enum class IntegerOpcode {
  HighByte,
  Matvec,
  Requantize,
  Lut,
  Scale,
  RoundShift,
  Clamp,
  Add,
  Sub,
  Mul,
  EulerStep,
  Difference,
  Interpolate
};

/// One operation; slots are indices, and `b` is -1 where there is none. An
/// operand of one element repeats.
struct IntegerInstruction {
  IntegerOpcode opcode;
  int to = -1, a = -1, b = -1;
  bool narrow = false; ///< The result saturates to 16 bits.
  unsigned shift = 0;  ///< Of Requantize and RoundShift; fraction bits of Lut.
  int32_t low = 0, high = 0; ///< Limits of Clamp; `low` is Scale's factor.
  std::vector<int32_t> values = {}; ///< Weights, multipliers or table.
  std::vector<int32_t> bias = {};   ///< Of Requantize.
};

/// The whole network. `before` makes the columns of the inputs; `body` runs
/// once a sub-step with `row` holding a row of them; `after` reads the state.
struct IntegerProgram {
  std::vector<IntegerSlot> slots;
  std::vector<std::pair<int, std::vector<int32_t>>> constants;
  std::vector<IntegerInstruction> before, body, after;

  int blockSums = -1; ///< [T] input: sums of SOH over the blocks.
  int last = -1;      ///< [1] input: the newest SOH.
  int age = -1; ///< [1] input: cycles lived, 0 to 32767; -1 if it is not read.
  std::vector<int> columns; ///< [T] each, or [1] where it stands in every row.
  int row = -1;             ///< [F]
  int state = -1, next = -1;
  std::vector<int> gates; ///< [n] each, in the order of ScanShape's rows.
  int coefficients = -1, forecast = -1;
  int64_t steps = 0, substeps = 1;
  int64_t block = 1; ///< Cycles of the window in a sum.

  size_t rows = 0; ///< Of memory that a tile needs.

  int addSlot(size_t size, unsigned width);
};

/// What passes/fixed/Lowering.h emits into: the end of one part of a program.
class ProgramEmitter {
public:
  using Value = int;

  explicit ProgramEmitter(IntegerProgram &program) : program(program) {}

  /// The part that grows.
  void into(std::vector<IntegerInstruction> &part) { instructions = &part; }
  /// The first problem, or empty.
  const std::string &problem() const { return firstProblem; }

  Value constant(const std::vector<double> &values,
                 const fixed::Format &format);
  Value difference(Value a);

  unsigned width(Value value) const { return program.slots[value].width; }
  size_t size(Value value) const { return program.slots[value].size; }
  Value highByte(Value a);
  Value matvec(Value a, const fixed::ByteMatrix &matrix);
  Value requantize(Value a, const Value *addend, unsigned width, size_t size,
                   const fixed::Multipliers &multipliers,
                   const std::vector<int32_t> &bias);
  Value lut(Value a, const std::vector<int16_t> &table);
  Value scale(Value a, int32_t factor);
  Value roundShift(Value a, unsigned shift);
  Value clamp(Value a, unsigned width, int32_t low, int32_t high);
  Value add(Value a, Value b, size_t size);
  Value sub(Value a, Value b, size_t size);
  Value mul(Value a, Value b, size_t size);
  Value eulerStep(Value state, Value delta);
  Value interpolate(Value knots, size_t size);
  void fail(const std::string &problem);

private:
  Value append(IntegerInstruction instruction, size_t size, unsigned width);

  IntegerProgram &program;
  std::vector<IntegerInstruction> *instructions = nullptr;
  std::string firstProblem;
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H
