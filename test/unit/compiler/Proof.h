// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The proved bound of a network's int8 error, to hold forecasts to.
#ifndef DLNET_TEST_UNIT_COMPILER_PROOF_H
#define DLNET_TEST_UNIT_COMPILER_PROOF_H

#include "frontend/Compiler.h"
#include "passes/ErrorBound.h"
#include "passes/Executor.h"

namespace dlnet::test {

/// Of a discretized model, which stays as it is.
class Proof {
public:
  Proof(Compiler &compiler, const CompiledModel &discretized,
        const CompileOptions &options);

  /// Whether there is a bound, and a float executor to compare with.
  bool holds() const {
    return mlir::succeeded(bound) && mlir::succeeded(executor);
  }

  /// Holds a forecast to the bound if that says anything of this window.
  /// Returns whether it does.
  bool expectNear(const std::vector<int16_t> &window, uint32_t age,
                  const std::vector<int16_t> &forecast);

private:
  CompiledModel quantized;
  mlir::FailureOr<lnn::ErrorBound> bound = mlir::failure();
  mlir::FailureOr<lnn::FloatExecutor> executor = mlir::failure();
  bool fits = true; ///< What must, in the last run.
};

} // namespace dlnet::test

#endif // DLNET_TEST_UNIT_COMPILER_PROOF_H
