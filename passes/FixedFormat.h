// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fixed-point format in C++, and the multipliers that lead from one to
// another: what lnn-quantize decides and lnn-lower-to-int8 acts on.
#ifndef DLNET_PASSES_FIXEDFORMAT_H
#define DLNET_PASSES_FIXEDFORMAT_H

#include "dialect/Lnn.h"

#include "llvm/ADT/SmallVector.h"

namespace dlnet::lnn {

/// real[i] = scale[i] * integer[i] + zero[i]; a single entry stands for all.
struct FixedFormat {
  unsigned width = 16;
  llvm::SmallVector<double> scale{1.0}, zero{0.0};

  static FixedFormat uniform(unsigned width, double scale, double zero = 0.0) {
    return {width, {scale}, {zero}};
  }
  static FixedFormat fromAttr(FixedAttr attr) {
    return {attr.getWidth(), llvm::to_vector(attr.getScale().asArrayRef()),
            llvm::to_vector(attr.getZero().asArrayRef())};
  }
  FixedAttr toAttr(mlir::MLIRContext *context) const {
    return FixedAttr::get(context, width,
                          mlir::DenseF64ArrayAttr::get(context, scale),
                          mlir::DenseF64ArrayAttr::get(context, zero));
  }

  size_t size() const { return scale.size(); }
  double scaleOf(size_t i) const { return scale[scale.size() == 1 ? 0 : i]; }
  double zeroOf(size_t i) const { return zero[zero.size() == 1 ? 0 : i]; }
};

/// Arguments of a function's table lie in [-domain, domain): beyond it the
/// function is flat to within the table's own error.
inline double tableDomain(Function function) {
  return function == Function::Sigmoid ? 8.0 : 4.0;
}

/// Multipliers of lnn.requantize that share one shift.
struct Multipliers {
  llvm::SmallVector<int32_t> values;
  uint32_t shift = 0;
};

/// The most precise representation of `factors` (each >= 0) as
/// multiplier * 2^(shift - 32); failure when a factor is too large.
mlir::FailureOr<Multipliers> makeMultipliers(llvm::ArrayRef<double> factors);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_FIXEDFORMAT_H
