// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a model on the host: the real level in single precision, the integer
// level by the formulas of dialect/SPEC.md. The integer executor is what the
// emitted C must equal bit for bit.
#ifndef DLNET_PASSES_EXECUTOR_H
#define DLNET_PASSES_EXECUTOR_H

#include "dialect/Lnn.h"

#include <functional>
#include <memory>
#include <vector>

namespace dlnet::lnn {

namespace detail {
template <typename T> class Program;
}

/// Called with every value that a model computes, as often as it does: the
/// state of a scan in each of its steps. Integers are those of the C.
template <typename T>
using Observer = std::function<void(
    mlir::Value, llvm::ArrayRef<std::conditional_t<std::is_same_v<T, float>,
                                                   float, int32_t>>)>;

/// A model made ready to run; independent of the IR that it came from.
/// `T` is float for the real level and int16_t for the integer level.
template <typename T> class Executor {
public:
  /// Emits an error and fails on an operation of the other level. With an
  /// observer the model must outlive the executor.
  static mlir::FailureOr<Executor> compile(ModelOp model,
                                           Observer<T> observer = {});

  Executor(Executor &&) noexcept;
  Executor &operator=(Executor &&) noexcept;
  ~Executor();

  /// A value of each input port in, a value of each output port out, row by
  /// row. A port's value has inputSizes() or outputSizes() elements; a stream
  /// takes any number of such rows at once, of every port as many, and gives as
  /// many, from its first state on. Integers count as the nearest that their
  /// port allows; on the real level only counts do, from above.
  /// Not for concurrent use of one executor.
  void run(llvm::ArrayRef<llvm::ArrayRef<T>> inputs,
           std::vector<std::vector<T>> &outputs);

  /// The same for a model of one window, perhaps a count, and one output:
  /// forecasts from `window` (windowSize elements) into `forecast`
  /// (horizonSize elements). `age` counts only where the model reads it.
  void run(const T *window, T *forecast, uint32_t age = 0);

  /// Elements of a value of each port; of one row of a stream.
  llvm::ArrayRef<size_t> inputSizes() const;
  llvm::ArrayRef<size_t> outputSizes() const;

  size_t windowSize() const { return inputSizes()[0]; }
  size_t horizonSize() const { return outputSizes()[0]; }

private:
  explicit Executor(std::unique_ptr<detail::Program<T>> program);
  std::unique_ptr<detail::Program<T>> program;
};

using FloatExecutor = Executor<float>;
using IntegerExecutor = Executor<int16_t>;

} // namespace dlnet::lnn

#endif // DLNET_PASSES_EXECUTOR_H
