// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-discretize: the paper's first idea as a pass. A continuous cell becomes
// solver steps, but only steps that are stable for these weights.
#include "passes/Passes.h"
#include "passes/RealRanges.h"
#include "passes/fixed/FixedPoint.h"

#include "mlir/IR/IRMapping.h"

#include <optional>

namespace dlnet::lnn {
#define GEN_PASS_DEF_DISCRETIZE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// A derivative written as source - decay * x, where neither part has x as a
/// factor. A null `source` is 0; `decays` are summed, each a vector or, when
/// null, 1.
struct LinearInState {
  Value source;
  SmallVector<Value> decays;
  bool grows = false;     ///< Some term is + factor * x.
  bool nonlinear = false; ///< x multiplies itself.

  bool hasState() const { return grows || !decays.empty(); }
};

class Decomposer {
public:
  Decomposer(OpBuilder &builder, Value state)
      : builder(builder), state(state) {}

  LinearInState decompose(Value value) {
    LinearInState result;
    if (value == state) {
      result.grows = true;
      return result;
    }
    Operation *op = value.getDefiningOp();
    if (auto add = dyn_cast_or_null<AddOp>(op))
      return sum(decompose(add.getLhs()), decompose(add.getRhs()), add);
    if (auto sub = dyn_cast_or_null<SubOp>(op))
      return difference(decompose(sub.getLhs()), sub);
    if (auto mul = dyn_cast_or_null<MulOp>(op))
      return product(mul);
    result.source = value;
    return result;
  }

private:
  LinearInState sum(LinearInState a, LinearInState b, AddOp op) {
    a.nonlinear |= b.nonlinear;
    a.grows |= b.grows;
    a.decays.append(b.decays);
    if (a.source && b.source)
      a.source =
          builder.create<AddOp>(op.getLoc(), op.getType(), a.source, b.source);
    else if (b.source)
      a.source = b.source;
    return a;
  }

  LinearInState difference(LinearInState a, SubOp op) {
    Value rhs = op.getRhs();
    LinearInState b;
    if (rhs == state) {
      b.decays.push_back(Value());
    } else if (auto mul = rhs.getDefiningOp<MulOp>();
               mul && (mul.getLhs() == state || mul.getRhs() == state)) {
      b.decays.push_back(mul.getLhs() == state ? mul.getRhs() : mul.getLhs());
    } else {
      b = decompose(rhs);
      // A state inside a subtracted sum would need its sign turned; the
      // four known cells do not need it.
      b.nonlinear |= b.hasState();
    }
    a.nonlinear |= b.nonlinear;
    a.decays.append(b.decays);
    if (a.source && b.source)
      a.source =
          builder.create<SubOp>(op.getLoc(), op.getType(), a.source, b.source);
    else if (b.source)
      a.nonlinear = true;
    return a;
  }

  LinearInState product(MulOp op) {
    LinearInState a = decompose(op.getLhs()), b = decompose(op.getRhs());
    if (a.hasState() && b.hasState())
      a.nonlinear = true;
    if (a.nonlinear || b.nonlinear || (!a.hasState() && !b.hasState())) {
      LinearInState result;
      result.nonlinear = a.nonlinear || b.nonlinear;
      result.source = op.getResult();
      return result;
    }
    Value factor = a.hasState() ? op.getRhs() : op.getLhs();
    LinearInState scaled = a.hasState() ? a : b;
    for (Value &decay : scaled.decays)
      decay =
          decay
              ? builder.create<MulOp>(op.getLoc(), op.getType(), factor, decay)
                    .getResult()
              : factor;
    if (scaled.source)
      scaled.source = builder.create<MulOp>(op.getLoc(), op.getType(), factor,
                                            scaled.source);
    return scaled;
  }

  OpBuilder &builder;
  Value state;
};

/// The ranges of a cell whose state lies in [-radius, radius].
RealRanges rangesOf(OdeOp ode, double radius) {
  RealRanges ranges;
  ranges.set(ode.getBody().getArgument(0),
             {Ranged<double>::state({-radius, radius})});
  // Constants defined outside the cell keep their values.
  ode.getBody().walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (auto constant = operand.getDefiningOp<ConstantOp>();
          constant && constant.getValue().getElementType().isF32()) {
        RealVectorRange range;
        for (double value : realElements(constant.getValue()))
          range.push_back(
              Ranged<double>::independent(Interval<double>::point(value)));
        ranges.set(operand, range);
      }
  });
  ranges.evaluate(ode.getBody().front());
  return ranges;
}

/// The solver as the options or else the op wants it.
struct Plan {
  SolverMethod method;
  int64_t steps;
  double dt; ///< Of one sub-step.
};

std::optional<double> findInvariant(OdeOp ode, const Plan &plan) {
  return fixed::findInvariant(
      [&](double radius) {
        return rangesOf(ode, radius).get(ode.getDerivative());
      },
      {plan.method == SolverMethod::Fused, plan.dt});
}

struct Discretize : lnn::impl::DiscretizeBase<Discretize> {
  using DiscretizeBase::DiscretizeBase;

