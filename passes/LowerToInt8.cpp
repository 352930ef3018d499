// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-lower-to-int8: acts on the formats that lnn-quantize wrote. The body is
// rebuilt operation by operation into a new block of the same model.
#include "passes/FixedFormat.h"
#include "passes/FixedPoint.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_LOWERTOINT8
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// Whether `value` is 2^k for an integer k >= 0; gives k.
std::optional<unsigned> exactLog2(double value) {
  int exponent;
  if (std::frexp(value, &exponent) != 0.5 || exponent < 1)
    return std::nullopt;
  return exponent - 1;
}

class Lowering {
public:
  Lowering(ModelOp model, unsigned lutBits)
      : model(model), builder(model.getContext()), lutBits(lutBits) {}

  LogicalResult run() {
    Block *old = &model.getBody().front();
    auto *block = new Block;
    model.getBody().push_back(block);
    builder.setInsertionPointToStart(block);
    Value window = block->addArgument(vector(16, model.getWindowSize()),
                                      model.getWindow().getLoc());
    map(model.getWindow(), window,
        FixedFormat::uniform(
            16, std::ldexp(1.0, -static_cast<int>(model.getFractionBits()))));
    LogicalResult result = lowerBlock(*old);
    (failed(result) ? block : old)->erase();
    return result;
  }

private:
  /// A value of the integer level and what its integers mean.
  struct Fixed {
    Value value;
    FixedFormat format;
  };

