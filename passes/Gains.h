// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much each element of a value matters to the forecast, to first order:
// the derivative's magnitude, bounded operation by operation. Passes.td gives
// the formulas, at lnn-prune-weights.
#ifndef DLNET_PASSES_GAINS_H
#define DLNET_PASSES_GAINS_H

#include "dialect/Lnn.h"
#include "passes/RealRanges.h"

#include <map>
#include <vector>

namespace dlnet::lnn {

class Gains {
public:
  /// Analyses a real-level model of known sizes. Emits an error and fails where
  /// a state has no recorded range, or a factor no bound.
  mlir::LogicalResult analyze(ModelOp model);

  /// Mean change of the forecast over the horizon, in SOH, for each unit of
  /// change of an element, at most; zeros for a value that it does not read.
  std::vector<double> of(mlir::Value value) const;

  /// Greatest magnitude of each element while states are in their recorded
  /// ranges.
  std::vector<double> magnitudesOf(mlir::Value value) const;

private:
  using Map = llvm::DenseMap<mlir::Value, std::vector<double>>;

  mlir::LogicalResult recordStates(mlir::Block &block);
  mlir::LogicalResult backward(mlir::Block &block, Map &map) const;
  mlir::LogicalResult visit(mlir::Operation &op, Map &map) const;
  mlir::LogicalResult visitScan(ScanOp op, Map &map) const;
  mlir::LogicalResult visitProduct(MulOp op, Map &map) const;
  static std::vector<double> &entry(Map &map, mlir::Value value);
  /// Adds the gains of a result, times `factor`, to an operand's.
  static void pass(Map &map, mlir::Value from, mlir::Value to,
                   const std::vector<double> &factor);

  RealRanges ranges;
  Map gains;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_GAINS_H
