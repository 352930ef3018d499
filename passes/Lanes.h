// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a unit is in IR: the same lane of all values that are connected element
// by element. Pruning zeroes lanes, elimination removes those that are dead.
#ifndef DLNET_PASSES_LANES_H
#define DLNET_PASSES_LANES_H

#include "dialect/Lnn.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/IntEqClasses.h"

#include <optional>

namespace dlnet::lnn {

/// The values of a real-level network of known sizes in classes. Sequences have
/// no class, nor have constants: each use may take the lanes that it needs.
class Lanes {
public:
  using Class = unsigned;

  explicit Lanes(ModelOp model);

  std::optional<Class> classOf(mlir::Value value) const;
  unsigned size() const { return classes.size(); }
  int64_t lanesOf(Class index) const { return classes[index].lanes; }
  /// Whether the state of a scan or an ode is in the class.
  bool holdsState(Class index) const { return classes[index].state; }

  /// For each class the lanes on which the forecast depends: through weights
  /// that are not zero, and through what looks at more than its own lane.
  llvm::SmallVector<llvm::BitVector> alive() const;

private:
  struct Members {
    int64_t lanes = 0;
    bool state = false;
    bool whole = false; ///< Something reads or fixes all of its lanes.
    llvm::SmallVector<AffineOp> makers;
  };

  void number(mlir::Value value);
  void connect(mlir::Operation *op);
  /// Joins what has as many lanes as `to`; what repeats one lane is whole.
  void join(mlir::ValueRange values, mlir::Value to);

  llvm::DenseMap<mlir::Value, unsigned> numbers;
  llvm::IntEqClasses joined;
  llvm::SmallVector<unsigned> wholeNumbers, stateNumbers;
  llvm::SmallVector<Members> classes;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_LANES_H
