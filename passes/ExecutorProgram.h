// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the executors share; not for anyone else.
#ifndef DLNET_PASSES_EXECUTORPROGRAM_H
#define DLNET_PASSES_EXECUTORPROGRAM_H

#include "passes/Executor.h"

#include <Eigen/Core>

#include <optional>

namespace dlnet::lnn::detail {

template <typename T> class Program {
public:
  /// The integer level computes in 32 bits; its 16-bit values fit too.
  using Number = std::conditional_t<std::is_same_v<T, float>, float, int32_t>;
  using Slot = Eigen::Array<Number, Eigen::Dynamic, 1>;
  using Step = std::function<void()>;
  using Steps = std::vector<Step>;

  explicit Program(Observer<T> observer) : observer(std::move(observer)) {}

  mlir::LogicalResult compile(ModelOp model);

  /// Where a port's value is, how many elements it (or a row of it) has, and
  /// what it is limited to where it enters.
  struct Port {
    size_t slot;
    Number low, high;
  };

  std::vector<Slot> slots;
  Steps steps;
  std::vector<Port> inputs;
  std::vector<size_t> outputs;
  std::vector<size_t> inputSizes, outputSizes;
  std::optional<size_t> count; ///< The input that counts.
  bool stream = false;

  // What operations make their steps of.

  size_t slotOf(mlir::Value value);
  mlir::FailureOr<Steps> compileBlock(mlir::Block &block);

  /// slots[to][i] = fn(slots[a][i], slots[b][i]), repeating single elements.
  template <typename Fn>
  Step elementwise(mlir::Value a, mlir::Value b, mlir::Value to, Fn fn) {
    size_t x = slotOf(a), y = slotOf(b), z = slotOf(to);
    return [this, x, y, z, fn] {
      const Slot &lhs = slots[x], &rhs = slots[y];
      Slot &out = slots[z];
      Eigen::Index strideX = lhs.size() != 1, strideY = rhs.size() != 1;
      for (Eigen::Index i = 0; i < out.size(); ++i)
        out[i] = fn(lhs[i * strideX], rhs[i * strideY], i);
    };
  }

private:
  mlir::FailureOr<Step> compileFrame(mlir::Operation *op);
  mlir::FailureOr<Step> compileScan(ScanOp op);
  mlir::FailureOr<Step> compileStack(StackOp op);
  void compilePorts(ModelOp model);
  /// The operations of one level.
  mlir::FailureOr<Step> compileOp(mlir::Operation *op);
  void setConstant(ConstantOp op, Slot &slot);

  llvm::DenseMap<mlir::Value, size_t> slotIndex;
  Observer<T> observer;
};

} // namespace dlnet::lnn::detail

#endif // DLNET_PASSES_EXECUTORPROGRAM_H
