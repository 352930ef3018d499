// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bookkeeping of lnn-quantize: what is known of values when an operation
// chooses the format of its result. The rule itself is in
// passes/fixed/Choose.h.
#ifndef DLNET_PASSES_FORMATCHOICE_H
#define DLNET_PASSES_FORMATCHOICE_H

#include "passes/FixedFormat.h"
#include "passes/RealRanges.h"
#include "passes/fixed/Choose.h"
#include "passes/fixed/Functions.h"

#include "llvm/ADT/DenseMap.h"

namespace dlnet::lnn {

class FormatChoice {
public:
  /// `stateBits` (8 or 16) of a state enter products inside a scan; recorded
  /// ranges are widened by the factor `headroom`.
  FormatChoice(ModelOp model, int stateBits, double headroom);

  int getStateBits() const { return stateBits; }
  const RealRanges &getRanges() const { return ranges; }

  FixedFormat formatOf(mlir::Value value) const { return formats.at(value); }
  void set(mlir::Value value, const FixedFormat &format) {
    formats[value] = format;
  }
  /// Writes a format on an operation; that of its result unless it has another
  /// name. An error where it is not finite.
  mlir::LogicalResult assign(mlir::Operation *op, const FixedFormat &format,
                             llvm::StringRef name = kFormatAttr);

  /// Writes a format for each result of an operation that may have several.
  mlir::LogicalResult assignAll(mlir::Operation *op,
                                llvm::ArrayRef<FixedFormat> formats);

  /// Operations that compute with the integers themselves need all elements in
  /// one unit, and 0 to mean 0. An error where they have not.
  mlir::LogicalResult checkPlain(mlir::Operation *op, mlir::Value value) const {
    return checkPlain(op, formatOf(value));
  }
  static mlir::LogicalResult checkPlain(mlir::Operation *op,
                                        const FixedFormat &format);

  /// Greatest magnitude of a value: from its real range, and within what its
  /// integers can say.
  double magnitudeOf(mlir::Value value) const;
  fixed::Known known(mlir::Value value) const {
    return {formatOf(value), magnitudeOf(value)};
  }
  /// Where a value lies: what was recorded of it, with headroom, and in any
  /// case what is proved.
  Interval<double> rangeOf(mlir::Value value) const;
  bool isRecorded(mlir::Value value) const;
  /// The 16 bits in which `op` may read a value: its own format, or one by its
  /// range. An error where it has none.
  mlir::FailureOr<FixedFormat> narrowed(mlir::Operation *op,
                                        mlir::Value value) const;
  /// The same of its only operand, written and plain.
  mlir::FailureOr<FixedFormat> narrowOperand(mlir::Operation *op);
  /// Writes lnn.operand_formats on an operation that takes 16 bits, unless all
  /// of its operands have them.
  mlir::LogicalResult narrowOperands(mlir::Operation *op);
  /// The argument of a table.
  FixedFormat argumentOf(ActivateOp op) const;
  /// The format of what has a multiplier a row: 16 bits, or 32 in the unit of
  /// what is returned.
  FixedFormat resultOfRows(mlir::Operation *op) const;

  /// Recorded range of entry `index` with its headroom, or what is possible.
  Interval<double> recordedRange(mlir::Operation *op, size_t index,
                                 Interval<double> possible) const;

private:
  ModelOp model;
  int stateBits;
  double headroom;
  RealRanges ranges;
  llvm::DenseMap<mlir::Value, FixedFormat> formats;
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_FORMATCHOICE_H
