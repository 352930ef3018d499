// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stages of training, each from a model to a better or smaller one:
//
//   train          shape              -> weights, with a teacher or without
//   recover        pruned model       -> the same zeros, other weights
//   tuneQuantized  model with ranges  -> weights that bear the int8 rounding
#ifndef DLNET_TRAINER_TRAIN_H
#define DLNET_TRAINER_TRAIN_H

#include "frontend/family/Family.h"
#include "frontend/series/Split.h"
#include "frontend/support/Result.h"
#include "trainer/Fit.h"
#include "trainer/Samples.h"
#include "trainer/Teacher.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dlnet {

/// A model with weights, recorded ranges and errors, and how it got there.
struct Trained {
  FamilyModel model;
  std::vector<Epoch> epochs;
};

class Trainer {
public:
  struct Options {
    int64_t window = 100, horizon = 100; ///< Cycles.
    int64_t stride = 1; ///< Cycles between training windows of a battery.
    /// The block of the student, and those of its teachers.
    std::vector<int64_t> blocks;
    double outputScale = 100;
    Augmentation augmentation;
  };

  /// Cuts the batteries into windows. Fails when a block does not divide the
  /// window or a side has no window.
  static Result<Trainer> create(const Split &split, const Options &options);

  /// The same from windows; `plain` are those training windows that are as
  /// they were measured.
  static Result<Trainer> create(const WindowSet &training,
                                const WindowSet &plain,
                                const WindowSet &validation,
                                const WindowSet &test, const Options &options);

  /// Trains a new network of `shape` from its seed.
  Result<Trained> train(const FamilyModel &shape,
                        const Distillation &distillation,
                        const FitOptions &options, const EpochDone &done);

  /// Trains a model on; what its masks hold at 0 stays 0.
  Result<Trained> recover(const FamilyModel &model,
                          const Distillation &distillation,
                          const FitOptions &options, const EpochDone &done);

  /// Trains a model on under the compiler's own integer arithmetic. The
  /// recorded ranges stay, because they choose the integers' units.
  Result<Trained> tuneQuantized(const FamilyModel &model,
                                const Distillation &distillation,
                                const FitOptions &options,
                                const EpochDone &done);

  /// Another network in the same windows, such as a baseline.
  Result<std::vector<Epoch>> trainBaseline(Forecaster &network,
                                           const FamilyModel &reads,
                                           const FitOptions &options);

  /// Principal curves of the training windows' futures, augmented by speed.
  Basis curves(int64_t count) const;

private:
  /// Fits `forecaster`, whose weights are those of `network`, and stores them
  /// in a copy of `model`.
  Result<Trained>
  trainOn(Forecaster &forecaster, const std::shared_ptr<Network> &network,
          const FamilyModel &model, const Distillation &distillation,
          const FitOptions &fitting, const EpochDone &done) const;
  /// Records the errors on the validation and the test batteries.
  void measure(const std::shared_ptr<Network> &network,
               FamilyModel &model) const;

  Options options;
  Samples training; ///< With copies at other speeds.
  Samples plain;    ///< Training windows as they are, to record ranges.
  Samples validation, test;
};

/// Whether cell and solver of `shape` go together, and its sizes are possible.
Status checkShape(const FamilyModel &shape);

/// SOH [N, H] that a network forecasts which reads what `model` reads.
RowMatrix forecastSoh(Forecaster &network, const FamilyModel &model,
                      const WindowSet &windows);

} // namespace dlnet

#endif // DLNET_TRAINER_TRAIN_H
