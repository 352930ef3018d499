// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A proof of how far the integers can take a forecast from the real network
// that they stand for. What is measured on cells is far smaller; this holds for
// every window. dialect/SPEC.md has the formulas.
#ifndef DLNET_PASSES_ERRORBOUND_H
#define DLNET_PASSES_ERRORBOUND_H

#include "dialect/Lnn.h"

#include <vector>

namespace dlnet::lnn {

struct ErrorBound {
  /// Of each element of the forecast, in SOH: between what the integer executor
  /// gives and what the float executor does, limited to what the forecast's
  /// format can say, on the same window of integers.
  std::vector<double> forecast;
  /// Values whose 16 bits were chosen from recorded ranges. The bound holds
  /// for a window on which the real network's lie within their formats.
  std::vector<mlir::Value> mustFit;
  /// The greatest part of a step that the state of a scan errs by when the
  /// state before it is exact, in units of the state; 0 without a scan.
  double step = 0;
  /// Greatest sum of magnitudes of a row of the step's derivatives: by what an
  /// error can grow in one step, at most.
  double growth = 0;

  double mean() const;
  double greatest() const;
};

/// Bounds the error of a model that lnn-quantize has formatted, and whose
/// tables will have 2^`tableBits` intervals. Emits an error and fails where an
/// operation has no rule.
mlir::FailureOr<ErrorBound> boundError(ModelOp model, unsigned tableBits);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_ERRORBOUND_H
