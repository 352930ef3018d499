// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How int8 weights lie in memory, for kernels to read.
#ifndef DLNET_PASSES_TARGETS_PACKING_H
#define DLNET_PASSES_TARGETS_PACKING_H

#include "passes/targets/ProductCost.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dlnet::cost {

/// Weights of a product in the order in which the kernels read them. A word
/// stands for a 2x2 block: rows A, B and columns c, c+1. It holds a halfword
/// for each of the two columns: 256 * A + B as a sum (dual rows), or A and B as
/// two bytes (byte pairs). Rows and columns are padded with zeros.
///
/// Dense: for each block of four rows and each pair of columns one word for
/// rows 0, 1 and one for rows 2, 3. Sparse: for each pair of rows the words of
/// the blocks that are not all zero, by rising column. Straight: the dense
/// order without the words that are zero.
///
/// Four rows: bytes instead, for each block of four rows its columns.
struct PackedWeights {
  std::vector<uint32_t> words; ///< One at least, as C has no empty arrays.
  std::vector<int8_t> bytes;   ///< Of four rows alone.
  /// Sparse: for each pair of rows the number of its blocks, then the pair of
  /// columns of each. Straight: for each four rows the number of blocks, then
  /// for each twice its pair of columns, plus 1 for the lower two rows. Dense:
  /// none.
  std::vector<uint8_t> blocks;
  int64_t rowBlocks = 0;   ///< Blocks of four rows, rounded up.
  int64_t rowPairs = 0;    ///< Pairs of rows, rounded up.
  int64_t columnPairs = 0; ///< Pairs of columns, rounded up.
};

/// Packs a matrix, whose `weights` are its rows, one after another. The words
/// of a sparse packing are in straight order when `unroll`ed; it makes no
/// difference to dense ones.
PackedWeights packWeights(int64_t rows, int64_t columns,
                          const std::vector<int64_t> &weights, ProductForm form,
                          bool unroll = false);

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_PACKING_H