  void runOnOperation() override {
    SmallVector<OdeOp> odes;
    getOperation().walk([&](OdeOp ode) { odes.push_back(ode); });
    for (OdeOp ode : odes)
      if (failed(discretize(ode)))
        return signalPassFailure();
  }

private:
  FailureOr<Plan> planFor(OdeOp ode) {
    Plan plan{ode.getSolver(),
              steps ? steps : static_cast<int64_t>(ode.getSteps()),
              dt != 0.0 ? dt : ode.getDt().convertToDouble()};
    if (!solver.empty()) {
      auto method = symbolizeSolverMethod(solver);
      if (!method)
        return ode.emitError("unknown solver '")
               << solver << "'; expected explicit_euler or fused";
      plan.method = *method;
    }
    if (plan.steps < 1 || plan.steps > 64)
      return ode.emitError("cannot make ")
             << plan.steps << " sub-steps; expected 1 to 64";
    if (!(plan.dt > 0.0) || !std::isfinite(plan.dt))
      return ode.emitError("cannot step by dt = ")
             << plan.dt << "; expected a positive, finite time";
    plan.dt /= static_cast<double>(plan.steps);
    return plan;
  }

  /// Checks that every decay is known and not negative, and that an explicit
  /// step is stable.
  LogicalResult checkDecay(OdeOp ode, const LinearInState &parts,
                           const Plan &plan) {
    if (parts.nonlinear)
      return ode.emitError("cannot write the derivative as source - decay * "
                           "state, so no step of it can be shown stable");
    if (parts.grows)
      return ode.emitError("has a derivative that grows with the state; no "
                           "step of it is stable");
    RealRanges ranges = rangesOf(ode, std::numeric_limits<double>::infinity());
    int64_t units = sizeOf(ode.getState());
    for (int64_t unit = 0; unit < std::max<int64_t>(units, 1); ++unit) {
      Interval<double> decay{0.0, 0.0};
      for (Value term : parts.decays)
        decay = decay + (term ? elementOf(ranges.get(term), unit).all
                              : Interval<double>::point(1.0));
      if (decay.low < 0.0 || !std::isfinite(decay.high))
        return ode.emitError("has a decay in unit ")
               << unit << " that may lie in [" << decay.low << ", "
               << decay.high << "]; a stable step needs it finite and not "
               << "negative";
      if (plan.method == SolverMethod::ExplicitEuler &&
          plan.dt * decay.high >= 2.0) {
        double total = plan.dt * static_cast<double>(plan.steps);
        int64_t needed = roundReal(std::floor(total * decay.high / 2.0)) + 1;
        InFlightDiagnostic diag =
            ode.emitError("explicit Euler is unstable: unit ")
            << unit << " decays by up to " << decay.high
            << " a time unit, and dt * decay = " << plan.dt * decay.high
            << " is not below 2";
        diag.attachNote() << "stable are dt below " << 2.0 / decay.high << ", "
                          << needed << " or more sub-steps, or "
                          << "solver=fused";
        return diag;
      }
    }
    return success();
  }

  LogicalResult discretize(OdeOp ode) {
    FailureOr<Plan> plan = planFor(ode);
    if (failed(plan))
      return failure();

    Block &body = ode.getBody().front();
    OpBuilder builder(body.getTerminator());
    LinearInState parts =
        Decomposer(builder, body.getArgument(0)).decompose(ode.getDerivative());
    if (failed(checkDecay(ode, parts, *plan)))
      return failure();
    if (plan->method == SolverMethod::Fused &&
        ShapedType::isDynamic(sizeOf(ode.getState())))
      return ode.emitError("needs a state of known size for solver=fused");
    std::optional<double> radius = findInvariant(ode, *plan);

    builder.setInsertionPoint(ode);
    Value state = ode.getState(), next;
    if (plan->steps > 1) {
      auto scan =
          builder.create<ScanOp>(ode.getLoc(), state.getType(), state, Value(),
                                 builder.getI64IntegerAttr(plan->steps));
      Block *block = builder.createBlock(&scan.getBody(), {}, state.getType(),
                                         ode.getLoc());
      Value step =
          emitStep(builder, ode, parts, *plan, radius, block->getArgument(0));
      builder.create<YieldOp>(ode.getLoc(), step);
      next = scan.getResult();
    } else {
      next = emitStep(builder, ode, parts, *plan, radius, state);
    }
    ode.replaceAllUsesWith(next);
    ode.erase();
    ++numSteps;
    return success();
  }

  Value emitStep(OpBuilder &builder, OdeOp ode, const LinearInState &parts,
                 const Plan &plan, std::optional<double> radius, Value state) {
    IRMapping mapping;
    mapping.map(ode.getBody().getArgument(0), state);
    for (Operation &op : ode.getBody().front().without_terminator())
      builder.clone(op, mapping);

    Location loc = ode.getLoc();
    Type type = state.getType();
    auto vectorOf = [&](double value) -> Value {
      return builder.create<ConstantOp>(
          loc, DenseElementsAttr::get(cast<RankedTensorType>(type),
                                      static_cast<float>(value)));
    };
    APFloat dt(plan.dt);
    Operation *step;
    if (plan.method == SolverMethod::ExplicitEuler) {
      step = builder.create<EulerStepOp>(
          loc, type, state, mapping.lookupOrDefault(ode.getDerivative()), dt);
    } else {
      Value source =
          parts.source ? mapping.lookupOrDefault(parts.source) : vectorOf(0.0);
      Value decay;
      for (Value term : parts.decays) {
        Value mapped = term ? mapping.lookupOrDefault(term) : vectorOf(1.0);
        decay =
            decay ? builder.create<AddOp>(loc, type, decay, mapped).getResult()
                  : mapped;
      }
      if (!decay)
        decay = vectorOf(0.0);
      step = builder.create<FusedStepOp>(loc, type, state, source, decay, dt);
    }
    if (radius)
      step->setAttr(kInvariantAttr,
                    builder.getDenseF64ArrayAttr({-*radius, *radius}));
    return step->getResult(0);
  }
};

} // namespace
