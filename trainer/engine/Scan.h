// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scan as LibTorch sees it: one function with a gradient, and the same
// formulas recorded operation by operation, which it must equal.
#ifndef DLNET_TRAINER_ENGINE_SCAN_H
#define DLNET_TRAINER_ENGINE_SCAN_H

#include "trainer/engine/ScanKernel.h"

#include <torch/types.h>

namespace dlnet {

/// Parameters of a scan, as ScanWeights. `numbers` is undefined for cells
/// without unit parameters.
struct ScanTensors {
  torch::Tensor w;       ///< [P n, n]
  torch::Tensor u;       ///< [P n, F]
  torch::Tensor b;       ///< [P n]
  torch::Tensor numbers; ///< [Q, n]
};

/// Runs the scan from x = 0 over `features` [T, F, N] of single-precision
/// numbers, for which no gradient is computed. Returns the state after each
/// window step, [T, n, N], or only the last one, [n, N]; differentiable in the
/// parameters. Sizes are taken from the tensors, not from `shape`.
torch::Tensor scanStates(const ScanShape &shape, const ScanTensors &parameters,
                         const torch::Tensor &features);
torch::Tensor scanLast(const ScanShape &shape, const ScanTensors &parameters,
                       const torch::Tensor &features);

/// The states [T, n, N] by LibTorch's own operations and gradients.
torch::Tensor scanEagerly(const ScanShape &shape, const ScanTensors &parameters,
                          const torch::Tensor &features);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_SCAN_H
