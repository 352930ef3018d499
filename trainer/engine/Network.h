// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The networks that are trained, as LibTorch modules. Those that a family can
// hold are recurrent; baselines share only the training interface.
//
//   features [T,F,N] --scan--> states [T,n,N] --last--> state [n,N]
//        state --readout--> coefficients [k,N] --curves--> forecast [N,H]
//
// The batch is the last dimension inside, so that the samples of a tile lie
// side by side.
#ifndef DLNET_TRAINER_ENGINE_NETWORK_H
#define DLNET_TRAINER_ENGINE_NETWORK_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"
#include "trainer/engine/Basis.h"
#include "trainer/engine/RecurrentCell.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dlnet {

/// What training needs of any network.
class Forecaster : public torch::nn::Module {
public:
  /// Of `features` [T, F, N], the change of SOH from the newest cycle to each
  /// of the next H, times the output scale: [N, H].
  virtual torch::Tensor forward(const torch::Tensor &features) = 0;

  /// The parameters that are matrices, and so decay, or the others.
  std::vector<torch::Tensor> matrices() const;
  std::vector<torch::Tensor> vectors() const;
  virtual int64_t parameterCount() const;

  /// Copies of all parameters, and the way back.
  std::vector<torch::Tensor> snapshot() const;
  void restore(const std::vector<torch::Tensor> &values);

  /// Rounds each row of each matrix to 8-bit integers with its own scale.
  void roundRowsToInt8();
};

class Network : public Forecaster {
public:
  /// `shape` gives cell, solver, units, window, block, basis and horizon; the
  /// weights come from `seed`.
  Network(const FamilyModel &shape, const Basis &basis, uint64_t seed);

  struct Outputs {
    torch::Tensor forecast; ///< [N, H]
    torch::Tensor states;   ///< [T, n, N], after each window step.
  };

  torch::Tensor forward(const torch::Tensor &features) override;
  /// Forecast and trajectory from one scan.
  Outputs run(const torch::Tensor &features);
  /// The trajectory alone, [T, n, N].
  torch::Tensor states(const torch::Tensor &features);
  /// Every state that occurs, from the first 0 on and in between sub-steps:
  /// [T * steps + 1, n, N], without gradients.
  torch::Tensor allStates(const torch::Tensor &features);
  torch::Tensor coefficients(const torch::Tensor &features); ///< [k, N]
  /// What follows the scan: [n, N] to [k, N], and [k, N] to [N, H].
  torch::Tensor readOut(const torch::Tensor &state);
  torch::Tensor expand(const torch::Tensor &coefficients);

  /// Without what a projection does not read.
  int64_t parameterCount() const override;

  /// Parameters for a scan of one's own, of which masked weights are 0.
  const ScanShape &scanShape() const { return scan; }
  ScanTensors scanTensors() const { return cell->tensors(); }

  /// From now on the weights where a mask is 0 are 0 and take no gradient;
  /// matrices without a mask are dense. Keys are those of the matrices in a
  /// family. Fails, and changes nothing, on an unknown key or another shape
  /// than the matrix's.
  Status setMasks(const std::map<std::string, Tensor> &masks);
  /// Sets the weights under the masks to 0 again, away from which momentum may
  /// have carried them where nobody sees it.
  void settle();

  /// Writes tensors and masks into `model`.
  void store(FamilyModel &model) const;
  /// The way back. Fails if `model` has not this network's tensors, or a time
  /// constant with which this network's solver would not be stable.
  Status load(const FamilyModel &model);
  using torch::nn::Module::load; // Of archives, which this is not to hide.

private:
  /// All tensors by their keys in a family; views of the parameters.
  std::vector<NamedTensor> named() const;

  ScanShape scan;
  std::shared_ptr<RecurrentCell> cell;
  torch::Tensor readoutW, readoutB, curves, mean;
  torch::Tensor maskReadout, maskCurves;
  std::map<std::string, Tensor> heldMasks; ///< As they were set.
};

/// The curves [H, k] and the mean [H] as tensors.
torch::Tensor curvesOf(const Basis &basis);
torch::Tensor meanOf(const Basis &basis);

/// A network with `shape`'s cell and solver, and first weights from `seed`.
std::shared_ptr<Network> makeNetwork(const FamilyModel &shape,
                                     const Basis &basis, uint64_t seed);

/// The network that `model` holds; fails as `Network::load` does.
Result<std::shared_ptr<Network>> loadNetwork(const FamilyModel &model);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_NETWORK_H
