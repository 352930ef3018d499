// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the weights of a model straight to its integers, as often as training
// changes the weights. The order of operations is that of the compiler's
// pipelines; every decision on the way is asked of passes/fixed.
#ifndef DLNET_TRAINER_ENGINE_COMPOSE_H
#define DLNET_TRAINER_ENGINE_COMPOSE_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"
#include "passes/fixed/Knots.h"
#include "trainer/engine/IntegerProgram.h"

#include <cstdint>
#include <vector>

namespace dlnet {

/// The options of `dlnetc compile`, with the same defaults.
struct QuantizeOptions {
  int stateBits = 8;                 ///< Of the state in products, 8 or 16.
  int tableBits = fixed::kTableBits; ///< log2 of intervals, 4 to 12.
  double headroom = 2.0;             ///< By which recorded ranges are widened.
  /// Mean change of a forecast by knots, in SOH; 0: none.
  double knotTolerance = fixed::kKnotTolerance;
};

/// A program and what its integers mean.
struct QuantizedModel {
  IntegerProgram program;
  fixed::Format window; ///< Of SOH: block sums times block, forecasts.
  fixed::Format state;
  fixed::Format coefficients; ///< A scale for each.
  /// Of the columns of the recurrence's inputs, normalised as in training.
  fixed::Format inputs;
  /// The weights on the state as the products see them, [P n, n], in the order
  /// of ScanShape's rows.
  std::vector<float> stateWeights;
};

/// Fails on a model that the compiler would refuse for having no bound on its
/// state or no integers for its weights.
Result<QuantizedModel> quantizeModel(const FamilyModel &model,
                                     const QuantizeOptions &options = {});

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_COMPOSE_H
