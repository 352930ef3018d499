// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a network of SOH reads at each step: how block means of the window
// change, how they stand to the newest value and to what is usual, and how old
// the battery is.
#ifndef DLNET_FRONTEND_NETWORK_INPUTS_SOHFEATURES_H
#define DLNET_FRONTEND_NETWORK_INPUTS_SOHFEATURES_H

#include "frontend/network/GraphBuilder.h"

#include <optional>

namespace dlnet {

/// The age as an input: (cycles lived at the newest - offset) * scale, the same
/// at every step.
struct AgeFeature {
  double offset = 500.0, scale = 1.0 / 400;
};

/// How block means become network inputs (see trainer/pretrained/README.md).
struct Features {
  double differenceScale = 400.0, differenceClip = 8.0;
  double relativeScale = 60.0;
  double levelOffset = 0.93, levelScale = 12.0;
  using Age = AgeFeature;
  std::optional<Age> age; ///< None: the network does not read it.

  /// Number of inputs of a step: difference, relative, level, and the age where
  /// it is read.
  int64_t count() const { return age ? 4 : 3; }
};

/// Ranges of normalised features, states and coefficients over the training
/// windows; the compiler chooses its fixed-point formats from them.
struct Calibration {
  Range difference, relative, level, state;
  Range age; // of the input; 0 where the model does not read it
  std::vector<Range> coefficients; // one per basis curve
};

namespace network {

/// The inputs [blocks, count] of the network's steps, oldest first, with their
/// recorded ranges. `last` [1] is the newest of the window [T]; `age` [1] is no
/// value where it is not read.
Value buildFeatures(GraphBuilder &builder, const Features &features,
                    const Calibration &ranges, int64_t blocks, Value window,
                    Value last, Value age);

} // namespace network
} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_INPUTS_SOHFEATURES_H
