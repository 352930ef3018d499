// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows frontend/network/SohNetwork.cpp, lnn-discretize,
// lnn-fold-normalization, lnn-thin-horizon, lnn-quantize and lnn-lower-to-int8
// in one go, without IR. That it comes to the same integers is shown by
// test/unit/trainer/QuantizedParityTest.cpp.
#include "trainer/engine/Compose.h"

#include "trainer/engine/DeadUnits.h"
#include "trainer/engine/ValueBuilder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace dlnet {
namespace {

using fixed::Activation;
using fixed::Format;
using fixed::VectorRange;
using Value = ValueBuilder::Value;
using Affine = ValueBuilder::Affine;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kFractionBits = 14;

std::vector<double> toDouble(const std::vector<float> &values) {
  return {values.begin(), values.end()};
}

class Composer {
public:
  Composer(const FamilyModel &model, const QuantizeOptions &options)
      : model(model), options(options),
        build(result.program, unsigned(options.tableBits), options.stateBits) {}

  Result<QuantizedModel> compose() {
    IntegerProgram &program = result.program;
    build.emitter.into(program.before);
    result.window = Format::uniform(16, std::ldexp(1.0, -kFractionBits));
    program.steps = model.blocks();
    program.block = model.block;
    program.substeps = model.cell == CellKind::Cfc ? 1 : model.solver.steps;
    program.last = program.addSlot(1, 16);
    VectorRange soh = fixed::within({0.0, INT16_MAX * result.window.scale[0]});
    Value last{soh, Fixed{program.last, result.window}, false};
    foldInputs();
    Value row = inputs(soh, last);
    build.emitter.into(program.body);
    std::optional<Value> state = recurrence(row);
    if (!state)
      return Failure{fmt::format("{}: the state of the cell has no proved "
                                 "bound, so that the compiler would refuse it",
                                 model.name)};
    build.emitter.into(program.after);
    readout(*state, last);
    if (!build.emitter.problem().empty())
      return Failure{model.name + ": an operation " + build.emitter.problem()};
    return std::move(result);
  }

private:
  using Rule = ValueBuilder::Rule;
  using Fixed = ValueBuilder::Fixed;

  std::vector<double> numbers(const std::string &key) const {
    return toDouble(model.tensor(key).values);
  }

  // ---- Inputs ----

  /// The affines of the cell with the scaling of the inputs folded in.
  void foldInputs() {
    const Features &f = model.features;
    offsets = {0.0, 0.0, f.levelOffset};
    scales = {f.differenceScale, f.relativeScale, f.levelScale};
    if (f.age) {
      offsets.push_back(f.age->offset);
      scales.push_back(f.age->scale);
    }
    std::vector<std::string> suffixes = {""};
    if (model.cell == CellKind::Liquid)
      suffixes = {"f", "a"};
    else if (model.cell == CellKind::Cfc)
      suffixes = {"g", "h", "t"};
    for (const std::string &suffix : suffixes) {
      Affine affine{numbers("cell.w" + suffix), numbers("cell.u" + suffix),
                    numbers("cell.b" + suffix)};
      fixed::foldColumns(affine.u, affine.b, offsets, scales);
      affines.push_back(std::move(affine));
    }
  }

