// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The continuous-time recurrent network, whose time constants do not depend on
// anything:
//
//   dx/dt = -alpha * x + beta * tanh(W x + U u + b)
//
//   u --+--> tanh --> * beta ----.
//       |                        v
//   x --+-----------> * alpha --(-)--> x'
#include "trainer/engine/RecurrentCell.h"

#include <algorithm>

namespace dlnet {

namespace {

class CtRnnCell : public RecurrentCell {
public:
  CtRnnCell(const FamilyModel &shape, Random &random)
      : RecurrentCell(shape, random) {
    // From units that remember the window to those that live a step. With beta
    // like alpha, each settles within -1 to 1.
    double fast = 0.9 / shape.solver.dt;
    double slow = std::min(fast, fast / double(shape.blocks()));
    torch::Tensor rates = spreadRatios(units, slow, fast);
    alpha = register_parameter("alpha", inversePositive(rates, kBaseline));
    beta = register_parameter("beta", rates.clone());
  }

  std::vector<NamedTensor> named() const override {
    std::vector<NamedTensor> list;
    addProjection(list, 0, "");
    list.push_back({"cell.alpha", alpha, {}, kBaseline});
    list.push_back({"cell.beta", beta, {}});
    return list;
  }

protected:
  torch::Tensor first() const override { return positive(alpha, kBaseline); }
  torch::Tensor second() const override { return beta; }

private:
  static constexpr double kBaseline = 1e-4;
  torch::Tensor alpha, beta;
};

} // namespace

std::shared_ptr<RecurrentCell> makeCtRnnCell(const FamilyModel &shape,
                                             Random &random) {
  return std::make_shared<CtRnnCell>(shape, random);
}

} // namespace dlnet
