// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Liquid time constants (Hasani et al., AAAI 2021), with a gate f that adds to
// the leak 1/tau and pulls towards a constant A:
//
//   dx/dt = -(1/tau + f) * x + f * A,   f = sigmoid(W x + U u + b)
//
//   u --+--> f --+--> f * A -------------.
//       |        |                       v
//   x --+        '--> (1/tau + f) * x --(-)--> x'
#include "trainer/engine/RecurrentCell.h"

#include <torch/utils.h>

#include <algorithm>

namespace dlnet {

namespace {

/// Explicit Euler needs h * (1/tau + f) <= 1 for every f up to 1, or it may
/// overshoot and the compiler finds no bound on the state; the fused step is
/// stable for every tau > 0.
double lowestTau(const FamilyModel &shape) {
  constexpr double kTiny = 1e-3, kMargin = 1.02;
  double h = shape.solver.dt / double(shape.solver.steps);
  if (shape.solver.method != SolverKind::ExplicitEuler || h >= 1)
    return kTiny;
  return std::max(kTiny, kMargin * h / (1 - h));
}

class LtcCell : public RecurrentCell {
public:
  LtcCell(const FamilyModel &shape, Random &random)
      : RecurrentCell(shape, random), floor(lowestTau(shape)) {
    // From units that remember the window twice over to those that live a step.
    double dt = shape.solver.dt, slow = 2 * double(shape.blocks()) * dt;
    double fast = std::max(dt, 1.5 * floor);
    tau = register_parameter(
        "tau", inversePositive(spreadRatios(units, std::max(slow, fast), fast),
                               floor));
    a = register_parameter("a", uniformTensor({units}, 1, random));
    torch::NoGradGuard guard;
    b.copy_(spread(units, -2, 1));
  }

  std::vector<NamedTensor> named() const override {
    std::vector<NamedTensor> list;
    addProjection(list, 0, "");
    list.push_back({"cell.tau", tau, {}, floor});
    list.push_back({"cell.a", a, {}});
    return list;
  }

protected:
  torch::Tensor first() const override {
    return positive(tau, floor).reciprocal();
  }
  torch::Tensor second() const override { return a; }

private:
  double floor;
  torch::Tensor tau, a;
};

} // namespace

std::shared_ptr<RecurrentCell> makeLtcCell(const FamilyModel &shape,
                                           Random &random) {
  return std::make_shared<LtcCell>(shape, random);
}

} // namespace dlnet
