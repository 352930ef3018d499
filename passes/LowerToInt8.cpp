// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-lower-to-int8: acts on the formats that lnn-quantize wrote. The body is
// rebuilt operation by operation into a new block of the same model; what each
// one becomes is said in passes/operations, by the rule in
// passes/fixed/Lowering.h.
#include "passes/IntegerLowering.h"
#include "passes/Passes.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_LOWERTOINT8
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

Value OpEmitter::constant(ArrayRef<double> values, const FixedFormat &format) {
  SmallVector<int16_t> integers;
  for (auto [i, value] : llvm::enumerate(values))
    integers.push_back(
        fixed::quantize(value, format.scaleOf(i), format.zeroOf(i)));
  return builder.create<ConstantOp>(
      loc, DenseElementsAttr::get(vector(16, integers.size()),
                                  ArrayRef<int16_t>(integers)));
}

Value OpEmitter::matvec(Value value, const fixed::ByteMatrix &matrix) {
  int64_t rows = matrix.rows, columns = matrix.columns;
  auto weights = DenseElementsAttr::get(
      RankedTensorType::get({rows, columns}, builder.getI8Type()),
      ArrayRef<int8_t>(matrix.weights));
  return create<MatvecS8Op>(vector(32, rows), value, weights, PackingAttr());
}

Value OpEmitter::concat(const std::vector<Value> &parts) {
  int64_t size = 0;
  for (Value part : parts)
    size += sizeOf(part);
  return create<ConcatOp>(vector(widthOf(parts.front()), size), parts);
}

LogicalResult IntegerLowering::run() {
  Block *old = &model.getBody().front();
  auto *block = new Block;
  model.getBody().push_back(block);
  emitter.builder.setInsertionPointToStart(block);
  for (auto [port, argument] :
       llvm::zip(model.getInputPorts(), old->getArguments())) {
    auto type = cast<RankedTensorType>(argument.getType());
    set(argument, {block->addArgument(type.clone(emitter.builder.getI16Type()),
                                      argument.getLoc()),
                   FixedFormat::uniform(16, port.scaleReal())});
  }
  bool made = succeeded(lower(*old)) && succeeded(lowerReturn(*old));
  (made ? old : block)->erase();
  return success(made);
}

LogicalResult IntegerLowering::lowerReturn(Block &old) {
  auto ret = cast<ReturnOp>(old.getTerminator());
  emitter.loc = ret.getLoc();
  SmallVector<Value> returned;
  for (auto [value, port] :
       llvm::zip(ret.getValues(), model.getOutputPorts())) {
    // What a stream's scan gives is within its port already.
    std::optional<Value> output = model.isStream()
                                      ? std::optional(get(value).value)
                                      : this->output(get(value), port);
    if (!output)
      return failure();
    returned.push_back(*output);
  }
  emitter.builder.create<ReturnOp>(ret.getLoc(), returned);
  return success();
}

IntegerLowering::Fixed IntegerLowering::padded(const Fixed &sequence) {
  RankedTensorType type = emitter.typeOf(sequence.value);
  int64_t columns = paddedColumns(type.getDimSize(1));
  if (type.isDynamicDim(0) || columns == type.getDimSize(1))
    return sequence;
  Fixed result{emitter.stack(sequence.value, type.getDimSize(0), columns),
               sequence.format};
  if (result.format.size() != 1) {
    result.format.scale.resize(columns, 1.0);
    result.format.zero.resize(columns, 0.0);
  }
  return result;
}

void IntegerLowering::setRow(Value row, Fixed padded) {
  set(row, padded);
  int64_t columns = sizeOf(row);
  if (columns == sizeOf(padded.value) ||
      llvm::all_of(row.getUsers(), llvm::IsaPred<AffineOp>))
    return;
  rows[row] = padded;
  if (padded.format.size() != 1) {
    padded.format.scale.resize(columns);
    padded.format.zero.resize(columns);
  }
  set(row, {emitter.slice(padded.value, 0, columns), padded.format});
}

LogicalResult IntegerLowering::lower(Block &block) {
  for (Operation &op : block.without_terminator()) {
    emitter.loc = op.getLoc();
    auto real = dyn_cast<RealOpInterface>(op);
    if (!real)
      return op.emitError("lnn-lower-to-int8 takes quantized real-level "
                          "networks; found ")
             << op.getName();
    if (failed(real.lower(*this)))
      return failure();
  }
  return success();
}

LogicalResult IntegerLowering::set(Operation *op, std::optional<Value> to,
                                   const FixedFormat &format) {
  if (!to)
    return failure();
  if (widthOf(*to) != format.width)
    return op->emitError("becomes integers of ")
           << widthOf(*to) << " bits; its format says " << format.width;
  set(op->getResult(0), {*to, format});
  Operation *maker = to->getDefiningOp();
  if (Attribute lanes = op->getAttr(kLanesAttr); lanes && maker)
    maker->setAttr(kLanesAttr, lanes);
  return success();
}

namespace {

struct LowerToInt8 : lnn::impl::LowerToInt8Base<LowerToInt8> {
  using LowerToInt8Base::LowerToInt8Base;

  void runOnOperation() override {
    if (lutBits < 4 || lutBits > 12) {
      getOperation().emitError("lnn-lower-to-int8 makes tables of 2^4 to 2^12 "
                               "intervals, not 2^")
          << lutBits.getValue();
      return signalPassFailure();
    }
    WalkResult formats = getOperation().getBody().walk([](Operation *op) {
      SmallVector<StringRef> wanted;
      if (op->getNumResults() != 0)
        wanted.push_back(op->getNumResults() > 1 ? kFormatsAttr : kFormatAttr);
      if (isa<AffineOp>(op))
        wanted.push_back(kOperandBitsAttr);
      if (isa<FusedStepOp>(op))
        wanted.append({kDecayFormatAttr, kNumeratorFormatAttr});
      for (StringRef name : wanted)
        if (!op->hasAttr(name)) {
          op->emitError("has no ") << name << "; run lnn-quantize first";
          return WalkResult::interrupt();
        }
      for (Type type : op->getResultTypes())
        if (auto shaped = dyn_cast<ShapedType>(type);
            !shaped || !(shaped.hasStaticShape() || isStreamed(type)) ||
            !shaped.getElementType().isF32()) {
          op->emitError("is not of the real level and of known size: ") << type;
          return WalkResult::interrupt();
        }
      return WalkResult::advance();
    });
    if (formats.wasInterrupted() ||
        failed(IntegerLowering(getOperation(), lutBits).run()))
      signalPassFailure();
  }
};

} // namespace
