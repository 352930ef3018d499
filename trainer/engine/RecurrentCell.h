// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell as the network sees it: parameters for the scan, and the tensors of a
// family that they come from and go to, as frontend/network/cells describes
// them.
#ifndef DLNET_TRAINER_ENGINE_RECURRENTCELL_H
#define DLNET_TRAINER_ENGINE_RECURRENTCELL_H

#include "frontend/family/Family.h"
#include "frontend/series/Random.h"
#include "trainer/engine/Scan.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

namespace dlnet {

/// A tensor of a family and where it lives in a network.
struct NamedTensor {
  std::string key;
  torch::Tensor tensor; ///< A view of a parameter.
  torch::Tensor mask;   ///< 0 where a weight stays 0, else 1; or undefined.
  /// Where positive, a family's number is `floor + softplus(tensor)`; else it
  /// is the tensor's own. So training cannot make it 0 or negative.
  double floor = 0;
};

class RecurrentCell : public torch::nn::Module {
public:
  /// Registers `w`, `u` and `b` of P n rows, and each unit parameter by its
  /// key, with the first values that the cell says; W and U are uniform.
  RecurrentCell(const FamilyModel &shape, Random &random);

  /// Parameters for the scan, of which masked weights are 0.
  ScanTensors tensors() const;
  /// The tensors of a family, without "readout" and "basis".
  std::vector<NamedTensor> named() const;

  /// Gives the matrices masks of ones, of which `named` then has views, or
  /// takes their masks away.
  void useMasks(bool present);

private:
  /// Masks of ones, and of zeros where a projection does not read.
  torch::Tensor structure(const torch::Tensor &matrix, bool ofState) const;
  void addNumbers(const FamilyModel &shape, Random &random);

  std::vector<cells::Projection> projections;
  std::vector<cells::UnitParameter> parameters;
  bool readsAll = true; ///< Every projection reads state and input.
  int64_t units;
  torch::Tensor w, u, b, maskW, maskU;
  std::vector<torch::Tensor> numbers; ///< Positive ones as `positive` takes.
  std::vector<double> floors;
};

/// `weights`, 0 where there is a mask that says so.
torch::Tensor masked(const torch::Tensor &weights, const torch::Tensor &mask);

/// Uniform in [-bound, bound).
torch::Tensor uniformTensor(at::IntArrayRef sizes, double bound,
                            Random &random);

/// `units` numbers from `low` to `high`, equally spaced; their mean for one.
torch::Tensor spread(int64_t units, double low, double high);
/// The same with equal ratios.
torch::Tensor spreadRatios(int64_t units, double low, double high);

/// floor + log(1 + exp(raw)), and the way back for values above the floor.
torch::Tensor positive(const torch::Tensor &raw, double floor);
torch::Tensor inversePositive(const torch::Tensor &value, double floor);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_RECURRENTCELL_H
