// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state-dependent liquid cell, which forecasts best for its size:
//
//   dx/dt = f * (a - x)
//   f = sigmoid(Wf x + Uf u + bf)     how fast
//   a = tanh(Wa x + Ua u + ba)        where to
//
//   u --+--> f ----.
//       |          v
//   x --+--> a --> f * (a - x) --> x'
#include "trainer/engine/RecurrentCell.h"

#include <torch/utils.h>

namespace dlnet {

namespace {

class LiquidCell : public RecurrentCell {
public:
  LiquidCell(const FamilyModel &shape, Random &random)
      : RecurrentCell(shape, random) {
    torch::NoGradGuard guard;
    // Gates from slow to fast: each unit starts with its own time constant.
    b.narrow(0, 0, units).copy_(spread(units, -2, 1));
  }

  std::vector<NamedTensor> named() const override {
    std::vector<NamedTensor> list;
    addProjection(list, 0, "f");
    addProjection(list, 1, "a");
    return list;
  }
};

} // namespace

std::shared_ptr<RecurrentCell> makeLiquidCell(const FamilyModel &shape,
                                              Random &random) {
  return std::make_shared<LiquidCell>(shape, random);
}

} // namespace dlnet
