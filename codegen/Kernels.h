// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of the kernels that emitted models call. Each has a plain C form
// and one for the Cortex-M4's DSP instructions that gives the same bits.
#ifndef DLNET_CODEGEN_KERNELS_H
#define DLNET_CODEGEN_KERNELS_H

#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace dlnet::codegen {

enum class Kernel {
  MultiplyHigh,  ///< dln_multiply_high: one requantization
  Saturate,      ///< dln_saturate16
  Positive,      ///< dln_positive16: a forecast
  Clamp,         ///< dln_clamp
  Lookup,        ///< dln_lookup: table with interpolation; uses MultiplyHigh
  SignedByte,    ///< dln_s8
  BlockSum,      ///< dln_block_sum
  DualRow,       ///< dln_matvec_dual_row
  Sxtb16,        ///< dln_matvec_sxtb16
  DualRowSparse, ///< dln_matvec_dual_row_sparse
  Sxtb16Sparse,  ///< dln_matvec_sxtb16_sparse
};

/// Dense products without a loop over columns: the kernel with the loop, and
/// how many pairs of columns there are. `dln_matvec_dual_row_11` is one of
/// them.
using UnrolledKernels = std::set<std::pair<Kernel, int64_t>>;

/// The definitions of the kernels in `used` and `unrolled`, with what they rest
/// on, to stand at the top of a C file after <stdint.h>.
std::string kernelText(const std::set<Kernel> &used,
                       const UnrolledKernels &unrolled = {});

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_KERNELS_H
