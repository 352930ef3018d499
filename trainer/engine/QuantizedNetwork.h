// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantization-aware training: the forward pass is the compiled model, bit for
// bit, the backward pass that of the float network. Rounding counts as the
// identity (a straight-through estimate); what saturates takes no gradient.
//
//   features --round--> sums, SOH, age --integer program--> forecast
//                                            |
//   weights <--scanBackward-- dequantized trace <----'
#ifndef DLNET_TRAINER_ENGINE_QUANTIZEDNETWORK_H
#define DLNET_TRAINER_ENGINE_QUANTIZEDNETWORK_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"
#include "trainer/engine/Network.h"
#include "trainer/engine/Quantizer.h"

#include <torch/types.h>

#include <memory>

namespace dlnet {

/// Trains the float parameters of a network, which stay where they are: the
/// optimizer and checkpoints see them, and `network->store` writes them.
class QuantizedNetwork : public Forecaster {
public:
  /// `model` gives scaling, recorded ranges and sizes; its tensors are not
  /// read. The ranges choose the formats, so they must be recorded first and
  /// stay as they are.
  QuantizedNetwork(std::shared_ptr<Network> network, const FamilyModel &model,
                   const QuantizeOptions &options = {});

  /// The float network's result, but computed in integers from the current
  /// weights. The block sums, the newest SOH and the age are taken out of
  /// `features` [T, F, N] and rounded to the units in which the compiled model
  /// reads them: exactly the compiled model where the windows lie on that grid
  /// and the ages are whole cycles from 0 to 32767. Throws
  /// std::runtime_error if the compiler would refuse the weights.
  torch::Tensor forward(const torch::Tensor &features) override;

  /// SOH [N, H] forecast from windows of SOH [N, W] as the compiled model does;
  /// no gradient. `ages` [N] are the cycles lived at the newest SOH, which only
  /// a model that reads them needs.
  torch::Tensor forecast(const torch::Tensor &windows,
                         const torch::Tensor &ages = {});

  /// Whether the current weights can be compiled.
  Status check() const;

private:
  Result<QuantizedModel> quantize() const;

  std::shared_ptr<Network> network;
  FamilyModel shape;
  mutable Quantizer quantizer; ///< Keeps its context from step to step.
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_QUANTIZEDNETWORK_H
