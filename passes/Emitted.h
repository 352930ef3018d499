// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What of the emitted C follows from the IR alone: the emitter prints it, and
// lnn-annotate-cost counts it.
#ifndef DLNET_PASSES_EMITTED_H
#define DLNET_PASSES_EMITTED_H

#include "dialect/Lnn.h"
#include "passes/cost/Counts.h"

namespace dlnet::lnn {

/// sizeof(<name>_state) of a model with a planned arena.
int64_t stateBytes(ModelOp model);

/// How a number for each row stands in C.
enum class RowForm {
  Literal, ///< All rows have the same.
  Int16,   ///< A table of int16_t.
  Int32,   ///< A table of int32_t.
};
RowForm rowForm(llvm::ArrayRef<int32_t> values);

/// Whether Euler steps alone use what is shifted: each does it itself, for
/// the sum is free.
bool isPartOfSteps(RoundShiftS32Op op);

/// Counts the C of a model that has passed lnn-verify-target.
cost::Counts countEmitted(ModelOp model);

/// What each operation in memory adds to that: a scan, without its body. The
/// rest is the frame of the functions, and tables, which operations share.
llvm::DenseMap<mlir::Operation *, cost::Counts> countParts(ModelOp model);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_EMITTED_H
