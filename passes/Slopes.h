// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By how much one step of a recurrence moves when its state does: bounds on the
// derivatives of everything in a scan's body by the scan's state. Signs are
// kept, for x and -f * x belong together.
#ifndef DLNET_PASSES_SLOPES_H
#define DLNET_PASSES_SLOPES_H

#include "dialect/Lnn.h"
#include "passes/RealRanges.h"

#include "llvm/ADT/DenseMap.h"

namespace dlnet::lnn {

/// Bounds on the derivatives of each element of a value (rows) by each element
/// of a state (columns).
struct Jacobian {
  size_t rows = 0, columns = 0;
  std::vector<Interval<double>> entries;

  Jacobian(size_t rows, size_t columns)
      : rows(rows), columns(columns), entries(rows * columns) {}
  static Jacobian identity(size_t size);

  Interval<double> &at(size_t i, size_t j) { return entries[i * columns + j]; }
  Interval<double> at(size_t i, size_t j) const {
    return entries[i * columns + j];
  }
  /// The chain rule: of what follows `inner` by this.
  Jacobian after(const Jacobian &inner) const;
  /// Greatest magnitude of what comes out when what goes in changes by at most
  /// these.
  std::vector<double> carry(const std::vector<double> &change) const;
};

/// Derivatives by the state of one scan of the discretized real level. `ranges`
/// says where the values of its body lie, whatever the state is.
class Slopes {
public:
  explicit Slopes(const RealRanges &ranges) : ranges(ranges) {}

  /// What the scan's body yields, by the state that it takes. An error, and
  /// failure, where an operation of the body has no rule.
  mlir::FailureOr<Jacobian> ofStep(ScanOp scan);

  // What operations ask and say (RealOpInterface).

  const RealRanges &getRanges() const { return ranges; }
  size_t columnCount() const { return columns; }
  /// Of a value that does not follow the state all are 0.
  Jacobian of(mlir::Value value) const;
  bool follows(mlir::Value value) const { return found.count(value); }
  Interval<double> rangeOf(mlir::Value value, size_t i) const;
  void set(mlir::Value value, Jacobian slopes) {
    found.insert({value, std::move(slopes)});
  }
  /// Sets those of the result: the sum of the operands', each times a factor of
  /// its element, `factor(operand, i)`.
  mlir::LogicalResult
  combine(mlir::Operation *op,
          llvm::function_ref<Interval<double>(unsigned, size_t)> factor);

private:
  mlir::LogicalResult visit(mlir::Operation *op);

  const RealRanges &ranges;
  size_t columns = 0;
  llvm::DenseMap<mlir::Value, Jacobian> found;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_SLOPES_H
