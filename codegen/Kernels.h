// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of the kernels that emitted models call. Each has a plain C form
// and one for the Cortex-M4's DSP instructions that gives the same bits.
#ifndef DLNET_CODEGEN_KERNELS_H
#define DLNET_CODEGEN_KERNELS_H

#include <set>
#include <string>

namespace dlnet::codegen {

enum class Kernel {
  MultiplyHigh, ///< dln_multiply_high: one requantization
  Saturate,     ///< dln_saturate16
  RoundShift,   ///< dln_round_shift
  Clamp,        ///< dln_clamp
  Lookup,       ///< dln_lookup: table with interpolation
  BlockSum,     ///< dln_block_sum
  DualRow,      ///< dln_matvec_dual_row
  Sxtb16,       ///< dln_matvec_sxtb16
};

/// The definitions of the kernels in `used`, with what they rest on, to stand
/// at the top of a C file after <stdint.h>.
std::string kernelText(const std::set<Kernel> &used);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_KERNELS_H
