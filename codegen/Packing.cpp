// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Packing.h for the layout.
#include "codegen/Packing.h"

using namespace mlir;
using namespace dlnet;

codegen::PackedWeights dlnet::codegen::packWeights(ElementsAttr weights,
                                                   lnn::Packing packing) {
  auto shape = weights.getShapedType().getShape();
  auto values = lnn::integerElements(weights);
  int64_t rows = shape[0], columns = shape[1];
  bool dual = lnn::denseOf(packing) == lnn::Packing::DualRow;
  auto at = [&](int64_t row, int64_t column) -> int32_t {
    return row < rows && column < columns ? values[row * columns + column] : 0;
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
  auto word = [&](int64_t row, int64_t pair) {
    return halfword(row, 2 * pair) | halfword(row, 2 * pair + 1) << 16;
  };
  if (!lnn::isSparse(packing)) {
    for (int64_t block = 0; block < packed.rowBlocks; ++block)
      for (int64_t pair = 0; pair < packed.columnPairs; ++pair)
        for (int64_t row = block * 4; row < block * 4 + 4; row += 2)
          packed.words.push_back(word(row, pair));
    return packed;
  }
  for (int64_t row = 0; row < 2 * packed.rowPairs; row += 2) {
    size_t count = packed.blocks.size();
    packed.blocks.push_back(0);
    for (int64_t pair = 0; pair < packed.columnPairs; ++pair) {
      // Only zeros pack to zero: a borrow leaves the low byte.
      uint32_t block = word(row, pair);
      if (block == 0)
        continue;
      packed.words.push_back(block);
      packed.blocks.push_back(static_cast<uint8_t>(pair));
      ++packed.blocks[count];
    }
  }
  if (packed.words.empty())
    packed.words.push_back(0);
  return packed;
}

codegen::Kernel dlnet::codegen::kernelOf(lnn::Packing packing) {
  switch (packing) {
  case lnn::Packing::DualRow:
    return Kernel::DualRow;
  case lnn::Packing::Sxtb16:
    return Kernel::Sxtb16;
  case lnn::Packing::DualRowSparse:
    return Kernel::DualRowSparse;
  case lnn::Packing::Sxtb16Sparse:
    return Kernel::Sxtb16Sparse;
  }
  llvm_unreachable("every packing has a kernel");
}
