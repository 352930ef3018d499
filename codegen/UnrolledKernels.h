// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of kernels that are made for a shape or for a matrix. They are for
// the Cortex-M4's DSP instructions; without these they call a kernel with
// loops.
#ifndef DLNET_CODEGEN_UNROLLEDKERNELS_H
#define DLNET_CODEGEN_UNROLLEDKERNELS_H

#include "codegen/Kernels.h"

namespace dlnet::codegen {

/// The definition of dln_matvec_dual_row_11, say. With DSP instructions it
/// needs the kernel file store2, without them that of the kernel with the loop.
std::string unrolledKernelText(const UnrolledKernel &kernel);

/// The definition of soh_matvec_dual_row_sparse_0, say, for the prefix soh.
/// With DSP instructions it needs the kernel file product, without them
/// matvec_dual_row_blocks.
std::string straightKernelText(const StraightKernel &kernel, size_t number,
                               const std::string &prefix);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_UNROLLEDKERNELS_H
