// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a student's parameters are worth without recurrence: the same inputs and
// the same curves, with one hidden layer between.
//
//   features [T,F,N] --flat--> tanh(W1 . + b1) --W2, b2--> coefficients [k,N]
//        coefficients --curves--> forecast [N,H]
#ifndef DLNET_TRAINER_ENGINE_MLP_H
#define DLNET_TRAINER_ENGINE_MLP_H

#include "trainer/engine/Network.h"

#include <torch/types.h>

#include <cstdint>

namespace dlnet {

class Mlp : public Forecaster {
public:
  /// As many hidden units as come closest to `parameters` numbers in all, with
  /// the inputs, basis and horizon of `shape`; at least one.
  Mlp(const FamilyModel &shape, const Basis &basis, int64_t parameters,
      uint64_t seed);

  torch::Tensor forward(const torch::Tensor &features) override;

private:
  torch::Tensor hiddenW, hiddenB, readoutW, readoutB, curves, mean;
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_MLP_H
