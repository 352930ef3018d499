// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of the kernels that emitted models call. Each has a form in plain
// C; for cores with instructions of their own it has another one, which gives
// the same bits.
#ifndef DLNET_CODEGEN_KERNELS_H
#define DLNET_CODEGEN_KERNELS_H

#include "passes/targets/Target.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dlnet::codegen {

enum class Kernel {
  MultiplyHigh,   ///< dln_multiply_high: one requantization
  Saturate,       ///< dln_saturate16
  Positive,       ///< dln_positive16: a forecast
  Clamp,          ///< dln_clamp
  Lookup,         ///< dln_lookup: table with interpolation; uses MultiplyHigh
  SignedByte,     ///< dln_s8
  BlockSum,       ///< dln_block_sum
  UnitNorm,       ///< dln_unit_norm
  DualRow,        ///< dln_matvec_dual_row
  BytePair,       ///< dln_matvec_byte_pair
  DualRowSparse,  ///< dln_matvec_dual_row_sparse
  BytePairSparse, ///< dln_matvec_byte_pair_sparse
  FourRows,       ///< dln_matvec_four_rows
};

/// The kernel with loops that reads a packing; both enumerations have the same
/// order.
inline Kernel kernelOf(cost::ProductForm form) {
  return static_cast<Kernel>(static_cast<int>(Kernel::DualRow) +
                             static_cast<int>(form));
}

/// The kernel of dense products without a loop over columns: the one with the
/// loop, and how many pairs of columns there are. `dln_matvec_dual_row_11` is
/// one.
using UnrolledKernel = std::pair<Kernel, int64_t>;

/// The kernel of one sparse product, without any loop. `blocks` are those of
/// straight PackedWeights. `soh_matvec_dual_row_sparse_0` is one: it belongs to
/// a model, and has its number among the straight kernels of a file.
struct StraightKernel {
  Kernel kernel; ///< The one with loops.
  int64_t rowPairs;
  std::vector<uint8_t> blocks;

  bool operator==(const StraightKernel &other) const {
    return kernel == other.kernel && rowPairs == other.rowPairs &&
           blocks == other.blocks;
  }
};

/// What a C file calls.
struct UsedKernels {
  std::set<Kernel> common;
  std::set<UnrolledKernel> unrolled;
  std::vector<StraightKernel> straight;
  bool keepsLoops = true; ///< Whether it calls dln_keep_loop.
};

/// The definitions of kernels with what they rest on, to stand at the top of a
/// C file after <stdint.h>, in plain C and in the target's own form. Those that
/// models share are there once, however many such texts a translation unit
/// includes; `prefix` names the others.
std::string kernelText(const UsedKernels &used, const std::string &prefix,
                       const cost::Target &target);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_KERNELS_H
