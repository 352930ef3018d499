// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How int8 weights lie in 32-bit words for the Cortex-M4's SMLAD.
#ifndef DLNET_CODEGEN_PACKING_H
#define DLNET_CODEGEN_PACKING_H

#include "dialect/Lnn.h"

#include <cstdint>
#include <vector>

namespace dlnet::codegen {

/// Weights of a product in the order in which the kernels read them: for each
/// block of four rows and each pair of columns c, c+1 one word for rows 0, 1
/// and one for rows 2, 3. A word of rows A, B holds a halfword for each of the
/// two columns: 256 * A + B as a sum (dual_row), or A and B as two bytes
/// (sxtb16). Rows are padded to four, columns to two, with zeros.
struct PackedWeights {
  std::vector<uint32_t> words;
  int64_t rowBlocks = 0;   ///< Blocks of four rows.
  int64_t columnPairs = 0; ///< Pairs of columns.
};

PackedWeights packWeights(mlir::ElementsAttr weights, lnn::Packing packing);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_PACKING_H
