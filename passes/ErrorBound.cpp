// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the real level as lnn-lower-to-int8 does, with an emitter that gives
// errors in place of operations. A recurrence is bounded step by step: what one
// step errs from an exact state, and what it makes of the error that the state
// had.
#include "passes/ErrorBound.h"

#include "passes/FixedFormat.h"
#include "passes/RealRanges.h"
#include "passes/Slopes.h"
#include "passes/fixed/Errors.h"

#include "llvm/ADT/TypeSwitch.h"

#include <numeric>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

using Rule = fixed::Lowering<fixed::ErrorEmitter>;
using Fixed = Rule::Fixed;
using fixed::Estimate;
using fixed::Estimates;

/// Of single precision, in which the float executor computes.
constexpr double kUnitRoundoff = 0x1p-24;
/// Roundings of an elementwise operation at most, functions of the C library
/// included.
constexpr double kRoundings = 8;
/// This arithmetic is in double precision; its own rounding is far below that.
constexpr double kSlack = 1 + 1e-9;

class Bounder {
public:
  Bounder(ModelOp model, unsigned tableBits)
      : model(model), rule(emitter, tableBits) {}

  FailureOr<ErrorBound> run() {
    ranges.analyze(model);
    FixedFormat window = FixedFormat::uniform(
        16, std::ldexp(1.0, -static_cast<int>(model.getFractionBits())));
    setArgument(model.getWindow(), window);
    if (Value age = model.getAge())
      setArgument(age, fixed::ageFormat());
    if (failed(visit(model.getBody().front())))
      return failure();
    auto ret = cast<ReturnOp>(model.getBody().front().getTerminator());
    std::optional<Estimates> forecast =
        rule.forecast(get(ret.getForecast()), window);
    if (!forecast)
      return ret.emitError(emitter.problem);
    for (int64_t i = 0, size = model.getHorizonSize(); i < size; ++i)
      bound.forecast.push_back(
          std::min(forecast->at(i).error, double(INT16_MAX)) * window.scale[0] *
          kSlack);
    return std::move(bound);
  }

private:
  // ---- Bookkeeping ----

  Fixed get(Value value) const { return values.lookup(value); }

  static FixedFormat formatOf(Operation *op, StringRef name = kFormatAttr) {
    return fromAttr(op->getAttrOfType<FixedAttr>(name));
  }

  /// What the proved range of a value leaves of its integers.
  Interval<double> integerRange(Value value, const FixedFormat &format,
                                size_t i) const {
    Interval<double> real = elementOf(ranges.get(value), i).all;
    return {(real.low - format.zeroOf(i)) / format.scaleOf(i),
            (real.high - format.zeroOf(i)) / format.scaleOf(i)};
  }

  size_t entriesOf(Value value, const FixedFormat &format) const {
    return std::max(ranges.get(value).size(), format.size());
  }

  void setArgument(Value value, const FixedFormat &format) {
    values[value] = {
        Estimates{16,
                  size_t(sizeOf(value)),
                  {Estimate::within(integerRange(value, format, 0))}},
        format};
  }

  LogicalResult set(Operation *op, std::optional<Estimates> to,
                    const FixedFormat &format) {
    if (!to)
      return op->emitError(emitter.problem);
    Value result = op->getResult(0);
    spread(*to, entriesOf(result, format));
    bool clips = false;
    for (auto [i, element] : llvm::enumerate(to->elements)) {
      narrow(element, integerRange(result, format, i), to->width);
      clips |= element.ideal.low > element.wanted.low ||
               element.ideal.high < element.wanted.high;
      element.error += floatError(op, i) / format.scaleOf(i);
    }
    bool intoTable = !op->use_empty() &&
                     llvm::all_of(op->getUsers(), llvm::IsaPred<ActivateOp>);
    if (clips && !intoTable)
      bound.mustFit.push_back(result);
    values[result] = {std::move(*to), format};
    return success();
  }

  static void spread(Estimates &estimates, size_t entries) {
    if (estimates.elements.size() == 1 && entries > 1)
      estimates.elements.assign(entries, estimates.elements[0]);
  }

