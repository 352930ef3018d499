// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What boundError hands to operations: an emitter that gives errors in place of
// integer operations, and the estimates of all values so far.
#ifndef DLNET_PASSES_ERRORLOWERING_H
#define DLNET_PASSES_ERRORLOWERING_H

#include "passes/ErrorBound.h"
#include "passes/LoweringBase.h"
#include "passes/RealRanges.h"
#include "passes/Slopes.h"
#include "passes/fixed/Errors.h"

namespace dlnet::lnn {

class ErrorLowering : public LoweringBase<fixed::ErrorEmitter> {
public:
  ErrorLowering(ModelOp model, unsigned tableBits)
      : LoweringBase(tableBits), model(model) {}

  mlir::FailureOr<ErrorBound> run();

  const RealRanges &getRanges() const { return ranges; }
  using LoweringBase::set;
  /// Narrows to what is proved of the real value; the error of single precision
  /// comes on top.
  mlir::LogicalResult set(mlir::Operation *op,
                          std::optional<fixed::Estimates> to,
                          const FixedFormat &format) override;
  std::optional<fixed::Estimates> as(mlir::Value value,
                                     const FixedFormat &format) override;
  /// The bound holds while this value is within its format.
  void mustFit(mlir::Value value) { bound.mustFit.push_back(value); }
  /// Bounds what stands before the block's terminator.
  mlir::LogicalResult lower(mlir::Block &block);

  /// What the proved range of a value leaves of its integers.
  Interval<double> integerRange(mlir::Value value, const FixedFormat &format,
                                size_t i) const;
  /// Notes what one step of a recurrence adds and how errors grow in it.
  void record(const Jacobian &slopes, const fixed::Estimates &next,
              const FixedFormat &format);

  static int64_t paddedColumns(int64_t columns) { return columns; }
  /// What the next product or table stands for.
  void expectProduct(const fixed::Matrix &weights, const FixedFormat &operand) {
    emitter.products.push_back({weights, operand});
  }
  void expectCurve(const fixed::Curve &curve) { emitter.curve = curve; }

private:
  void setArgument(mlir::Value value, const FixedFormat &format);

  ModelOp model;
  RealRanges ranges;
  ErrorBound bound;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_ERRORLOWERING_H
