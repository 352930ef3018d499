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

/// The gains of values, one an element; zeros as long as nothing was passed.
class GainMap {
public:
  std::vector<double> &operator[](mlir::Value value);
  /// Adds the gains of a result, times `factor`, to an operand's.
  void pass(mlir::Value from, mlir::Value to,
            const std::vector<double> &factor = {1.0});
  bool contains(mlir::Value value) const { return gains.count(value); }
  const std::vector<double> &at(mlir::Value value) const {
    return gains.find(value)->second;
  }

private:
  llvm::DenseMap<mlir::Value, std::vector<double>> gains;
};

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

  /// From what a block's values pass on to its operands, last to first.
  mlir::LogicalResult backward(mlir::Block &block, GainMap &map) const;

private:
  mlir::LogicalResult recordStates(mlir::Block &block);

  RealRanges ranges;
  GainMap gains;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_GAINS_H
