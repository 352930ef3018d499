// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training may be stopped at any moment. After each epoch its whole state is
// written aside and renamed, so there is always a complete one to go on from.
#ifndef DLNET_TRAINER_CHECKPOINT_H
#define DLNET_TRAINER_CHECKPOINT_H

#include "frontend/support/Result.h"

#include <torch/nn/module.h>
#include <torch/optim/adamw.h>

#include <string>
#include <vector>

namespace dlnet {

struct Epoch;

class Checkpoint {
public:
  /// Keeps `network`, the tensors of `extra` and the moments of `optimizer` in
  /// the file `path`; nowhere when that is empty. `run` tells one run from
  /// another.
  Checkpoint(std::string path, std::string run, torch::nn::Module &network,
             std::vector<torch::Tensor> extra, torch::optim::AdamW &optimizer);

  /// Restores the state after the last epoch that was kept, and the figures of
  /// all epochs so far; does nothing where there is no file. Fails on one that
  /// belongs to another run, or is not what keep() wrote to the last bit.
  Status resume(std::vector<Epoch> &epochs);

  /// Replaces the file; after a failure the one before is still there.
  Status keep(const std::vector<Epoch> &epochs);

private:
  std::string path, run;
  torch::nn::Module &network;
  std::vector<torch::Tensor> extra;
  torch::optim::AdamW &optimizer;
};

} // namespace dlnet

#endif // DLNET_TRAINER_CHECKPOINT_H
