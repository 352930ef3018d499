// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The liquid student as LibTorch sees it. This is the only header that
// includes LibTorch, which costs half a minute a file.
//
//   features [T,3,N] --U--> drive [T,2n,N] --scan--> state [n,N]
//        state --readout--> coefficients [k,N] --curves--> delta [N,H]
//
// The batch is the last dimension inside, so that the gate and the attractor
// halves of a step are contiguous.
#ifndef DLNET_TRAINER_LIQUIDNETWORK_H
#define DLNET_TRAINER_LIQUIDNETWORK_H

#include "frontend/Family.h"
#include "trainer/Basis.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace dlnet {

/// Runs dx/dt = f*(a - x), f = sigmoid(z_f), a = tanh(z_a),
/// z = w x + drive_t, from x = 0 by explicit Euler: `steps` sub-steps of length
/// `h` for each t. `w` [2n, n] and `drive` [T, 2n, N] hold the gate's rows
/// first. Returns the last state [n, N], differentiable in both.
torch::Tensor liquidScan(const torch::Tensor &w, const torch::Tensor &drive,
                         int64_t steps, double h);

/// Every state of the same scan, [T*steps + 1, n, N]; no gradients.
torch::Tensor liquidStates(const torch::Tensor &w, const torch::Tensor &drive,
                           int64_t steps, double h);

class LiquidNetwork : public torch::nn::Module {
public:
  /// `shape` gives units, basis, horizon and solver; weights come from `seed`.
  LiquidNetwork(const FamilyModel &shape, const Basis &basis, uint64_t seed);

  torch::Tensor drive(const torch::Tensor &features);        ///< [T, 2n, N]
  torch::Tensor coefficients(const torch::Tensor &features); ///< [k, N]
  torch::Tensor forward(const torch::Tensor &features);      ///< [N, H]
  torch::Tensor states(const torch::Tensor &features);

  /// The parameters that are matrices, and so decay, or the others.
  std::vector<torch::Tensor> matrices() const;
  std::vector<torch::Tensor> vectors() const;

  /// Copies of all parameters, and the way back.
  std::vector<torch::Tensor> snapshot() const;
  void restore(const std::vector<torch::Tensor> &values);

  /// Rounds each row of each matrix to 8-bit integers with its own scale.
  void roundRowsToInt8();

  /// Writes the tensors and the number of parameters into `model`.
  void store(FamilyModel &model) const;
  /// The way back; `model` has this network's shape.
  void load(const FamilyModel &model);

private:
  /// The tensors by their keys in a family; views of the parameters.
  std::vector<std::pair<const char *, torch::Tensor>> named() const;

  int64_t units, substeps;
  double stepLength;
  torch::Tensor w, u, b, readoutW, readoutB, curves, mean;
};

} // namespace dlnet

#endif // DLNET_TRAINER_LIQUIDNETWORK_H
