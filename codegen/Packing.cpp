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
  auto at = [&](int64_t row, int64_t column) -> int32_t {
    return row < rows && column < columns ? values[row * columns + column] : 0;
  };
  auto halfword = [&](int64_t row, int64_t column) -> uint32_t {
    int32_t a = at(row, column), b = at(row + 1, column);
    // The sum borrows from A when B is negative; the bytes do not.
    int32_t low = packing == lnn::Packing::DualRow ? b : (b & 0xff);
    return static_cast<uint32_t>(256 * a + low) & 0xffffu;
  };
  PackedWeights packed;
  packed.rowBlocks = (rows + 3) / 4;
  packed.columnPairs = (columns + 1) / 2;
  for (int64_t block = 0; block < packed.rowBlocks; ++block)
    for (int64_t pair = 0; pair < packed.columnPairs; ++pair)
      for (int64_t row = block * 4; row < block * 4 + 4; row += 2)
        packed.words.push_back(halfword(row, 2 * pair) |
                               halfword(row, 2 * pair + 1) << 16);
  return packed;
}