  /// Difference, relative, level, age: the columns that the recurrence reads.
  Value inputs(const VectorRange &soh, const Value &last) {
    IntegerProgram &program = result.program;
    const Features &f = model.features;
    const Calibration &r = model.ranges;
    program.blockSums = program.addSlot(size_t(model.blocks()), 32);
    Format blockFormat = fixed::blockMeanFormat(result.window, model.block);
    Value level{fixed::within(fixed::hullOf(soh)),
                Fixed{program.blockSums, blockFormat}, false};
    double clip = f.differenceClip / f.differenceScale;
    Value difference{
        fixed::clampRange(fixed::neighbourDifference(level.range), -clip, clip),
        Fixed{build.emitter.clamp(build.emitter.difference(program.blockSums),
                                  32, Rule::limit(-clip, blockFormat),
                                  Rule::limit(clip, blockFormat)),
              blockFormat},
        false};
    Value relative = build.sub(level, last);

    std::vector<Value> columns = {difference, relative, level};
    // Recorded after normalization; here the numbers are SOH again, or cycles.
    std::vector<Interval<double>> recorded = {
        {r.difference.low / f.differenceScale,
         r.difference.high / f.differenceScale},
        {r.relative.low / f.relativeScale, r.relative.high / f.relativeScale},
        {r.level.low / f.levelScale + f.levelOffset,
         r.level.high / f.levelScale + f.levelOffset}};
    if (f.age) {
      program.age = program.addSlot(1, 16);
      columns.push_back({fixed::within(fixed::possibleAges()),
                         Fixed{program.age, fixed::ageFormat()}, false});
      recorded.push_back(
          fixed::recordedAges({r.age.low / f.age->scale + f.age->offset,
                               r.age.high / f.age->scale + f.age->offset}));
    }
    Value row;
    std::vector<Interval<double>> ranges;
    for (size_t i = 0; i < columns.size(); ++i) {
      Interval<double> possible = fixed::hullOf(columns[i].range);
      row.range.push_back(Ranged<double>::independent(possible));
      ranges.push_back(fixed::widened(recorded[i], options.headroom, possible));
    }
    Format format = fixed::inputsFormat(ranges, largestWeights());
    for (size_t i = 0; i < columns.size(); ++i) {
      auto column =
          columns[i].integers
              ? build.rule.convert(
                    *columns[i].integers,
                    Format::uniform(16, format.scale[i], format.zero[i]))
              : std::nullopt;
      program.columns.push_back(column.value_or(program.blockSums));
    }
    program.row = program.addSlot(columns.size(), 16);
    row.integers = Fixed{program.row, format};
    result.inputs = fixed::normalizedFormat(format, offsets, scales);
    return row;
  }

  /// Greatest |weight| on each column of the inputs.
  std::vector<double> largestWeights() const {
    size_t columns = offsets.size();
    std::vector<double> largest(columns, 0.0);
    for (const Affine &affine : affines)
      for (size_t i = 0; i < affine.u.size(); ++i)
        largest[i % columns] =
            std::max(largest[i % columns], std::abs(affine.u[i]));
    return largest;
  }

  // ---- Batteries ----

  /// The gate of `affines[index]`; the backward pass wants to see it.
  Value gate(Activation function, size_t index, const Value &x,
             const Value &u) {
    Value value = build.gate(function, affines[index], x, u);
    if (value.integers)
      result.program.gates.push_back(value.integers->value);
    return value;
  }

  /// dx/dt = source - decay * x, and dx/dt itself as it is written.
  struct Derivative {
    Value whole, source, decay;
  };

  /// f * (a - x)
  Derivative liquid(const Value &x, const Value &u, bool fused) {
    Value f = gate(Activation::Sigmoid, 0, x, u);
    Value a = gate(Activation::Tanh, 1, x, u);
    if (fused)
      return {{}, build.mul(f, a), f};
    return {build.mul(f, build.sub(a, x)), {}, {}};
  }

  /// f * (A - x) - x / tau
  Derivative ltc(const Value &x, const Value &u, bool fused) {
    Value f = gate(Activation::Sigmoid, 0, x, u);
    std::vector<double> rates;
    for (float tau : model.tensor("cell.tau").values)
      rates.push_back(1.0f / tau);
    if (fused)
      return {{},
              build.mulConstant(f, numbers("cell.a")),
              build.add(f, build.constant(rates))};
    return {
        build.sub(build.mul(f, build.sub(build.constant(numbers("cell.a")), x)),
                  build.mulConstant(x, rates)),
        {},
        {}};
  }

