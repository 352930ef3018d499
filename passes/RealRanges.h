// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranges of the values of a real-level network, from its weights alone. The
// solver's stability check and the choice of fixed-point formats rest on them.
#ifndef DLNET_PASSES_REALRANGES_H
#define DLNET_PASSES_REALRANGES_H

#include "dialect/Lnn.h"
#include "passes/fixed/VectorRange.h"

#include "llvm/ADT/DenseMap.h"

namespace dlnet::lnn {

using RealVectorRange = fixed::VectorRange;
using fixed::elementOf;

class RealRanges {
public:
  /// Analyses a whole model. The window holds what its integers can express.
  void analyze(ModelOp model);

  /// Evaluates the operations of a block whose arguments have been set.
  void evaluate(mlir::Block &block);

  void set(mlir::Value value, RealVectorRange range);
  /// The range of a value; unbounded when nothing is known of it.
  const RealVectorRange &get(mlir::Value value) const;
  /// The range that covers all elements.
  Interval<double> hullOf(mlir::Value value) const;

  /// Whether t * a + (1 - t) * b is seen to lie between a and b. It costs the
  /// formats of networks that do without their width, so that it is used where
  /// nothing else bounds a state.
  bool seesMeans = false;

private:
  llvm::DenseMap<mlir::Value, RealVectorRange> ranges;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_REALRANGES_H
