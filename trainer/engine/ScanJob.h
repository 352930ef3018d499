// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kernel asks of the code for a kind of processor: one source,
// compiled once for AVX2 and once for any processor, chosen when it runs.
#ifndef DLNET_TRAINER_ENGINE_SCANJOB_H
#define DLNET_TRAINER_ENGINE_SCANJOB_H

#include "trainer/engine/ScanKernel.h"

#include <cstdint>

namespace dlnet::scan {

constexpr int64_t kTile = ScanTrace::kLanes;
/// Sums over samples are kept in this many parts, of which a narrow register
/// uses the first.
constexpr int64_t kParts = 8;

/// A pass over all tiles, with weights and scratch laid out for the loops.
struct Job {
  ScanShape shape;
  int64_t samples = 0;
  ScanTrace *trace = nullptr;
  const float *numbers = nullptr; ///< [Q, n]

  // Forward.
  const float *matrix = nullptr; ///< [P n, n + F], W beside U
  const float *bias = nullptr;   ///< [P n]
  const float *features = nullptr;
  float *last = nullptr, *states = nullptr;
  bool oneTile = false; ///< The trace is scratch for a tile, used by all.

  // Backward.
  const float *transposed = nullptr; ///< [n, P n], W
  const float *gradLast = nullptr, *gradStates = nullptr;
  float *gradX = nullptr;      ///< [n][kTile]
  float *gradZ = nullptr;      ///< [P n][kTile]
  float *matrixSums = nullptr; ///< [P n][n + F + 1][kParts]
  float *numberSums = nullptr; ///< [n][Q][kParts]
};

// Outside the passes, so that no function of the standard library comes out as
// code for one kind of processor.

/// Zeros `count` rows of a tile.
void clearRows(float *rows, int64_t count);

/// Inputs and ones of one window step for the tile from sample `first` on.
/// Lanes without a sample are 0, which keeps them finite.
void loadInputs(float *record, const ScanShape &shape, const float *features,
                int64_t samples, int64_t first);

/// Copies a tile's state out of a record to [n, N].
void storeState(float *to, const float *record, int64_t units, int64_t samples,
                int64_t first);

/// Adds a tile's part of [n, N] to [n][kTile].
void addGradient(float *to, const float *from, int64_t units, int64_t samples,
                 int64_t first);

void forwardWide(const Job &job);
void backwardWide(const Job &job);
void forwardPortable(const Job &job);
void backwardPortable(const Job &job);

} // namespace dlnet::scan

#endif // DLNET_TRAINER_ENGINE_SCANJOB_H
