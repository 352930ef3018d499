// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-prove-ranges says that no intermediate wraps. Here a second opinion looks
// at every value that an executor computes, in 64 bits.
#ifndef DLNET_TEST_HUNT_INTEGERPROOF_H
#define DLNET_TEST_HUNT_INTEGERPROOF_H

#include "passes/Executor.h"

#include <string>
#include <vector>

namespace dlnet::hunt {

class IntegerProof {
public:
  /// An observer of an IntegerExecutor that reports to this object, which must
  /// outlive it.
  lnn::Observer<int16_t> observer();

  /// The first thing that was not as proved, or nothing.
  const std::string &fault() const { return text; }

private:
  void look(mlir::Value value, llvm::ArrayRef<int32_t> elements);
  void lookAtProduct(lnn::MatvecS8Op op, llvm::ArrayRef<int32_t> elements);
  template <typename Op, typename Fn>
  void lookAtBinary(Op op, llvm::ArrayRef<int32_t> elements, Fn exact);
  void fail(mlir::Operation *op, const std::string &what);

  /// What each value was last.
  llvm::DenseMap<mlir::Value, std::vector<int32_t>> last;
  std::string text;
};

} // namespace dlnet::hunt

#endif // DLNET_TEST_HUNT_INTEGERPROOF_H
