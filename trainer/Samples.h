// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows of batteries as tensors, and what a network reads of them. Training
// and judging go through the same few functions, so that both see the same
// inputs.
//
//   windows --block means--> Samples --augment--> View --features--> [T,F,N]
#ifndef DLNET_TRAINER_SAMPLES_H
#define DLNET_TRAINER_SAMPLES_H

#include "frontend/family/Family.h"
#include "frontend/series/Random.h"
#include "frontend/series/Windows.h"

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

namespace dlnet {

/// What the inputs of N windows are made of.
struct View {
  torch::Tensor relative; ///< [N, B], means of blocks less the newest SOH.
  torch::Tensor last;     ///< [N, 1], the newest SOH.
  torch::Tensor age;      ///< [N, 1], cycles lived at the newest.

  int64_t size() const { return last.size(0); }
  View narrow(int64_t first, int64_t count) const;
};

struct Samples {
  View view;
  /// [N, H], targets less the newest SOH, times the output scale.
  torch::Tensor deltas;

  int64_t size() const { return view.size(); }
};

/// `block` cycles go into a mean; it divides the window.
Samples makeSamples(const WindowSet &windows, int64_t block,
                    double outputScale);

/// The normalised inputs of each step of `model`, [T, F, N]. The model's block
/// is a multiple of that of `view`.
torch::Tensor makeFeatures(const View &view, const FamilyModel &model);

/// A few dozen batteries are soon known by heart, so training also shows them
/// fading more and less, at other levels of SOH and other ages, and living
/// faster and slower.
struct Augmentation {
  /// SOH is scaled about the newest cycle, in inputs and targets alike, by a
  /// factor between these, uniform in its logarithm.
  double amplitudeLow = 0.75, amplitudeHigh = 1.3;
  /// Standard deviation of the shift of a window's SOH as a whole. Without it
  /// the level tells the training batteries apart.
  double levelShift = 0.015;
  /// Standard deviation of the logarithm of the factor on the age.
  double ageSpread = 0.2;
  /// A disturbed tester lowers the capacity for some cycles, after which it
  /// comes back. This share of the windows gets such a dip, of at most this
  /// depth in SOH and so many cycles; half of them last at the newest cycle.
  /// Without it a dip is taken for a knee.
  double dipShare = 0.2, dipDepth = 0.015;
  int64_t dipCycles = 30;
  /// Copies of the training batteries that age this many times as fast.
  std::array<double, 2> speeds = {1 / 1.3, 1.3};
};

/// The batteries, and their copies at other speeds.
std::vector<Battery> withSpeeds(const std::vector<Battery> &batteries,
                                const Augmentation &augmentation);

/// The samples at `rows`, each augmented by draws from `random`. `window`
/// cycles and `outputScale` are those of the samples.
Samples augment(const Samples &samples, const int64_t *rows, int64_t count,
                int64_t window, double outputScale,
                const Augmentation &augmentation, Random &random);

/// Calls `visit(first, count)` over slabs small enough to stay in the cache.
template <typename Visit> void forSlabs(int64_t size, Visit visit) {
  constexpr int64_t kSlab = 2048;
  for (int64_t first = 0; first < size; first += kSlab)
    visit(first, size - first < kSlab ? size - first : kSlab);
}

torch::Tensor toTensor(const RowMatrix &matrix);
RowMatrix toMatrix(const torch::Tensor &tensor);

} // namespace dlnet

#endif // DLNET_TRAINER_SAMPLES_H
