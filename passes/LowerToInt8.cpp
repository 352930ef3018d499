// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-lower-to-int8: acts on the formats that lnn-quantize wrote. The body is
// rebuilt operation by operation into a new block of the same model; what each
// one becomes is said in passes/fixed/Lowering.h.
#include "passes/FixedFormat.h"
#include "passes/Passes.h"
#include "passes/fixed/Lowering.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_LOWERTOINT8
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// Emits integer-level operations where the builder stands.
class OpEmitter {
public:
  using Value = mlir::Value;

  explicit OpEmitter(MLIRContext *context)
      : builder(context), loc(builder.getUnknownLoc()) {}

  OpBuilder builder;
  Location loc; ///< Of what is being lowered.

  RankedTensorType vector(unsigned width, int64_t size) {
    return RankedTensorType::get({size}, builder.getIntegerType(width));
  }
  template <typename Op, typename... Args>
  Value create(RankedTensorType type, Args &&...args) {
    return builder.create<Op>(loc, type, std::forward<Args>(args)...);
  }

  unsigned width(Value value) { return widthOf(value); }
  size_t size(Value value) { return sizeOf(value); }

  Value highByte(Value value) {
    return create<HighByteOp>(cast<RankedTensorType>(value.getType()), value);
  }
  Value matvec(Value value, const fixed::ByteMatrix &matrix) {
    int64_t rows = matrix.rows, columns = matrix.columns;
    auto weights = DenseElementsAttr::get(
        RankedTensorType::get({rows, columns}, builder.getI8Type()),
        ArrayRef<int8_t>(matrix.weights));
    return create<MatvecS8Op>(vector(32, rows), value, weights, PackingAttr());
  }
  Value requantize(Value value, const Value *addend, unsigned width,
                   size_t size, const fixed::Multipliers &multipliers,
                   const std::vector<int32_t> &bias) {
    return create<RequantizeOp>(vector(width, size), value,
                                addend ? *addend : Value(), multipliers.values,
                                multipliers.shift, bias);
  }
  Value lut(Value value, const std::vector<int16_t> &table) {
    return create<LutS16Op>(cast<RankedTensorType>(value.getType()), value,
                            table);
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
    return create<EulerStepS16Op>(cast<RankedTensorType>(state.getType()),
                                  state, delta);
  }
  Value interpolate(Value knots, size_t size) {
    return create<InterpolateS32Op>(vector(32, size), knots);
  }
  void fail(const std::string &problem) { emitError(loc, problem); }
};

class Lowering {
public:
  Lowering(ModelOp model, unsigned lutBits)
      : model(model), emitter(model.getContext()), rule(emitter, lutBits) {}

  LogicalResult run() {
    Block *old = &model.getBody().front();
    auto *block = new Block;
    model.getBody().push_back(block);
    emitter.builder.setInsertionPointToStart(block);
    Value window = block->addArgument(emitter.vector(16, model.getWindowSize()),
                                      model.getWindow().getLoc());
    values[model.getWindow()] = {
        window,
        FixedFormat::uniform(
            16, std::ldexp(1.0, -static_cast<int>(model.getFractionBits())))};
    if (Value age = model.getAge())
      values[age] = {block->addArgument(emitter.vector(16, 1), age.getLoc()),
                     fixed::ageFormat()};
    LogicalResult result = lowerBlock(*old);
    (failed(result) ? block : old)->erase();
    return result;
  }

private:
  using Rule = fixed::Lowering<OpEmitter>;
  using Fixed = Rule::Fixed;

  LogicalResult lowerBlock(Block &block) {
    for (Operation &op : block) {
      emitter.loc = op.getLoc();
      if (failed(lower(&op)))
        return failure();
    }
    return success();
  }

