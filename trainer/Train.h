// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From cells to a family with one liquid student: split by cell, train, choose
// the epoch on validation cells, judge once on test cells.
#ifndef DLNET_TRAINER_TRAIN_H
#define DLNET_TRAINER_TRAIN_H

#include "frontend/Family.h"
#include "frontend/Result.h"
#include "trainer/cells/Cells.h"
#include "trainer/cells/Floors.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dlnet {

struct TrainOptions {
  std::string familyName = "soh";
  std::string source;                  ///< Recorded as the origin of the cells.
  double nominalAh = 1.1;              ///< Recorded; the cells are SOH already.
  int64_t window = 100, horizon = 100; ///< Cycles.
  int64_t units = 16, block = 10, basis = 6;
  int64_t epochs = 40, batch = 1024;
  int64_t stride = 1;   ///< Cycles between training windows of a cell.
  double rate = 1.2e-2; ///< Peak learning rate.
  double decay = 1e-4;  ///< Weight decay of matrices.
  uint64_t seed = 1;    ///< Initial weights and order of windows.
  uint64_t splitSeed = 1;
  /// Families whose liquid networks teach together: the mean of their
  /// forecasts is a second target.
  std::vector<Family> teachers;
  double teacherShare = 0.5; ///< Weight of that target in the loss.
};

/// Errors on one side of the split, in SOH, against targets whose gross
/// glitches are replaced, and against the targets as measured.
struct Judgement {
  std::string side; ///< "validation" or "test"
  size_t cells = 0, windows = 0;
  double mae = 0, maeRaw = 0;
  double maeRoundedInputs = 0;  ///< SOH rounded to 2^-14, as the C takes it.
  double maeRoundedWeights = 0; ///< Matrices rounded to 8 bits a row.
  std::vector<Floor> floors, floorsRaw;
};

struct TrainResult {
  Family family;
  std::vector<Judgement> judgements; ///< Validation, test.
  int64_t bestEpoch = 0;
};

/// Called after every epoch with the mean training loss (in 0.01 SOH) and the
/// validation MAE (in SOH).
using Progress = std::function<void(int64_t epoch, double loss, double mae)>;

/// Trains on one thread: the same cells, options and machine give the same
/// bits. Fails when the options fit no network or a side of the split is empty.
Result<TrainResult> trainFamily(const std::vector<Cell> &cells,
                                const TrainOptions &options,
                                const Progress &progress);

} // namespace dlnet

#endif // DLNET_TRAINER_TRAIN_H