  LogicalResult lowerBlock(Block &block) {
    for (Operation &op : block)
      if (failed(lower(&op)))
        return failure();
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
                         builder.create<LastOp>(op.getLoc(),
                                                vector(widthOf(in.value), 1),
                                                in.value),
                         in.format);
        })
        .Case([&](DifferenceOp op) {
          Fixed in = get(op.getInput());
          return lowered(op,
                         builder.create<DifferenceOp>(
                             op.getLoc(), in.value.getType(), in.value),
                         in.format);
        })
        .Case([&](BlockMeanOp op) {
          return lowered(op,
                         builder.create<BlockSumS16Op>(
                             op.getLoc(), vector(32, sizeOf(op.getResult())),
                             get(op.getInput()).value),
                         formatAttr(op));
        })
        .Case([&](ClampOp op) { return clamp(op); })
        .Case([&](NormalizeOp op) {
          return lowered(op, get(op.getInput()).value, formatAttr(op));
        })
        .Case([&](AddOp op) { return sum<AddS32Op>(op); })
        .Case([&](SubOp op) { return sum<SubS32Op>(op); })
        .Case([&](MulOp op) { return product(op); })
        .Case([&](StackOp op) { return stack(op); })
        .Case([&](ScanOp op) { return scan(op); })
        .Case([&](AffineOp op) { return affine(op); })
        .Case([&](ActivateOp op) { return activate(op); })
        .Case([&](EulerStepOp op) { return eulerStep(op); })
        .Case([&](FusedStepOp op) { return fusedStep(op); })
        .Case([&](YieldOp op) { return yield(op); })
        .Case([&](ReturnOp op) { return ret(op); })
        .Default([](Operation *op) {
          return op->emitError("lnn-lower-to-int8 takes quantized real-level "
                               "networks; found ")
                 << op->getName();
        });
  }

  // ---- Bookkeeping ----

  Fixed get(Value value) const { return values.lookup(value); }

  void map(Value from, Value to, const FixedFormat &format) {
    values[from] = {to, format};
  }
  LogicalResult lowered(Operation *from, Value to, const FixedFormat &format) {
    map(from->getResult(0), to, format);
    return success();
  }

  FixedFormat formatAttr(Operation *op, StringRef name = kFormatAttr) const {
    return FixedFormat::fromAttr(op->getAttrOfType<FixedAttr>(name));
  }

  RankedTensorType vector(unsigned width, int64_t size) {
    return RankedTensorType::get({size}, builder.getIntegerType(width));
  }

  // ---- Conversions ----

  /// A constant's integers in a 16-bit format, saturated.
  Value quantized(ConstantOp op, const FixedFormat &format) {
    SmallVector<int16_t> integers;
    for (auto [i, value] : llvm::enumerate(realElements(op.getValue())))
      integers.push_back(static_cast<int16_t>(saturate16(
          roundReal((value - format.zeroOf(i)) / format.scaleOf(i)))));
    auto type = vector(16, integers.size());
    return builder.create<ConstantOp>(
        op.getLoc(), DenseElementsAttr::get(type, ArrayRef<int16_t>(integers)));
  }

  Value saturated(Location loc, Value value) {
    return builder.create<ClampS32Op>(loc, vector(16, sizeOf(value)), value,
                                      INT16_MIN, INT16_MAX);
  }

  /// The same real values in another format. Shifts and small factors where
  /// the scales allow, else one multiplication; 16-bit results saturate.
  FailureOr<Value> convert(Location loc, Fixed from, const FixedFormat &to) {
    Value value = from.value;
    bool uniform = from.format.size() == 1 && to.size() == 1 &&
                   from.format.zero == to.zero;
    double ratio = from.format.scale[0] / to.scale[0];
    if (uniform) {
      auto word = vector(32, sizeOf(value));
      if (ratio == 1.0) {
      } else if (ratio >= 2.0 && ratio <= 32768.0 &&
                 ratio == std::floor(ratio)) {
        value = builder.create<ScaleS32Op>(loc, word, value,
                                           static_cast<int32_t>(ratio));
      } else if (auto shift = exactLog2(1.0 / ratio); shift && *shift <= 30) {
        value = builder.create<RoundShiftS32Op>(loc, word, value, *shift);
      } else {
        return requantize(loc, from, Value(), to, {}, sizeOf(value));
      }
      if (to.width == 16 && widthOf(value) == 32)
        value = saturated(loc, value);
      return value;
    }
    return requantize(loc, from, Value(), to, {}, sizeOf(value));
  }

  /// bias + addend + from, in units of `to`; `bias` is real.
  FailureOr<Value> requantize(Location loc, Fixed from, Value addend,
                              const FixedFormat &to, ArrayRef<double> bias,
                              int64_t size) {
    size_t entries = std::max({from.format.size(), to.size(), bias.size()});
    SmallVector<double> factors;
    SmallVector<int32_t> offsets;
    for (size_t i = 0; i < entries; ++i) {
      factors.push_back(from.format.scaleOf(i) / to.scaleOf(i));
      double offset =
          (bias.empty() ? 0.0 : bias[i]) + from.format.zeroOf(i) - to.zeroOf(i);
      double integer = std::floor(offset / to.scaleOf(i) + 0.5);
      if (!(std::abs(integer) < 2147483648.0))
        return emitError(loc, "has a bias of ")
               << offset << " in row " << i << ", which does not fit 32 bits "
               << "at scale " << to.scaleOf(i);
      offsets.push_back(static_cast<int32_t>(integer));
    }
    if (llvm::all_equal(factors))
      factors.resize(1);
    if (llvm::all_equal(offsets))
      offsets.resize(1);
    FailureOr<Multipliers> multipliers = makeMultipliers(factors);
    if (failed(multipliers))
      return emitError(loc, "needs a multiplier above 2^30 to requantize");
    return builder
        .create<RequantizeOp>(loc, vector(to.width, size), from.value, addend,
                              multipliers->values, multipliers->shift, offsets)
        .getResult();
  }

  // ---- Operations ----

  LogicalResult clamp(ClampOp op) {
    Fixed in = get(op.getInput());
    auto limit = [&](const APFloat &value) {
      double integer =
          (value.convertToDouble() - in.format.zero[0]) / in.format.scale[0];
      return static_cast<int32_t>(
          std::clamp(std::floor(integer + 0.5), -2147483648.0, 2147483647.0));
    };
    return lowered(op,
                   builder.create<ClampS32Op>(
                       op.getLoc(), vector(32, sizeOf(in.value)), in.value,
                       limit(op.getMin()), limit(op.getMax())),
                   in.format);
  }

  template <typename IntegerOp, typename RealOp> LogicalResult sum(RealOp op) {
    FixedFormat format = formatAttr(op);
    FailureOr<Value> lhs = convert(op.getLoc(), get(op.getLhs()), format);
    FailureOr<Value> rhs = convert(op.getLoc(), get(op.getRhs()), format);
    if (failed(lhs) || failed(rhs))
      return failure();
    return lowered(op,
                   builder.create<IntegerOp>(op.getLoc(),
                                             vector(32, sizeOf(op.getResult())),
                                             *lhs, *rhs),
                   format);
  }

  LogicalResult product(MulOp op) {
    FixedFormat format = formatAttr(op);
    Fixed lhs = get(op.getLhs()), rhs = get(op.getRhs());
    // Where the exact product would not fit, one operand gives bits. A few
    // come from the 16-bit one: rounding a difference with the state would
    // blur the slope that lnn-prove-ranges needs. Many come from the wide one.
    double excess =
        format.scale[0] / (lhs.format.scale[0] * rhs.format.scale[0]);
    if (excess > 1.0) {
      bool lhsIsWide = widthOf(lhs.value) > widthOf(rhs.value);
      Fixed &given = lhsIsWide == (excess > 16.0) ? lhs : rhs;
      FixedFormat narrow =
          FixedFormat::uniform(32, given.format.scale[0] * excess);
      FailureOr<Value> value = convert(op.getLoc(), given, narrow);
      if (failed(value))
        return failure();
      given = {*value, narrow};
    }
    return lowered(op,
                   builder.create<MulS32Op>(op.getLoc(),
                                            vector(32, sizeOf(op.getResult())),
                                            lhs.value, rhs.value),
                   format);
  }

  LogicalResult stack(StackOp op) {
    FixedFormat format = formatAttr(op);
    SmallVector<Value> columns;
    for (auto [i, column] : llvm::enumerate(op.getColumns())) {
      FailureOr<Value> value = convert(
          op.getLoc(), get(column),
          FixedFormat::uniform(16, format.scaleOf(i), format.zeroOf(i)));
      if (failed(value))
        return failure();
      columns.push_back(*value);
    }
    auto shape = op.getResult().getType().getShape();
    // Packed products take columns in pairs.
    auto type = RankedTensorType::get({shape[0], (shape[1] + 1) / 2 * 2},
                                      builder.getI16Type());
    format.scale.resize(type.getDimSize(1), 1.0);
    format.zero.resize(type.getDimSize(1), 0.0);
    return lowered(op, builder.create<StackOp>(op.getLoc(), type, columns),
                   format);
  }

  LogicalResult scan(ScanOp op) {
    FixedFormat format = formatAttr(op);
    Value init;
    if (auto constant = op.getInit().getDefiningOp<ConstantOp>()) {
      init = quantized(constant, format);
    } else {
      FailureOr<Value> value = convert(op.getLoc(), get(op.getInit()), format);
      if (failed(value))
        return failure();
      init = *value;
    }
    Fixed sequence = op.getSequence() ? get(op.getSequence()) : Fixed{};
    auto scan = builder.create<ScanOp>(op.getLoc(), init.getType(), init,
                                       sequence.value, op.getCountAttr());
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&scan.getBody());
    if (op.getSequence()) {
      auto type = cast<RankedTensorType>(sequence.value.getType());
      map(*op.getRow(),
          block->addArgument(vector(16, type.getDimSize(1)), op.getLoc()),
          sequence.format);
    }
    map(op.getState(), block->addArgument(init.getType(), op.getLoc()), format);
    map(op.getResult(), scan.getResult(), format);
    return lowerBlock(op.getBody().front());
  }

  LogicalResult yield(YieldOp op) {
    auto scan = cast<ScanOp>(op->getParentOp());
    FailureOr<Value> value = convert(op.getLoc(), get(op.getOperand(0)),
                                     get(scan.getState()).format);
    if (failed(value))
      return failure();
    builder.create<YieldOp>(op.getLoc(), *value);
    return success();
  }

  LogicalResult ret(ReturnOp op) {
    FailureOr<Value> value = convert(
        op.getLoc(), get(op.getForecast()),
        FixedFormat::uniform(32, get(model.getWindow()).format.scale[0]));
    if (failed(value))
      return failure();
    builder.create<ReturnOp>(
        op.getLoc(),
        builder.create<ClampS32Op>(op.getLoc(), vector(16, sizeOf(*value)),
                                   *value, 0, INT16_MAX));
    return success();
  }

  /// Weights of one input as int8 with a scale a row.
  struct RowScaled {
    DenseElementsAttr weights;
    SmallVector<double> scales; ///< Real value of one unit of the product.
    SmallVector<double> zeros;  ///< What the input's zero adds to each row.
  };

  RowScaled quantizeRows(ElementsAttr weights, const FixedFormat &input,
                         int64_t inputSize) {
    auto matrix = realElements(weights);
    auto shape = weights.getShapedType().getShape();
    size_t rows = shape[0], columns = shape[1];
    RowScaled result;
    SmallVector<int8_t> integers(rows * inputSize, 0);
    for (size_t row = 0; row < rows; ++row) {
      ArrayRef<double> weight = ArrayRef(matrix).slice(row * columns, columns);
      double greatest = 0.0;
      for (size_t column = 0; column < columns; ++column)
        greatest = std::max(greatest,
                            std::abs(weight[column]) * input.scaleOf(column));
      double scale = greatest / 127.0, zero = 0.0;
      for (size_t column = 0; column < columns; ++column) {
        // The exact weight, not its int8: the error of the latter then only
        // multiplies how far the input is from its zero.
        zero += weight[column] * input.zeroOf(column);
        if (scale > 0.0)
          integers[row * inputSize + column] = static_cast<int8_t>(
              roundReal(weight[column] * input.scaleOf(column) / scale));
      }
      result.scales.push_back(scale);
      result.zeros.push_back(zero);
    }
    result.weights = DenseElementsAttr::get(
        RankedTensorType::get({static_cast<int64_t>(rows), inputSize},
                              builder.getI8Type()),
        ArrayRef<int8_t>(integers));
    return result;
  }

  LogicalResult affine(AffineOp op) {
    FixedFormat format = formatAttr(op);
    auto bits = op->getAttrOfType<DenseI32ArrayAttr>(kOperandBitsAttr);
    SmallVector<double> bias = realElements(op.getBias());
    int64_t rows = bias.size();
    SmallVector<Fixed> products;
    for (auto [index, input, attr] :
         llvm::enumerate(op.getInputs(), op.getWeights())) {
      Fixed operand = get(input);
      FixedFormat meaning = operand.format;
      if (bits[index] == 8) {
        operand.value = builder.create<HighByteOp>(
            op.getLoc(), operand.value.getType(), operand.value);
        // The low byte that is dropped is 127.5 on average.
        for (auto [scale, zero] : llvm::zip(meaning.scale, meaning.zero)) {
          zero += 127.5 * scale;
          scale *= 256.0;
        }
      }
      RowScaled rowScaled = quantizeRows(cast<ElementsAttr>(attr), meaning,
                                         sizeOf(operand.value));
      for (int64_t row = 0; row < rows; ++row)
        bias[row] += rowScaled.zeros[row];
      products.push_back(
          {builder.create<MatvecS8Op>(op.getLoc(), vector(32, rows),
                                      operand.value, rowScaled.weights,
                                      PackingAttr()),
           FixedFormat{32, rowScaled.scales, SmallVector<double>(rows, 0.0)}});
    }
    // The bias enters with the first product, the target's zero with it; only
    // the last one narrows.
    Value sum;
    for (auto [index, product] : llvm::enumerate(products)) {
      bool last = index + 1 == products.size();
      FixedFormat to = format;
      if (!last)
        to.width = 32;
      if (index > 0)
        to.zero.assign(1, 0.0);
      FailureOr<Value> value = requantize(
          op.getLoc(), product, sum, to,
          index == 0 ? ArrayRef<double>(bias) : ArrayRef<double>(), rows);
      if (failed(value))
        return failure();
      sum = *value;
    }
    return lowered(op, sum, format);
  }

  /// A table of `fn` over all 16-bit inputs of a format, in Q15.
  SmallVector<int16_t> table(const FixedFormat &format,
                             llvm::function_ref<double(double)> fn) {
    SmallVector<int16_t> entries;
    int64_t intervals = int64_t(1) << lutBits;
    for (int64_t i = 0; i <= intervals; ++i) {
      double input = format.scale[0] * (-32768.0 + i * (65536.0 / intervals)) +
                     format.zero[0];
      entries.push_back(static_cast<int16_t>(std::clamp<int64_t>(
          roundReal(fn(input) * 32768), -INT16_MAX, INT16_MAX)));
    }
    return entries;
  }

  LogicalResult activate(ActivateOp op) {
    Fixed in = get(op.getInput());
    FixedFormat wanted =
        in.format.width == 16 && in.format.size() == 1
            ? in.format
            : FixedFormat::uniform(16, tableDomain(op.getFunction()) / 32768);
    FailureOr<Value> input = convert(op.getLoc(), in, wanted);
    if (failed(input))
      return failure();
    auto fn = [&](double x) {
      return op.getFunction() == Function::Sigmoid ? 1.0 / (1.0 + std::exp(-x))
                                                   : std::tanh(x);
    };
    return lowered(op,
                   builder.create<LutS16Op>(op.getLoc(), (*input).getType(),
                                            *input, table(wanted, fn)),
                   formatAttr(op));
  }

  LogicalResult eulerStep(EulerStepOp op) {
    FixedFormat format = formatAttr(op);
    Fixed derivative = get(op.getDerivative());
    derivative.format.scale[0] *= op.getDt().convertToDouble();
    FailureOr<Value> delta = convert(op.getLoc(), derivative,
                                     FixedFormat::uniform(32, format.scale[0]));
    if (failed(delta))
      return failure();
    return lowered(op,
                   builder.create<EulerStepS16Op>(
                       op.getLoc(), get(op.getState()).value.getType(),
                       get(op.getState()).value, *delta),
                   format);
  }

  /// (x + dt*S) * 1/(1 + dt*D), the reciprocal from a table.
  LogicalResult fusedStep(FusedStepOp op) {
    Location loc = op.getLoc();
    double dt = op.getDt().convertToDouble();
    FixedFormat format = formatAttr(op);
    FixedFormat decayFormat = formatAttr(op, kDecayFormatAttr);
    FixedFormat sumFormat = formatAttr(op, kNumeratorFormatAttr);
    Fixed source = get(op.getSource());
    source.format.scale[0] *= dt;
    FailureOr<Value> decay = convert(loc, get(op.getDecay()), decayFormat);
    FailureOr<Value> state = convert(loc, get(op.getState()), sumFormat);
    FailureOr<Value> drive = convert(loc, source, sumFormat);
    if (failed(decay) || failed(state) || failed(drive))
      return failure();
    auto word = vector(32, sizeOf(op.getResult()));
    Value reciprocal = builder.create<LutS16Op>(
        loc, (*decay).getType(), *decay,
        table(decayFormat, [&](double d) { return 1.0 / (1.0 + dt * d); }));
    Value sum = builder.create<AddS32Op>(loc, word, *state, *drive);
    Value quotient = builder.create<MulS32Op>(loc, word, sum, reciprocal);
    FailureOr<Value> next = convert(
        loc, {quotient, FixedFormat::uniform(32, sumFormat.scale[0] / 32768)},
        format);
    if (failed(next))
      return failure();
    return lowered(op, *next, format);
  }

  ModelOp model;
  OpBuilder builder;
  unsigned lutBits;
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