  /// Takes what was proved of the real value into what was estimated. A
  /// rounding's worth beyond a format is a matter of arithmetic, not of
  /// clipping.
  static void narrow(Estimate &element, Interval<double> proved,
                     unsigned width) {
    auto both = [&](Interval<double> range) {
      return Interval<double>{std::clamp(proved.low, range.low, range.high),
                              std::clamp(proved.high, range.low, range.high)};
    };
    element.wanted = both(element.wanted);
    element.ideal = both(element.ideal);
    if (width == 16 && element.wanted.low >= INT16_MIN - 1e-3 &&
        element.wanted.high <= INT16_MAX + 1 + 1e-3)
      element.ideal = element.wanted;
  }

  // ---- What single precision errs ----

  double magnitude(Value value, size_t i) const {
    return elementOf(ranges.get(value), i).all.magnitude();
  }

  /// Of element `i` of the result when the operands are exact.
  double floatError(Operation *op, size_t i) const {
    if (auto affine = dyn_cast<AffineOp>(op))
      return affineFloatError(affine, i);
    if (isa<ConstantOp, LastOp, StackOp, ScanOp>(op))
      return 0;
    double terms = magnitude(op->getResult(0), i), factor = 1;
    for (Value operand : op->getOperands())
      terms += magnitude(operand, i % ranges.get(operand).size());
    if (auto normalize = dyn_cast<NormalizeOp>(op)) {
      terms += std::abs(elementOf(normalize.getOffset(), i));
      factor = std::max(1.0, std::abs(elementOf(normalize.getScale(), i)));
    } else if (auto mean = dyn_cast<BlockMeanOp>(op)) {
      factor = double(sizeOf(mean.getInput()) / sizeOf(mean.getResult()));
    } else if (auto euler = dyn_cast<EulerStepOp>(op)) {
      factor = std::max(1.0, euler.getDt().convertToDouble());
    } else if (auto fused = dyn_cast<FusedStepOp>(op)) {
      factor = std::max(1.0, fused.getDt().convertToDouble());
    } else if (isa<ActivateOp>(op)) {
      terms = 1;
    }
    return kRoundings * kUnitRoundoff * factor * terms;
  }

  static double elementOf(ArrayRef<double> values, size_t i) {
    return values[values.size() == 1 ? 0 : i];
  }
  static const Ranged<double> &elementOf(const RealVectorRange &range,
                                         size_t i) {
    return lnn::elementOf(range, i);
  }