  LogicalResult lower(Operation *operation) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
        .Case([&](ConstantOp op) {
          FixedFormat format = formatAttr(op);
          return lowered(op, quantized(op, format), format);
        })
        .Case([&](LastOp op) {
          Fixed in = get(op.getInput());
          return lowered(op,
                         emitter.create<LastOp>(
                             emitter.vector(widthOf(in.value), 1), in.value),
                         in.format);
        })
        .Case([&](DifferenceOp op) {
          Fixed in = get(op.getInput());
          auto type = cast<RankedTensorType>(in.value.getType());
          return lowered(op, emitter.create<DifferenceOp>(type, in.value),
                         in.format);
        })
        .Case([&](BlockMeanOp op) {
          return lowered(op,
                         emitter.create<BlockSumS16Op>(
                             emitter.vector(32, sizeOf(op.getResult())),
                             get(op.getInput()).value),
                         formatAttr(op));
        })
        .Case([&](ClampOp op) {
          Fixed in = get(op.getInput());
          auto limit = [&](const APFloat &real) {
            int64_t integer = Rule::limit(real.convertToDouble(), in.format);
            return static_cast<int32_t>(
                in.format.width == 16 ? saturate16(integer) : integer);
          };
          return lowered(op,
                         emitter.clamp(in.value, in.format.width,
                                       limit(op.getMin()), limit(op.getMax())),
                         in.format);
        })
        .Case([&](NormalizeOp op) {
          return lowered(op, get(op.getInput()).value, formatAttr(op));
        })
        .Case([&](AddOp op) { return sum(op, Rule::Sum::Add); })
        .Case([&](SubOp op) { return sum(op, Rule::Sum::Sub); })
        .Case([&](MulOp op) {
          FixedFormat format = formatAttr(op);
          return lowered(op,
                         rule.multiply(get(op.getLhs()), get(op.getRhs()),
                                       format, sizeOf(op.getResult())),
                         format);
        })
        .Case([&](StackOp op) { return stack(op); })
        .Case([&](ScanOp op) { return scan(op); })
        .Case([&](AffineOp op) { return affine(op); })
        .Case([&](InterpolateOp op) {
          FixedFormat format = formatAttr(op);
          return lowered(op,
                         rule.interpolate(get(op.getKnots()), format,
                                          sizeOf(op.getResult())),
                         format);
        })
        .Case([&](ActivateOp op) {
          return lowered(
              op,
              rule.activate(get(op.getInput()), activationOf(op.getFunction())),
              formatAttr(op));
        })
        .Case([&](EulerStepOp op) {
          Fixed state = get(op.getState());
          return lowered(op,
                         rule.eulerStep({state.value, formatAttr(op)},
                                        get(op.getDerivative()),
                                        op.getDt().convertToDouble()),
                         formatAttr(op));
        })
        .Case([&](FusedStepOp op) {
          FixedFormat format = formatAttr(op);
          return lowered(op,
                         rule.fusedStep(get(op.getState()), get(op.getSource()),
                                        get(op.getDecay()),
                                        op.getDt().convertToDouble(), format,
                                        {formatAttr(op, kDecayFormatAttr),
                                         formatAttr(op, kNumeratorFormatAttr)},
                                        sizeOf(op.getResult())),
                         format);
        })
        .Case([&](YieldOp op) { return yield(op); })
        .Case([&](ReturnOp op) { return ret(op); })
        .Default([](Operation *op) {
          return op->emitError("lnn-lower-to-int8 takes quantized real-level "
                               "networks; found ")
                 << op->getName();
        });
  }

  Fixed get(Value value) const { return values.lookup(value); }

  LogicalResult lowered(Operation *from, std::optional<Value> to,
                        const FixedFormat &format) {
    if (!to)
      return failure();
    values[from->getResult(0)] = {*to, format};
    return success();
  }

  FixedFormat formatAttr(Operation *op, StringRef name = kFormatAttr) const {
    return fromAttr(op->getAttrOfType<FixedAttr>(name));
  }

  /// A constant's integers in a 16-bit format, saturated.
  Value quantized(ConstantOp op, const FixedFormat &format) {
    SmallVector<int16_t> integers;
    for (auto [i, value] : llvm::enumerate(realElements(op.getValue())))
      integers.push_back(
          fixed::quantize(value, format.scaleOf(i), format.zeroOf(i)));
    auto type = emitter.vector(16, integers.size());
    return emitter.builder.create<ConstantOp>(
        op.getLoc(), DenseElementsAttr::get(type, ArrayRef<int16_t>(integers)));
  }

  template <typename Op> LogicalResult sum(Op op, Rule::Sum sign) {
    FixedFormat format = formatAttr(op);
    return lowered(op,
                   rule.add(get(op.getLhs()), get(op.getRhs()), format,
                            sizeOf(op.getResult()), sign),
                   format);
  }

  LogicalResult stack(StackOp op) {
    FixedFormat format = formatAttr(op);
    SmallVector<Value> columns;
    for (auto [i, column] : llvm::enumerate(op.getColumns())) {
      std::optional<Value> value =
          rule.convert(get(column), FixedFormat::uniform(16, format.scaleOf(i),
                                                         format.zeroOf(i)));
      if (!value)
        return failure();
      columns.push_back(*value);
    }
    auto shape = op.getResult().getType().getShape();
    // Packed products take columns in pairs.
    auto type = RankedTensorType::get({shape[0], (shape[1] + 1) / 2 * 2},
                                      emitter.builder.getI16Type());
    format.scale.resize(type.getDimSize(1), 1.0);
    format.zero.resize(type.getDimSize(1), 0.0);
    return lowered(op, emitter.create<StackOp>(type, columns), format);
  }

  LogicalResult scan(ScanOp op) {
    FixedFormat format = formatAttr(op);
    Value init;
    if (auto constant = op.getInit().getDefiningOp<ConstantOp>()) {
      init = quantized(constant, format);
    } else {
      std::optional<Value> value = rule.convert(get(op.getInit()), format);
      if (!value)
        return failure();
      init = *value;
    }
    Fixed sequence = op.getSequence() ? get(op.getSequence()) : Fixed{};
    OpBuilder &builder = emitter.builder;
    auto scan = builder.create<ScanOp>(op.getLoc(), init.getType(), init,
                                       sequence.value, op.getCountAttr());
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&scan.getBody());
    if (op.getSequence()) {
      auto type = cast<RankedTensorType>(sequence.value.getType());
      values[*op.getRow()] = {
          block->addArgument(emitter.vector(16, type.getDimSize(1)),
                             op.getLoc()),
          sequence.format};
    }
    values[op.getState()] = {block->addArgument(init.getType(), op.getLoc()),
                             format};
    values[op.getResult()] = {scan.getResult(), format};
    return lowerBlock(op.getBody().front());
  }

  LogicalResult yield(YieldOp op) {
    auto scan = cast<ScanOp>(op->getParentOp());
    std::optional<Value> value =
        rule.convert(get(op.getOperand(0)), get(scan.getState()).format);
    if (!value)
      return failure();
    emitter.builder.create<YieldOp>(op.getLoc(), *value);
    return success();
  }

  LogicalResult ret(ReturnOp op) {
    std::optional<Value> value =
        rule.forecast(get(op.getForecast()), get(model.getWindow()).format);
    if (!value)
      return failure();
    emitter.builder.create<ReturnOp>(op.getLoc(), *value);
    return success();
  }

  LogicalResult affine(AffineOp op) {
    auto bits = op->getAttrOfType<DenseI32ArrayAttr>(kOperandBitsAttr);
    std::vector<Rule::Factor> factors;
    for (auto [index, input, attr] :
         llvm::enumerate(op.getInputs(), op.getWeights()))
      factors.push_back(
          {get(input), realVector(cast<ElementsAttr>(attr)), bits[index]});
    FixedFormat format = formatAttr(op);
    return lowered(op, rule.affine(factors, realVector(op.getBias()), format),
                   format);
  }

  ModelOp model;
  OpEmitter emitter;
  Rule rule;
  llvm::DenseMap<Value, Fixed> values;
};

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
        wanted.push_back(kFormatAttr);
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
            !shaped || !shaped.hasStaticShape() ||
            !shaped.getElementType().isF32()) {
          op->emitError("is not of the real level and of known size: ") << type;
          return WalkResult::interrupt();
        }
      return WalkResult::advance();
    });
    if (formats.wasInterrupted() ||
        failed(Lowering(getOperation(), lutBits).run()))
      signalPassFailure();
  }
};

} // namespace
