// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations and registration of the lnn passes; Passes.td documents them.
#ifndef DLNET_PASSES_PASSES_H
#define DLNET_PASSES_PASSES_H

#include "dialect/Lnn.h"
#include "passes/fixed/Knots.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlnet::lnn {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

/// Names of the buffers that belong to the caller.
inline constexpr llvm::StringLiteral kWindowBuffer = "window";
inline constexpr llvm::StringLiteral kForecastBuffer = "forecast";

} // namespace dlnet::lnn

#endif // DLNET_PASSES_PASSES_H