  /// beta * tanh(..) - alpha * x
  Derivative ctRnn(const Value &x, const Value &u, bool fused) {
    Value t = gate(Activation::Tanh, 0, x, u);
    Value source = build.mulConstant(t, numbers("cell.beta"));
    if (fused)
      return {{}, source, build.constant(numbers("cell.alpha"))};
    return {
        build.sub(source, build.mulConstant(x, numbers("cell.alpha"))), {}, {}};
  }

  Derivative derivative(const Value &x, const Value &u, bool fused) {
    switch (model.cell) {
    case CellKind::Liquid:
      return liquid(x, u, fused);
    case CellKind::Ltc:
      return ltc(x, u, fused);
    default:
      return ctRnn(x, u, fused);
    }
  }

  /// t * g + (1 - t) * h
  Value closedForm(const Value &x, const Value &u) {
    Value g = gate(Activation::Tanh, 0, x, u);
    Value h = gate(Activation::Tanh, 1, x, u);
    Value t = gate(Activation::Sigmoid, 2, x, u);
    Value one = build.constant(std::vector<double>(size_t(model.units), 1.0));
    return build.add(build.mul(t, g), build.mul(build.sub(one, t), h));
  }

  /// A state within the box, without integers.
  static Value stateWithin(Interval<double> box) {
    return {{Ranged<double>::state(box)}, std::nullopt, false};
  }

  std::optional<Value> recurrence(const Value &row) {
    bool fused = model.solver.method == SolverKind::Fused;
    bool closed = model.cell == CellKind::Cfc;
    double dt = model.solver.dt / double(model.solver.steps);
    Value anything{fixed::within({-kInfinity, kInfinity}), std::nullopt, false};
    Interval<double> box;
    build.rangesOnly = true;
    if (closed) {
      box =
          hull(fixed::hullOf(
                   closedForm(stateWithin({-kInfinity, kInfinity}), row).range),
               {0.0, 0.0});
    } else {
      std::optional<double> radius = fixed::findInvariant(
          [&](double r) {
            return derivative(stateWithin({-r, r}), anything, false)
                .whole.range;
          },
          {fused, dt});
      if (!radius)
        return std::nullopt;
      box = {-*radius, *radius};
    }
    build.rangesOnly = false;

    IntegerProgram &program = result.program;
    Value state = stateWithin(box);
    result.state = fixed::wordFormat(state.magnitude());
    program.state = program.addSlot(size_t(model.units), 16);
    state.integers = Fixed{program.state, result.state};
    std::optional<int> next;
    if (closed) {
      Value value = closedForm(state, row);
      if (value.integers)
        next = build.rule.convert(*value.integers, result.state);
    } else {
      next = step(state, derivative(state, row, fused), dt, fused);
    }
    program.next = next.value_or(program.state);
    quantizeStateWeights();
    return Value{fixed::within(box), Fixed{program.state, result.state}, false};
  }

  std::optional<int> step(const Value &state, const Derivative &d, double dt,
                          bool fused) {
    if (!fused)
      return d.whole.integers
                 ? build.rule.eulerStep(*state.integers, *d.whole.integers, dt)
                 : std::nullopt;
    if (!d.source.integers || !d.decay.integers)
      return std::nullopt;
    fixed::FusedFormats inner = fixed::fusedFormats(
        state.known(), d.source.magnitude(), fixed::hullOf(d.decay.range), dt);
    return build.rule.fusedStep(*state.integers, *d.source.integers,
                                *d.decay.integers, dt, result.state, inner,
                                size_t(model.units));
  }

  /// What the int8 weights on the state mean.
  void quantizeStateWeights() {
    Format operand = options.stateBits == 8
                         ? fixed::highByteFormat(result.state)
                         : result.state;
    size_t rows = size_t(model.units);
    for (const Affine &affine : affines) {
      fixed::ByteMatrix bytes =
          fixed::quantizeRows(affine.w, rows, operand, rows);
      for (size_t i = 0; i < bytes.weights.size(); ++i)
        result.stateWeights.push_back(float(
            bytes.weights[i] * bytes.scales[i / rows] / operand.scale[0]));
    }
  }

