// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lnn-prove-ranges knows so far, for operations to go on from.
#ifndef DLNET_PASSES_RANGEPROOF_H
#define DLNET_PASSES_RANGEPROOF_H

#include "dialect/Lnn.h"
#include "passes/fixed/Interval.h"

namespace dlnet::lnn {

using IntegerRange = Ranged<int64_t>;
/// One for each element, or one for all.
using IntegerVectorRange = llvm::SmallVector<IntegerRange>;

inline constexpr Interval<int64_t> kWord{INT32_MIN, INT32_MAX};
inline constexpr Interval<int64_t> kHalf{INT16_MIN, INT16_MAX};

/// Bounds on the change of floor(v * factor / 2^shift + 1/2) when v changes by
/// something within `slope`.
Interval<int64_t> roundedSlope(Interval<int64_t> slope, int64_t factor,
                               unsigned shift);

class RangeProof {
public:
  /// Proves the operations of a block, which may know ranges from outside it.
  mlir::LogicalResult prove(mlir::Block &block);

  const IntegerVectorRange &get(mlir::Value value) const {
    return ranges.find(value)->second;
  }
  const IntegerRange &element(mlir::Value value, size_t index) const {
    const IntegerVectorRange &range = get(value);
    return range[range.size() == 1 ? 0 : index];
  }
  /// Of all elements together.
  Interval<int64_t> hullOf(mlir::Value value) const;

  /// Records the range of a result. Emits an error and fails when it leaves the
  /// result's type.
  mlir::LogicalResult set(mlir::Operation *op, IntegerVectorRange range);
  /// The same for a range that does not follow the state.
  mlir::LogicalResult set(mlir::Operation *op, Interval<int64_t> range) {
    return set(op, {IntegerRange::independent(range)});
  }
  /// Says what holds for a block's argument.
  void assume(mlir::Value value, IntegerRange range) {
    ranges[value] = {range};
  }
  void copy(mlir::Value from, mlir::Value to);

  using Ranges = llvm::DenseMap<mlir::Value, IntegerVectorRange>;
  /// For the body of a scan: nothing around it follows its states. What was
  /// known is given back, for when the scan is left.
  std::pair<Ranges, mlir::Value> enter();
  void leave(std::pair<Ranges, mlir::Value> around);
  /// Assumes what holds for the states of a scan, by one of which ranges are
  /// followed.
  void follow(ScanOp scan, mlir::Value state);
  /// Whether a value is a state of a scan that is not followed now.
  bool isUnfollowed(mlir::Value state) const;

  mlir::LogicalResult overflow(mlir::Operation *op, size_t row,
                               Interval<int64_t> range, unsigned bits = 32);

private:
  Ranges ranges;
  mlir::Value followed; ///< The state of the innermost scan.
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_RANGEPROOF_H
