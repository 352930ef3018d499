// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the weights of a model to its integers by the compiler's own passes, as
// often as training changes the weights. No header of MLIR comes along.
#ifndef DLNET_TRAINER_ENGINE_QUANTIZER_H
#define DLNET_TRAINER_ENGINE_QUANTIZER_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"
#include "passes/fixed/Format.h"
#include "passes/fixed/Knots.h"
#include "trainer/engine/IntegerProgram.h"

#include <memory>
#include <vector>

namespace dlnet {

/// The options of `dlnetc compile`, with the same defaults.
struct QuantizeOptions {
  int stateBits = 8;                 ///< Of the state in products, 8 or 16.
  int tableBits = fixed::kTableBits; ///< log2 of intervals, 4 to 12.
  /// Mean change of a forecast by knots, in SOH; 0: none.
  double knotTolerance = fixed::kKnotTolerance;
};

/// A program and what its integers mean.
struct QuantizedModel {
  IntegerProgram program;
  fixed::Format window; ///< Of SOH: block sums times block, forecasts.
  fixed::Format state;
  /// A scale for each, of dead ones too, or one for all.
  fixed::Format coefficients;
  /// Of the columns of the recurrence's inputs, normalised as in training.
  fixed::Format inputs;
  /// The weights on the state as the products see them, [P n, n], in the order
  /// of ScanShape's rows; 0 of dead units.
  std::vector<float> stateWeights;
};

class Quantizer {
public:
  explicit Quantizer(const QuantizeOptions &options = {});
  Quantizer(Quantizer &&) noexcept;
  ~Quantizer();

  /// Fails on a model that the compiler refuses, with its words, and on weights
  /// that are no numbers.
  Result<QuantizedModel> quantize(const FamilyModel &model);

private:
  struct Session;

  QuantizeOptions options;
  std::unique_ptr<Session> session;
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_QUANTIZER_H
