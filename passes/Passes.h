// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations and registration of the lnn passes; Passes.td documents them.
#ifndef DLNET_PASSES_PASSES_H
#define DLNET_PASSES_PASSES_H

#include "dialect/Lnn.h"

#include "mlir/Pass/Pass.h"

namespace dlnet::lnn {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

/// Format of an operation's result (a FixedAttr), decided by lnn-quantize.
inline constexpr llvm::StringLiteral kFormatAttr = "lnn.format";
/// Bits of each input of an affine that enter its products: 8 or 16.
inline constexpr llvm::StringLiteral kOperandBitsAttr = "lnn.operand_bits";
/// Names of the buffers of an operation's results; for a scan, of its state.
inline constexpr llvm::StringLiteral kBuffersAttr = "lnn.buffers";
/// On a model: one dictionary for each buffer of the arena.
inline constexpr llvm::StringLiteral kArenaAttr = "lnn.arena";

/// Names of the buffers that belong to the caller.
inline constexpr llvm::StringLiteral kWindowBuffer = "window";
inline constexpr llvm::StringLiteral kForecastBuffer = "forecast";

} // namespace dlnet::lnn

#endif // DLNET_PASSES_PASSES_H
