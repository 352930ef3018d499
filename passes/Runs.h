// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an instruction saved is worth depends on how often it runs.
#ifndef DLNET_PASSES_RUNS_H
#define DLNET_PASSES_RUNS_H

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// How often a forecast runs an operation of a network of known sizes, or one
/// step of a stream.
inline int64_t runsOf(mlir::Operation *op) {
  int64_t runs = 1;
  for (auto scan = op->getParentOfType<ScanOp>(); scan;
       scan = scan->getParentOfType<ScanOp>())
    if (!mlir::ShapedType::isDynamic(scan.getTripCount()))
      runs *= scan.getTripCount();
  return runs;
}

} // namespace dlnet::lnn

#endif // DLNET_PASSES_RUNS_H
