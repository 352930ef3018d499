// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The proved bound of a network's int8 error, to hold forecasts to.
#ifndef DLNET_TEST_TOOLS_PROOF_H
#define DLNET_TEST_TOOLS_PROOF_H

#include "frontend/compile/Compiler.h"
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

  /// What the bound says of one forecast.
  struct Verdict {
    bool applies = false;  ///< The real network stayed in its formats.
    bool finite = true;    ///< The real network's forecast.
    double greatest = 0;   ///< Error over bound, of the worst element.
    std::string violation; ///< Empty, or the element beyond its bound.
  };
  Verdict judge(const std::vector<int16_t> &window, uint32_t age,
                const std::vector<int16_t> &forecast);

private:
  CompiledModel quantized;
  mlir::FailureOr<lnn::ErrorBound> bound = mlir::failure();
  mlir::FailureOr<lnn::FloatExecutor> executor = mlir::failure();
  bool fits = true; ///< What must, in the last run.
};

} // namespace dlnet::test

#endif // DLNET_TEST_TOOLS_PROOF_H
