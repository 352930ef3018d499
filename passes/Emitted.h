// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What of the emitted C follows from the IR alone: the emitter prints it, and
// lnn-annotate-cost counts it.
#ifndef DLNET_PASSES_EMITTED_H
#define DLNET_PASSES_EMITTED_H

#include "dialect/Lnn.h"
#include "passes/targets/Counts.h"

namespace dlnet::lnn {

/// Whether C can be made of a model, and counted: every operation is one of the
/// target's, stands where it must, and has its packing and its buffers. Emits
/// an error and fails otherwise.
mlir::LogicalResult checkTarget(ModelOp model);

/// Bytes of a planned arena.
int64_t arenaBytes(ModelOp model);

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

/// Counts the C of a model that checkTarget has passed.
cost::Counts countEmitted(ModelOp model);

/// What each operation in memory adds to that: a scan, without its body. The
/// rest is the frame of the functions, and tables, which operations share.
llvm::DenseMap<mlir::Operation *, cost::Counts> countParts(ModelOp model);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_EMITTED_H
