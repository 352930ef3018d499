// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes each cell as the composition that REFERENCE equations give it; a new
// cell is a new function here, and no new operation. Hidden sizes stay `?`:
// lnn-specialize-shape reads them off the weights.
#include "frontend/import/ImportFamily.h"

#include "passes/RealRanges.h"
#include "passes/fixed/Choose.h"
#include "passes/operations/Operations.h"

#include "mlir/IR/Location.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

class Importer {
public:
  Importer(MLIRContext &context, const FamilyModel &model)
      : model(model), builder(&context) {}

  OwningOpRef<ModuleOp> import(const std::string &symbol) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
    auto op = builder.create<ModelOp>(at("model"), symbol);
    setMeasured(op);
    Block *block = builder.createBlock(&op.getBody());
    Value window = block->addArgument(vector(model.window), at("window"));
    Value age =
        model.features.age ? block->addArgument(vector(1), at("age")) : Value();
    Value last = builder.create<LastOp>(at("last"), vector(1), window);
    Value state = recurrence(features(window, last, age));
    builder.create<ReturnOp>(at("forecast"), readout(state, last));
    return module;
  }

private:
  // ---- Small words ----

  Location at(StringRef name) {
    return NameLoc::get(builder.getStringAttr(name));
  }
  RankedTensorType vector(int64_t size) {
    return RankedTensorType::get({size}, builder.getF32Type());
  }
  /// A vector whose size only the weights say.
  RankedTensorType hidden() { return vector(ShapedType::kDynamic); }

  DenseElementsAttr elements(const std::string &key) {
    const Tensor &tensor = model.tensor(key);
    return DenseElementsAttr::get(
        RankedTensorType::get(tensor.shape, builder.getF32Type()),
        ArrayRef<float>(tensor.values));
  }
  Value constant(const std::string &key) {
    return builder.create<ConstantOp>(at(key), elements(key));
  }
  Value affine(ValueRange inputs, ArrayRef<std::string> weights,
               const std::string &bias, RankedTensorType type) {
    SmallVector<Attribute> attrs, keys;
    for (const std::string &key : weights) {
      attrs.push_back(elements(key));
      keys.push_back(builder.getStringAttr(key));
    }
    keys.push_back(builder.getStringAttr(bias));
    auto op =
        builder.create<AffineOp>(at(weights.front()), type, inputs,
                                 builder.getArrayAttr(attrs), elements(bias));
    op->setAttr(kKeysAttr, builder.getArrayAttr(keys));
    return op;
  }
  Value activate(Function function, Value input) {
    return builder.create<ActivateOp>(input.getLoc(), input.getType(), function,
                                      input);
  }
  template <typename Op> Value binary(Value lhs, Value rhs) {
    return builder.create<Op>(at("cell"), hidden(), lhs, rhs);
  }
  /// Validation chooses; what the test cells say is not for choosing.
  void setMeasured(ModelOp op) {
    auto found = model.measured.find("validation");
    if (found == model.measured.end())
      return;
    NamedAttrList errors;
    if (found->second.maeFloat)
      errors.set("mae_float", builder.getF64FloatAttr(*found->second.maeFloat));
    if (found->second.maeInt8)
      errors.set("mae_int8", builder.getF64FloatAttr(*found->second.maeInt8));
    op->setAttr(kMeasuredAttr, errors.getDictionary(op.getContext()));
  }
  void setRange(Value value, ArrayRef<double> ends) {
    value.getDefiningOp()->setAttr(kRangeAttr,
                                   builder.getDenseF64ArrayAttr(ends));
  }

  // ---- Preprocessing ----

  /// `age` is null for a model that does not read it.
  Value features(Value window, Value last, Value age) {
    const Features &f = model.features;
    const Calibration &r = model.ranges;
    auto blocks = vector(model.blocks());
    Value level = builder.create<BlockMeanOp>(at("level"), blocks, window);
    Value difference =
        builder.create<DifferenceOp>(at("difference"), blocks, level);
    double clip = f.differenceClip / f.differenceScale;
    Value clipped = builder.create<ClampOp>(at("difference"), difference,
                                            APFloat(-clip), APFloat(clip));
    Value relative = builder.create<SubOp>(at("relative"), blocks, level, last);
    SmallVector<Value> columns = {clipped, relative, level};
    SmallVector<double> offsets = {0.0, 0.0, f.levelOffset};
    SmallVector<double> scales = {f.differenceScale, f.relativeScale,
                                  f.levelScale};
    // Recorded after normalization; here the numbers are SOH again, or cycles.
    SmallVector<double> recorded = {r.difference.low / f.differenceScale,
                                    r.difference.high / f.differenceScale,
                                    r.relative.low / f.relativeScale,
                                    r.relative.high / f.relativeScale,
                                    r.level.low / f.levelScale + f.levelOffset,
                                    r.level.high / f.levelScale +
                                        f.levelOffset};
    if (age) {
      columns.push_back(age);
      offsets.push_back(f.age->offset);
      scales.push_back(f.age->scale);
      Interval<double> ages =
          fixed::recordedAges({r.age.low / f.age->scale + f.age->offset,
                               r.age.high / f.age->scale + f.age->offset});
      recorded.append({ages.low, ages.high});
    }
    auto type = RankedTensorType::get({model.blocks(), model.featureCount()},
                                      builder.getF32Type());
    Value inputs = builder.create<StackOp>(at("inputs"), type, columns);
    setRange(inputs, recorded);
    return builder.create<NormalizeOp>(at("inputs"), inputs,
                                       builder.getDenseF64ArrayAttr(offsets),
                                       builder.getDenseF64ArrayAttr(scales));
  }

  // ---- Batteries ----

  Value recurrence(Value sequence) {
    Value zero = builder.create<SplatOp>(at("state"), hidden(), APFloat(0.0f));
    auto scan = builder.create<ScanOp>(at("recurrence"), hidden(), zero,
                                       sequence, IntegerAttr());
    setRange(scan.getResult(),
             {model.ranges.state.low, model.ranges.state.high});
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&scan.getBody(), {},
                                       {vector(model.featureCount()), hidden()},
                                       {at("input"), at("state")});
    Value input = block->getArgument(0), state = block->getArgument(1);
    Value next = model.cell == CellKind::Cfc ? closedForm(state, input)
                                             : continuous(state, input);
    builder.create<YieldOp>(at("state"), next);
    return scan.getResult();
  }

  Value continuous(Value state, Value input) {
    auto method = model.solver.method == SolverKind::Fused
                      ? SolverMethod::Fused
                      : SolverMethod::ExplicitEuler;
    auto ode =
        builder.create<OdeOp>(at("cell"), hidden(), state, method,
                              model.solver.steps, APFloat(model.solver.dt));
    OpBuilder::InsertionGuard guard(builder);
    Block *block =
        builder.createBlock(&ode.getBody(), {}, hidden(), at("state"));
    Value x = block->getArgument(0);
    Value derivative = model.cell == CellKind::Liquid ? liquid(x, input)
                       : model.cell == CellKind::Ltc  ? ltc(x, input)
                                                      : ctRnn(x, input);
    builder.create<YieldOp>(at("cell"), derivative);
    return ode.getResult();
  }

  /// dx/dt = f * (a - x), f = sigmoid(Wf x + Uf u + bf), a = tanh(...).
  Value liquid(Value x, Value u) {
    Value f = activate(Function::Sigmoid, affine({x, u}, {"cell.wf", "cell.uf"},
                                                 "cell.bf", hidden()));
    Value a = activate(Function::Tanh, affine({x, u}, {"cell.wa", "cell.ua"},
                                              "cell.ba", hidden()));
    return binary<MulOp>(f, binary<SubOp>(a, x));
  }

  /// dx/dt = f * (A - x) - x / tau, f = sigmoid(W x + U u + b): Hasani's
  /// -(1/tau + f) * x + f * A with f written once.
  Value ltc(Value x, Value u) {
    Value f = activate(Function::Sigmoid, affine({x, u}, {"cell.w", "cell.u"},
                                                 "cell.b", hidden()));
    Value drive = binary<MulOp>(f, binary<SubOp>(constant("cell.a"), x));
    SmallVector<float> rates;
    for (float tau : model.tensor("cell.tau").values)
      rates.push_back(1.0f / tau);
    Value rate = builder.create<ConstantOp>(
        at("cell.tau"),
        DenseElementsAttr::get(vector(rates.size()), ArrayRef<float>(rates)));
    return binary<SubOp>(drive, binary<MulOp>(rate, x));
  }

  /// dx/dt = beta * tanh(W x + U u + b) - alpha * x.
  Value ctRnn(Value x, Value u) {
    Value t = activate(Function::Tanh, affine({x, u}, {"cell.w", "cell.u"},
                                              "cell.b", hidden()));
    return binary<SubOp>(binary<MulOp>(constant("cell.beta"), t),
                         binary<MulOp>(constant("cell.alpha"), x));
  }

  /// x' = t * g + (1 - t) * h: the closed form needs no solver.
  Value closedForm(Value x, Value u) {
    Value g = activate(Function::Tanh, affine({x, u}, {"cell.wg", "cell.ug"},
                                              "cell.bg", hidden()));
    Value h = activate(Function::Tanh, affine({x, u}, {"cell.wh", "cell.uh"},
                                              "cell.bh", hidden()));
    Value t = activate(Function::Sigmoid, affine({x, u}, {"cell.wt", "cell.ut"},
                                                 "cell.bt", hidden()));
    Value one = builder.create<ConstantOp>(
        at("cell"), DenseElementsAttr::get(vector(1), 1.0f));
    return binary<AddOp>(binary<MulOp>(t, g),
                         binary<MulOp>(binary<SubOp>(one, t), h));
  }

  // ---- Readout ----

  Value readout(Value state, Value last) {
    Value coefficients = affine(state, {"readout.w"}, "readout.b", hidden());
    SmallVector<double> ends;
    for (const Range &range : model.ranges.coefficients)
      ends.append({range.low, range.high});
    setRange(coefficients, ends);
    Value curve = affine(coefficients, {"basis.curves"}, "basis.mean",
                         vector(model.horizon));
    Value delta = builder.create<NormalizeOp>(
        at("forecast"), curve, builder.getDenseF64ArrayAttr(0.0),
        builder.getDenseF64ArrayAttr(1.0 / model.outputScale));
    return builder.create<AddOp>(at("forecast"), vector(model.horizon), delta,
                                 last);
  }

  const FamilyModel &model;
  OpBuilder builder;
};

} // namespace

OwningOpRef<ModuleOp> dlnet::importModel(MLIRContext &context,
                                         const FamilyModel &model,
                                         const std::string &symbol) {
  loadLnn(context);
  return Importer(context, model).import(symbol);
}
