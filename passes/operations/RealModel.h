// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a file says what passes need to know of a real operation: static
// functions of a model, of which it names those that it has an answer to. For
// what it leaves out, the answers here are the safe ones: no bound, no gain, or
// an error.
#ifndef DLNET_PASSES_OPERATIONS_REALMODEL_H
#define DLNET_PASSES_OPERATIONS_REALMODEL_H

#include "passes/ErrorLowering.h"
#include "passes/ExecutorProgram.h"
#include "passes/FormatChoice.h"
#include "passes/Gains.h"
#include "passes/IntegerLowering.h"
#include "passes/operations/Register.h"

namespace dlnet::lnn::operations {

using FloatProgram = detail::Program<float>;
using FloatStep = mlir::FailureOr<FloatProgram::Step>;

/// Of single precision, in which the float executor computes.
inline constexpr double kUnitRoundoff = 0x1p-24;

/// The model of `Op`. `Model` has, under these names:
///   ranges, slopes, gains, format   RealOpInterface's setRanges and so on
///   execute                         its compileFloat
///   rounding                        its boundRounding
///   emit                            its lower and its boundError: one text
///                                   for both, a template of the lowering
template <typename Model, typename Op>
struct RealModel : RealOpInterface::ExternalModel<Model, Op> {
  using Operation = mlir::Operation;
  using LogicalResult = mlir::LogicalResult;

  void setRanges(Operation *op, RealRanges &ranges) const {
    Model::ranges(llvm::cast<Op>(op), ranges);
  }
  LogicalResult setSlopes(Operation *op, Slopes &slopes) const {
    return Model::slopes(llvm::cast<Op>(op), slopes);
  }
  LogicalResult passGains(Operation *op, const Gains &gains,
                          GainMap &map) const {
    return Model::gains(llvm::cast<Op>(op), gains, map);
  }
  LogicalResult chooseFormat(Operation *op, FormatChoice &choice) const {
    return Model::format(llvm::cast<Op>(op), choice);
  }
  FloatStep compileFloat(Operation *op, FloatProgram &program) const {
    return Model::execute(llvm::cast<Op>(op), program);
  }
  double boundRounding(Operation *op, const RealRanges &ranges,
                       size_t i) const {
    return Model::rounding(llvm::cast<Op>(op), ranges, i);
  }
  LogicalResult lower(Operation *op, IntegerLowering &lowering) const {
    return Model::emit(llvm::cast<Op>(op), lowering);
  }
  LogicalResult boundError(Operation *op, ErrorLowering &lowering) const {
    return Model::emit(llvm::cast<Op>(op), lowering);
  }

  // ---- What a model may leave out ----

  static void ranges(Op, RealRanges &) {}
  static LogicalResult slopes(Op op, Slopes &) {
    return op->emitError("has no rule for bounds on errors inside a scan");
  }
  static LogicalResult gains(Op, const Gains &, GainMap &) {
    return mlir::success(); // What comes before the recurrence is not pruned.
  }
  static LogicalResult format(Op op, FormatChoice &) {
    return op->emitError("lnn-quantize takes discretized real-level networks; "
                         "found ")
           << op->getName();
  }
  static FloatStep execute(Op op, FloatProgram &) {
    return op->emitError("the float executor does not run ") << op->getName();
  }
  static double rounding(Op op, const RealRanges &ranges, size_t i) {
    return roundingOf(termsOf(op, ranges, i));
  }
  static LogicalResult emit(Op op, IntegerLowering &) {
    return op->emitError("lnn-lower-to-int8 takes quantized real-level "
                         "networks; found ")
           << op->getName();
  }
  static LogicalResult emit(Op op, ErrorLowering &) {
    return op->emitError("has no rule for bounds on errors");
  }

  // ---- What models share ----

  static double magnitude(const RealRanges &ranges, mlir::Value value,
                          size_t i) {
    const RealVectorRange &range = ranges.get(value);
    return elementOf(range, i % range.size()).all.magnitude();
  }
  /// The magnitudes that meet in element `i` of the result.
  static double termsOf(Operation *op, const RealRanges &ranges, size_t i) {
    double terms = magnitude(ranges, op->getResult(0), i);
    for (mlir::Value operand : op->getOperands())
      terms += magnitude(ranges, operand, i);
    return terms;
  }
  /// An elementwise operation has 8 roundings at most, functions of the C
  /// library included.
  static double roundingOf(double terms) { return 8 * kUnitRoundoff * terms; }
};

inline double perElement(llvm::ArrayRef<double> values, size_t i) {
  return values[values.size() == 1 ? 0 : i];
}

} // namespace dlnet::lnn::operations

#endif // DLNET_PASSES_OPERATIONS_REALMODEL_H