  // ---- Readout ----

  void readout(const Value &state, const Value &last) {
    IntegerProgram &program = result.program;
    fixed::Matrix weights = numbers("readout.w");
    std::vector<double> bias = numbers("readout.b");
    VectorRange proved =
        fixed::addProduct(fixed::constants(bias), weights, state.range);
    std::vector<Interval<double>> recorded;
    for (size_t i = 0; i < proved.size(); ++i) {
      const Range &range = model.ranges.coefficients[i];
      recorded.push_back(fixed::widened({range.low, range.high},
                                        options.headroom, proved[i].all));
    }
    result.coefficients = fixed::rowsFormat(proved, recorded);
    auto coefficients = build.rule.affine({{*state.integers, weights, 16}},
                                          bias, result.coefficients);
    if (!coefficients)
      return;
    program.coefficients = *coefficients;

    Value forecast =
        curve({proved, Fixed{*coefficients, result.coefficients}, false}, last);
    if (forecast.integers)
      program.forecast =
          build.rule.forecast(*forecast.integers, result.window).value_or(-1);
  }

  /// The basis curves, or knots of theirs, and the newest SOH.
  Value curve(const Value &coefficients, const Value &last) {
    std::vector<fixed::Matrix> curves = {numbers("basis.curves")};
    std::vector<double> mean = numbers("basis.mean");
    fixed::foldRows(curves, mean, {0.0}, {1.0 / model.outputScale});
    fixed::Rows rows{std::move(curves[0]), std::move(mean)};
    std::vector<Interval<double>> recorded;
    for (const Range &range : model.ranges.coefficients)
      recorded.push_back({range.low, range.high});
    std::optional<fixed::Rows> knots =
        fixed::thinRows(rows, recorded, options.knotTolerance);
    if (!knots)
      return build.add(product(rows, coefficients, false), last);
    return build.interpolate(
        build.add(product(*knots, coefficients, true), last),
        size_t(model.horizon));
  }

  Value product(const fixed::Rows &rows, const Value &coefficients,
                bool areKnots) {
    Value value{fixed::addProduct(fixed::constants(rows.bias), rows.weights,
                                  coefficients.range),
                std::nullopt, false};
    Format format = areKnots
                        ? fixed::knotFormat(result.window, value.magnitude())
                        : Format::uniform(32, result.window.scale[0]);
    value.integers = ValueBuilder::with(
        build.rule.affine({{*coefficients.integers, rows.weights, 16}},
                          rows.bias, format),
        format);
    return value;
  }

  const FamilyModel &model;
  QuantizeOptions options;
  QuantizedModel result;
  ValueBuilder build;
  std::vector<double> offsets, scales; ///< Of the inputs' normalization.
  std::vector<Affine> affines;
};

} // namespace

Result<QuantizedModel> quantizeModel(const FamilyModel &model,
                                     const QuantizeOptions &options) {
  if ((options.stateBits != 8 && options.stateBits != 16) ||
      options.tableBits < 4 || options.tableBits > 12 ||
      !(options.headroom >= 1.0) || !(options.knotTolerance >= 0.0) ||
      !std::isfinite(options.knotTolerance))
    return Failure{fmt::format("{}: expected 8 or 16 state bits, 4 to 12 table "
                               "bits, a headroom of at least 1 and a tolerance "
                               "of 0 or more, found {}, {}, {} and {}",
                               model.name, options.stateBits, options.tableBits,
                               options.headroom, options.knotTolerance)};
  FamilyModel silenced = silenceDeadUnits(model);
  return Composer(silenced, options).compose();
}

} // namespace dlnet
