// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of the kernels of products whose shape is known: with no loop over
// columns, and with none over rows when they leave out blocks.
#ifndef DLNET_CODEGEN_UNROLLEDKERNELS_H
#define DLNET_CODEGEN_UNROLLEDKERNELS_H

#include "codegen/Kernels.h"

namespace dlnet::codegen {

/// The definition of dln_matvec_dual_row_11, say. Without DSP instructions it
/// calls the kernel with the loop.
std::string unrolledKernelText(const UnrolledKernel &kernel);

/// The definition of dln_matvec_dual_row_sparse_0, say. Without DSP
/// instructions it calls what straightLoopText defines.
std::string straightKernelText(const StraightKernel &kernel, size_t number);

/// The loop in plain C over the blocks of a straight kernel, without
/// preprocessor lines around it.
std::string straightLoopText(Kernel kernel);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_UNROLLEDKERNELS_H
