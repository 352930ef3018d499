// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of the kernels, one function or a few that belong together each,
// for kernelText to put in order. Each text starts with an empty line and needs
// what stands before it there.
#ifndef DLNET_CODEGEN_KERNELTEXTS_H
#define DLNET_CODEGEN_KERNELTEXTS_H

#include "codegen/Kernels.h"

namespace dlnet::codegen {

/// dln_multiply_high, dln_saturate16, dln_positive16, dln_clamp, dln_lookup,
/// dln_s8 or dln_block_sum.
const char *arithmeticKernelText(Kernel kernel);

// What kernels of products rest on where DLN_DSP is 1: all of them, dense ones
// with a loop over columns, those that store a row's end in C.
const char *productText();
const char *densePartsText();
const char *storeText();

/// dln_matvec_dual_row, say.
const char *denseKernelText(Kernel kernel);

/// dln_matvec_dual_row_sparse, say.
const char *sparseKernelText(Kernel kernel);

/// The definition of dln_matvec_dual_row_11, say. Without DSP instructions it
/// calls the kernel with the loop.
std::string unrolledKernelText(const UnrolledKernel &kernel);

/// The definition of soh_matvec_dual_row_sparse_0, say, for the prefix soh.
/// Without DSP instructions it calls what straightLoopText defines.
std::string straightKernelText(const StraightKernel &kernel, size_t number,
                               const std::string &prefix);

/// The loop in plain C over the blocks of a straight kernel, without
/// preprocessor lines around it.
std::string straightLoopText(Kernel kernel);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_KERNELTEXTS_H
