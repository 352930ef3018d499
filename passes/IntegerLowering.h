// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lnn-lower-to-int8 hands to operations: the emitter of IR for the rule in
// passes/fixed/Lowering.h, and the values that have been lowered.
#ifndef DLNET_PASSES_INTEGERLOWERING_H
#define DLNET_PASSES_INTEGERLOWERING_H

#include "passes/LoweringBase.h"

namespace dlnet::lnn {

/// Emits integer-level operations where the builder stands.
class OpEmitter {
public:
  using Value = mlir::Value;

  explicit OpEmitter(mlir::MLIRContext *context)
      : builder(context), loc(builder.getUnknownLoc()) {}

  mlir::OpBuilder builder;
  mlir::Location loc; ///< Of what is being lowered.

  mlir::RankedTensorType vector(unsigned width, int64_t size) {
    return mlir::RankedTensorType::get({size}, builder.getIntegerType(width));
  }
  mlir::RankedTensorType typeOf(Value value) {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  template <typename Op, typename... Args>
  Value create(mlir::RankedTensorType type, Args &&...args) {
    return builder.create<Op>(loc, type, std::forward<Args>(args)...);
  }

  unsigned width(Value value) { return widthOf(value); }
  size_t size(Value value) { return sizeOf(value); }

  /// The integers of real numbers in a 16-bit format, saturated.
  Value constant(llvm::ArrayRef<double> values, const FixedFormat &format);
  Value highByte(Value value) {
    return create<HighByteOp>(typeOf(value), value);
  }
  Value matvec(Value value, const fixed::ByteMatrix &matrix);
  Value requantize(Value value, const Value *addend, unsigned width,
                   size_t size, const fixed::Multipliers &multipliers,
                   const std::vector<int32_t> &bias) {
    return create<RequantizeOp>(vector(width, size), value,
                                addend ? *addend : Value(), multipliers.values,
                                multipliers.shift, bias);
  }
  Value lut(Value value, const std::vector<int16_t> &table) {
    return create<LutS16Op>(typeOf(value), value, table);
  }
  Value scale(Value value, int32_t factor) {
    return create<ScaleS32Op>(vector(32, sizeOf(value)), value, factor);
  }
  Value roundShift(Value value, unsigned shift) {
    return create<RoundShiftS32Op>(vector(32, sizeOf(value)), value, shift);
  }
  Value clamp(Value value, unsigned width, int32_t low, int32_t high) {
    return create<ClampS32Op>(vector(width, sizeOf(value)), value, low, high);
  }
  Value add(Value lhs, Value rhs, size_t size) {
    return create<AddS32Op>(vector(32, size), lhs, rhs);
  }
  Value sub(Value lhs, Value rhs, size_t size) {
    return create<SubS32Op>(vector(32, size), lhs, rhs);
  }
  Value mul(Value lhs, Value rhs, size_t size) {
    return create<MulS32Op>(vector(32, size), lhs, rhs);
  }
  Value eulerStep(Value state, Value delta) {
    return create<EulerStepS16Op>(typeOf(state), state, delta);
  }
  Value interpolate(Value knots, size_t size) {
    return create<InterpolateS32Op>(vector(32, size), knots);
  }
  Value last(Value value) {
    return create<LastOp>(vector(widthOf(value), columnsOf(value)), value);
  }
  Value difference(Value value) {
    return create<DifferenceOp>(typeOf(value), value);
  }
  Value blockSum(Value value, size_t size) {
    return create<BlockSumS16Op>(vector(32, size), value);
  }
  /// `columns` of `rows` elements or one, and zeros up to `width`.
  Value stack(llvm::ArrayRef<Value> columns, int64_t rows, int64_t width) {
    auto type =
        mlir::RankedTensorType::get({rows, width}, builder.getI16Type());
    return create<StackOp>(type, columns);
  }
  Value slice(Value value, int64_t start, int64_t size) {
    return create<SliceOp>(vector(widthOf(value), size), value, start);
  }
  Value concat(const std::vector<Value> &parts);
  Value unitNorm(Value value, int32_t epsilon, double) {
    return create<UnitNormS16Op>(typeOf(value), value, epsilon);
  }
  void fail(const std::string &problem) { mlir::emitError(loc, problem); }
};

class IntegerLowering : public LoweringBase<OpEmitter> {
public:
  IntegerLowering(ModelOp model, unsigned tableBits)
      : LoweringBase(tableBits, model.getContext()), model(model) {}

  /// Rebuilds the model's body on the integer level.
  mlir::LogicalResult run();

  using LoweringBase::set;
  mlir::LogicalResult set(mlir::Operation *op, std::optional<mlir::Value> to,
                          const FixedFormat &format) override;
  /// Lowers what stands before the block's terminator.
  mlir::LogicalResult lower(mlir::Block &block);

  /// Sets a row, `padded` being as wide as products read it. Other readers get
  /// its own columns.
  void setRow(mlir::Value row, Fixed padded);
  Fixed factor(mlir::Value value) const override {
    auto it = rows.find(value);
    return it == rows.end() ? get(value) : it->second;
  }

  /// The value of an output port, from whatever format.
  std::optional<mlir::Value> output(const Fixed &from, PortAttr port) {
    return rule.output(from, port.scaleReal(), port.lowInteger(),
                       port.highInteger());
  }
  /// A sequence whose rows a product may read: those of an even width.
  Fixed padded(const Fixed &sequence);

  /// Packed products take columns in pairs.
  static int64_t paddedColumns(int64_t columns) {
    return (columns + 1) / 2 * 2;
  }
  // Only bounds on errors need what a product or table stands for.
  void expectProduct(const fixed::Matrix &, const FixedFormat &) {}
  template <typename Curve> void expectCurve(const Curve &) {}

private:
  mlir::LogicalResult lowerReturn(mlir::Block &old);

  ModelOp model;
  llvm::DenseMap<mlir::Value, Fixed> rows; ///< Padded, where they are wider.
};

} // namespace dlnet::lnn

#endif // DLNET_PASSES_INTEGERLOWERING_H
