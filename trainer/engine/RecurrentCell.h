// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cell as the network sees it: parameters for the scan, and the tensors of a
// family that they come from and go to. Each cell is a file of its own.
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
  /// Parameters for the scan, of which masked weights are 0.
  ScanTensors tensors() const;
  /// The tensors of a family, without "readout" and "basis".
  virtual std::vector<NamedTensor> named() const = 0;

  /// Gives the matrices masks of ones, of which `named` then has views, or
  /// takes their masks away.
  void useMasks(bool present);

protected:
  /// Registers `w`, `u` and `b` of P n rows: uniform weights, and biases of 0.
  RecurrentCell(const FamilyModel &shape, Random &random);

  /// Appends the rows of one projection as "cell.w<suffix>" and so on.
  void addProjection(std::vector<NamedTensor> &list, int64_t index,
                     const std::string &suffix) const;
  /// What the scan takes as `first` and `second`.
  virtual torch::Tensor first() const { return {}; }
  virtual torch::Tensor second() const { return {}; }

  int64_t units;
  torch::Tensor w, u, b, maskW, maskU;
};

std::shared_ptr<RecurrentCell> makeLiquidCell(const FamilyModel &shape,
                                              Random &random);
std::shared_ptr<RecurrentCell> makeLtcCell(const FamilyModel &shape,
                                           Random &random);
std::shared_ptr<RecurrentCell> makeCtRnnCell(const FamilyModel &shape,
                                             Random &random);
std::shared_ptr<RecurrentCell> makeCfcCell(const FamilyModel &shape,
                                           Random &random);

/// By `shape.cell`.
std::shared_ptr<RecurrentCell> makeCell(const FamilyModel &shape,
                                        Random &random);

// ---- For the files of the cells ----

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
