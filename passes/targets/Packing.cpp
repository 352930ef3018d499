// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Packing.h for the layout.
#include "passes/targets/Packing.h"

using namespace dlnet::cost;

PackedWeights dlnet::cost::packWeights(int64_t rows, int64_t columns,
                                       const std::vector<int64_t> &weights,
                                       ProductForm form, bool unroll) {
  bool sparse = !isDense(form);
  bool dual =
      form == ProductForm::DualRow || form == ProductForm::DualRowSparse;
  auto at = [&](int64_t row, int64_t column) -> int32_t {
    return row < rows && column < columns ? weights[row * columns + column] : 0;
  };
  auto halfword = [&](int64_t row, int64_t column) -> uint32_t {
    int32_t a = at(row, column), b = at(row + 1, column);
    // The sum borrows from A when B is negative; the bytes do not.
    int32_t low = dual ? b : (b & 0xff);
    return static_cast<uint32_t>(256 * a + low) & 0xffffu;
  };
  PackedWeights packed;
  packed.rowBlocks = (rows + 3) / 4;
  packed.rowPairs = (rows + 1) / 2;
  packed.columnPairs = (columns + 1) / 2;
  if (form == ProductForm::FourRows) {
    for (int64_t row = 0; row < rows; row += 4)
      for (int64_t column = 0; column < columns; ++column)
        for (int64_t i = 0; i < 4; ++i)
          packed.bytes.push_back(static_cast<int8_t>(at(row + i, column)));
    return packed;
  }
  auto word = [&](int64_t row, int64_t pair) {
    return halfword(row, 2 * pair) | halfword(row, 2 * pair + 1) << 16;
  };
  // Adds a block, unless it is to be left out. Only zeros pack to zero: a
  // borrow leaves the low byte.
  auto add = [&](uint32_t block, std::size_t count, int64_t place) {
    if (sparse && block == 0)
      return;
    packed.words.push_back(block);
    if (!sparse)
      return;
    packed.blocks.push_back(static_cast<uint8_t>(place));
    ++packed.blocks[count];
  };
  int64_t rowsTogether = sparse && !unroll ? 2 : 4;
  for (int64_t row = 0; row < rows; row += rowsTogether) {
    std::size_t count = packed.blocks.size();
    if (sparse)
      packed.blocks.push_back(0);
    for (int64_t pair = 0; pair < packed.columnPairs; ++pair) {
      if (rowsTogether == 2) {
        add(word(row, pair), count, pair);
        continue;
      }
      add(word(row, pair), count, 2 * pair);
      add(word(row + 2, pair), count, 2 * pair + 1);
    }
  }
  if (packed.words.empty())
    packed.words.push_back(0);
  return packed;
}