  double affineFloatError(AffineOp op, size_t row) const {
    double terms = std::abs(realVector(op.getBias())[row]);
    size_t roundings = 2;
    for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights())) {
      std::vector<double> weights = realVector(cast<ElementsAttr>(attr));
      size_t columns = sizeOf(input);
      for (size_t j = 0; j < columns; ++j)
        terms += std::abs(weights[row * columns + j]) *
                 magnitude(input, j % ranges.get(input).size());
      roundings += columns;
    }
    return double(roundings) * kUnitRoundoff * terms;
  }

  // ---- Operations ----

  LogicalResult visit(Block &block) {
    for (Operation &op : block.without_terminator())
      if (failed(visit(&op)))
        return failure();
    return success();
  }

  LogicalResult visit(Operation *operation) {
    if (!operation->hasAttr(kFormatAttr))
      return operation->emitError("has no ")
             << kFormatAttr << "; run lnn-quantize first";
    return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
        .Case([&](ConstantOp op) {
          FixedFormat format = formatOf(op);
          return set(op, constant(op, format), format);
        })
        .Case<LastOp, DifferenceOp, BlockMeanOp, ClampOp>(
            [&](auto op) { return set(op, input(op), formatOf(op)); })
        .Case([&](NormalizeOp op) {
          return set(op, get(op.getInput()).value, formatOf(op));
        })
        .Case([&](AddOp op) { return sum(op, Rule::Sum::Add); })
        .Case([&](SubOp op) { return sum(op, Rule::Sum::Sub); })
        .Case([&](MulOp op) {
          FixedFormat format = formatOf(op);
          return set(op,
                     rule.multiply(get(op.getLhs()), get(op.getRhs()), format,
                                   sizeOf(op.getResult())),
                     format);
        })
        .Case([&](StackOp op) { return stack(op); })
        .Case([&](AffineOp op) { return affine(op); })
        .Case([&](InterpolateOp op) {
          FixedFormat format = formatOf(op);
          return set(op,
                     rule.interpolate(get(op.getKnots()), format,
                                      sizeOf(op.getResult())),
                     format);
        })
        .Case([&](ActivateOp op) {
          Fixed in = get(op.getInput());
          fixed::Activation function = activationOf(op.getFunction());
          emitter.curve = fixed::activationCurve(
              function, Rule::argumentFormat(in, function));
          return set(op, rule.activate(in, function), formatOf(op));
        })
        .Case([&](EulerStepOp op) {
          FixedFormat format = formatOf(op);
          return set(op,
                     rule.eulerStep({get(op.getState()).value, format},
                                    get(op.getDerivative()),
                                    op.getDt().convertToDouble()),
                     format);
        })
        .Case([&](FusedStepOp op) { return fusedStep(op); })
        .Case([&](ScanOp op) { return scan(op); })
        .Default([](Operation *op) {
          return op->emitError("has no rule for bounds on errors");
        });
  }

  static Estimates constant(ConstantOp op, const FixedFormat &format) {
    Estimates result{16, size_t(sizeOf(op.getResult())), {}};
    for (auto [i, value] : llvm::enumerate(realElements(op.getValue()))) {
      double exact = (value - format.zeroOf(i)) / format.scaleOf(i);
      int16_t integer =
          fixed::quantize(value, format.scaleOf(i), format.zeroOf(i));
      result.elements.push_back(Estimate::within(Interval<double>::point(exact),
                                                 std::abs(integer - exact)));
    }
    return result;
  }

  /// The hull of all elements.
  static Estimate all(const Estimates &estimates) {
    Estimate result = estimates.elements.front();
    for (const Estimate &element : estimates.elements) {
      result.wanted = hull(result.wanted, element.wanted);
      result.ideal = hull(result.ideal, element.ideal);
      result.error = std::max(result.error, element.error);
    }
    return result;
  }

  Estimates input(LastOp op) {
    const Fixed in = get(op.getInput());
    return {in.value.width, 1, {all(in.value)}};
  }
  Estimates input(DifferenceOp op) {
    const Fixed in = get(op.getInput());
    Estimate element = all(in.value);
    Interval<double> range =
        hull(element.ideal - element.ideal, Interval<double>{0, 0});
    return {in.value.width,
            in.value.size,
            {Estimate::within(range, 2 * element.error)}};
  }
  Estimates input(BlockMeanOp op) {
    Estimate element = all(get(op.getInput()).value);
    double size = double(sizeOf(op.getInput()) / sizeOf(op.getResult()));
    return {32,
            size_t(sizeOf(op.getResult())),
            {Estimate::within(element.ideal * Interval<double>::point(size),
                              element.error * size)}};
  }
  Estimates input(ClampOp op) {
    Fixed in = get(op.getInput());
    Estimates result = emitter.clamp(
        in.value, 32, Rule::limit(op.getMin().convertToDouble(), in.format),
        Rule::limit(op.getMax().convertToDouble(), in.format));
    for (Estimate &element : result.elements)
      // A limit is rounded as well.
      element =
          Estimate::within({element.ideal.low - 0.5, element.ideal.high + 0.5},
                           element.error + 0.5);
    return result;
  }

  template <typename Op> LogicalResult sum(Op op, Rule::Sum sign) {
    FixedFormat format = formatOf(op);
    return set(op,
               rule.add(get(op.getLhs()), get(op.getRhs()), format,
                        sizeOf(op.getResult()), sign),
               format);
  }

  /// A sequence has one estimate for each column.
  LogicalResult stack(StackOp op) {
    FixedFormat format = formatOf(op);
    Estimates result{16, size_t(op.getResult().getType().getDimSize(1)), {}};
    for (auto [i, column] : llvm::enumerate(op.getColumns())) {
      std::optional<Estimates> value =
          rule.convert(get(column), FixedFormat::uniform(16, format.scaleOf(i),
                                                         format.zeroOf(i)));
      if (!value)
        return op.emitError(emitter.problem);
      result.elements.push_back(all(*value));
    }
    result.elements.resize(result.size, Estimate::within({0, 0}));
    return set(op, result, format);
  }

  LogicalResult affine(AffineOp op) {
    auto bits = op->getAttrOfType<DenseI32ArrayAttr>(kOperandBitsAttr);
    if (!bits)
      return op.emitError("has no ")
             << kOperandBitsAttr << "; run lnn-quantize first";
    std::vector<Rule::Factor> factors;
    for (auto [index, input, attr] :
         llvm::enumerate(op.getInputs(), op.getWeights())) {
      Fixed operand = get(input);
      std::vector<double> weights = realVector(cast<ElementsAttr>(attr));
      factors.push_back({operand, weights, bits[index]});
      emitter.products.push_back(
          {weights, bits[index] == 8 ? fixed::highByteFormat(operand.format)
                                     : operand.format});
    }
    FixedFormat format = formatOf(op);
    return set(op, rule.affine(factors, realVector(op.getBias()), format),
               format);
  }

  LogicalResult fusedStep(FusedStepOp op) {
    FixedFormat format = formatOf(op);
    fixed::FusedFormats inner{formatOf(op, kDecayFormatAttr),
                              formatOf(op, kNumeratorFormatAttr)};
    double dt = op.getDt().convertToDouble();
    emitter.curve = fixed::reciprocalCurve(dt, inner.decay);
    return set(op,
               rule.fusedStep(get(op.getState()), get(op.getSource()),
                              get(op.getDecay()), dt, format, inner,
                              sizeOf(op.getResult())),
               format);
  }

  // ---- The recurrence ----

  LogicalResult scan(ScanOp op) {
    FixedFormat format = formatOf(op);
    std::optional<Estimates> init;
    if (auto constantInit = op.getInit().template getDefiningOp<ConstantOp>())
      init = constant(constantInit, format);
    else
      init = rule.convert(get(op.getInit()), format);
    if (!init)
      return op.emitError(emitter.problem);
    size_t units = sizeOf(op.getState());
    std::vector<double> error;
    for (size_t i = 0; i < units; ++i)
      error.push_back(init->at(i).error);

    if (op.getSequence())
      values[*op.getRow()] = get(op.getSequence());
    // The state of which a step's own error is looked at is an integer's.
    Estimates state{16, units, {}};
    for (size_t i = 0; i < units; ++i)
      state.elements.push_back(
          Estimate::within(integerRange(op.getState(), format, i)));
    values[op.getState()] = {state, format};
    if (failed(visit(op.getBody().front())))
      return failure();
    std::optional<Estimates> next =
        rule.convert(get(op.getNextState()), format);
    FailureOr<Jacobian> slopes = Slopes(ranges).ofStep(op);
    if (!next)
      return op.emitError(emitter.problem);
    if (failed(slopes))
      return failure();

    record(*slopes, *next, format);
    for (int64_t step = 0; step < op.getTripCount(); ++step) {
      error = slopes->carry(error);
      for (size_t i = 0; i < units; ++i) {
        error[i] += next->at(i).error;
        // Both are what 16 bits can say.
        error[i] = std::min(error[i], double(UINT16_MAX));
      }
    }
    for (size_t i = 0; i < units; ++i)
      state.elements[i].error = error[i];
    return set(op, state, format);
  }

  void record(const Jacobian &slopes, const Estimates &next,
              const FixedFormat &format) {
    for (double sum : slopes.carry(std::vector<double>(slopes.columns, 1.0)))
      bound.growth = std::max(bound.growth, sum);
    for (size_t i = 0; i < slopes.rows; ++i)
      bound.step = std::max(bound.step, next.at(i).error * format.scale[0]);
  }

  ModelOp model;
  fixed::ErrorEmitter emitter;
  Rule rule;
  RealRanges ranges;
  llvm::DenseMap<Value, Fixed> values;
  ErrorBound bound;
};

} // namespace

double ErrorBound::mean() const {
  return std::accumulate(forecast.begin(), forecast.end(), 0.0) /
         double(forecast.size());
}

double ErrorBound::greatest() const {
  return *std::max_element(forecast.begin(), forecast.end());
}

FailureOr<ErrorBound> dlnet::lnn::boundError(ModelOp model,
                                             unsigned tableBits) {
  return Bounder(model, tableBits).run();
}
