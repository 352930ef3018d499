// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network on the integer level as training runs it: the operations of
// dialect/SPEC.md in a row, over many windows at once. ProgramBuilder makes it
// of the compiler's IR.
#ifndef DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H
#define DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H

#include <cstddef>
#include <cstdint>
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

/// A slot, and which row of what training keeps each of its elements is: the
/// compiler takes dead units out.
struct IntegerRows {
  int slot = -1;
  std::vector<int64_t> rows;
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
  int row = -1;             ///< [F] and zeros, one where products take pairs.
  IntegerRows state;        ///< Rows of the n units.
  int next = -1;            ///< What the state becomes.
  std::vector<IntegerRows> gates; ///< Rows of ScanShape's [P n].
  IntegerRows coefficients;       ///< Rows of the k curves.
  int forecast = -1;
  int64_t steps = 0, substeps = 1;
  int64_t block = 1; ///< Cycles of the window in a sum.

  size_t rows = 0; ///< Of memory that a tile needs.

  /// Every value has memory of its own: a tile of a whole program fits the
  /// second cache, and reuse would only make the order of operations matter.
  int addSlot(size_t size, unsigned width) {
    slots.push_back({size, width, rows});
    rows += size;
    return int(slots.size()) - 1;
  }
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_INTEGERPROGRAM_H
