// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One stage of training: absolute loss on augmented windows, AdamW under a
// warm-up and a cosine, a teacher or none. Every stage (from scratch,
// recovery, quantization-aware) is this loop with other numbers.
#ifndef DLNET_TRAINER_FIT_H
#define DLNET_TRAINER_FIT_H

#include "frontend/support/Result.h"
#include "trainer/Samples.h"
#include "trainer/Teacher.h"
#include "trainer/engine/Network.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dlnet {

/// How the student follows its teacher, beside the data. The loss is
///   (1 - s) |y - data| + s |y - teacher| + t (A x - x_teacher)^2
/// with the share s, the weight t of the trajectory, the states x after each
/// step of both, and a map A that is learned along. Shares go linearly over
/// the stage from the first to the last value.
struct Distillation {
  const Teacher *teacher = nullptr; ///< None: the data alone.
  double firstShare = 0.5, lastShare = 0.5;
  double trajectory = 0;
};

/// Pruning along the way: this share of the 2x2 blocks of each product of the
/// state is held at 0 once `epochs` have passed, and less before, because what
/// goes a little at a time leaves the rest time to take over (Zhu and Gupta,
/// arXiv 1710.01878, whose cubic schedule this is).
struct Pruning {
  double share = 0;   ///< None: 0.
  int64_t epochs = 0; ///< All at once: 0.

  /// While the epoch with this index runs.
  double shareAt(int64_t epoch) const;
};

struct FitOptions {
  int64_t epochs = 24; ///< Passes over the training windows.
  int64_t batch = 256;
  double rate = 1.2e-2; ///< Peak learning rate.
  double decay = 1e-4;  ///< Weight decay of matrices.
  uint64_t seed = 1;    ///< Order of windows, augmentation.
  Augmentation augmentation;
  Pruning pruning; ///< Only a `Network` can be pruned.
  /// Where to keep the state of training after an epoch; empty for nowhere. A
  /// run that finds the state of an equal run goes on from it, and ends with
  /// the same weights as one that was not stopped.
  std::string checkpoint;
};

struct Epoch {
  double loss = 0;          ///< Mean over the epoch, in 0.01 SOH.
  double validationMae = 0; ///< After it, in SOH.
};

/// Called after every epoch with its number, from 1, and its figures.
using EpochDone = std::function<void(int64_t, const Epoch &)>;

/// Trains in place on `train` and keeps the weights of the last epoch: the
/// learning rate has then come to rest, and the validation cells have chosen
/// nothing yet. `model` says what the network reads. The network is a
/// `Network` where trajectories are followed or weights pruned. Fails when a
/// checkpoint belongs to another run, or cannot be read or written.
Result<std::vector<Epoch>> fit(Forecaster &network, const FamilyModel &model,
                               const Samples &train, const Samples &validation,
                               const Distillation &distillation,
                               const FitOptions &options,
                               const EpochDone &done);

/// Mean absolute error over all windows, in SOH, of whatever gives of a view
/// the changes [N, H] times the output scale.
double measureMae(const std::function<torch::Tensor(const View &)> &forecast,
                  const Samples &samples, double outputScale);
/// That of a network that reads what `model` reads.
double measureMae(Forecaster &network, const FamilyModel &model,
                  const Samples &samples);

} // namespace dlnet

#endif // DLNET_TRAINER_FIT_H
