// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every value has memory of its own: a tile of a whole program fits the second
// cache, and reuse would only make the order of operations matter.
#include "trainer/engine/IntegerProgram.h"

namespace dlnet {

using Op = IntegerOpcode;

int IntegerProgram::addSlot(size_t size, unsigned width) {
  slots.push_back({size, width, rows});
  rows += size;
  return int(slots.size()) - 1;
}

int ProgramEmitter::append(IntegerInstruction instruction, size_t size,
                           unsigned width) {
  instruction.to = program.addSlot(size, width);
  instruction.narrow = width == 16;
  instructions->push_back(std::move(instruction));
  return instructions->back().to;
}

int ProgramEmitter::constant(const std::vector<double> &values,
                             const fixed::Format &format) {
  std::vector<int32_t> integers;
  for (size_t i = 0; i < values.size(); ++i)
    integers.push_back(
        fixed::quantize(values[i], format.scaleOf(i), format.zeroOf(i)));
  int slot = program.addSlot(values.size(), 16);
  program.constants.emplace_back(slot, std::move(integers));
  return slot;
}

int ProgramEmitter::difference(Value a) {
  return append({Op::Difference, -1, a}, size(a), width(a));
}

int ProgramEmitter::highByte(Value a) {
  return append({Op::HighByte, -1, a}, size(a), width(a));
}

int ProgramEmitter::matvec(Value a, const fixed::ByteMatrix &matrix) {
  IntegerInstruction instruction{Op::Matvec, -1, a};
  instruction.values.assign(matrix.weights.begin(), matrix.weights.end());
  return append(std::move(instruction), matrix.rows, 32);
}

int ProgramEmitter::requantize(Value a, const Value *addend, unsigned width,
                               size_t size,
                               const fixed::Multipliers &multipliers,
                               const std::vector<int32_t> &bias) {
  IntegerInstruction instruction{Op::Requantize, -1, a, addend ? *addend : -1};
  instruction.shift = multipliers.shift;
  instruction.values = multipliers.values;
  instruction.bias = bias;
  return append(std::move(instruction), size, width);
}

int ProgramEmitter::lut(Value a, const std::vector<int16_t> &table) {
  IntegerInstruction instruction{Op::Lut, -1, a};
  instruction.values.assign(table.begin(), table.end());
  instruction.shift = 16;
  for (size_t intervals = table.size() - 1; intervals > 1; intervals /= 2)
    --instruction.shift;
  return append(std::move(instruction), size(a), 16);
}

int ProgramEmitter::scale(Value a, int32_t factor) {
  IntegerInstruction instruction{Op::Scale, -1, a};
  instruction.low = factor;
  return append(std::move(instruction), size(a), 32);
}

int ProgramEmitter::roundShift(Value a, unsigned shift) {
  IntegerInstruction instruction{Op::RoundShift, -1, a};
  instruction.shift = shift;
  return append(std::move(instruction), size(a), 32);
}

int ProgramEmitter::clamp(Value a, unsigned width, int32_t low, int32_t high) {
  IntegerInstruction instruction{Op::Clamp, -1, a};
  instruction.low = low;
  instruction.high = high;
  return append(std::move(instruction), size(a), width);
}

int ProgramEmitter::add(Value a, Value b, size_t size) {
  return append({Op::Add, -1, a, b}, size, 32);
}
int ProgramEmitter::sub(Value a, Value b, size_t size) {
  return append({Op::Sub, -1, a, b}, size, 32);
}
int ProgramEmitter::mul(Value a, Value b, size_t size) {
  return append({Op::Mul, -1, a, b}, size, 32);
}

int ProgramEmitter::eulerStep(Value state, Value delta) {
  return append({Op::EulerStep, -1, state, delta}, size(state), 16);
}

int ProgramEmitter::interpolate(Value knots, size_t size) {
  return append({Op::Interpolate, -1, knots}, size, 32);
}

void ProgramEmitter::fail(const std::string &problem) {
  if (firstProblem.empty())
    firstProblem = problem;
}

} // namespace dlnet
