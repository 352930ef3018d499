// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The closed-form continuous-time cell (Hasani et al., Nature Machine
// Intelligence 2022), which needs no solver: over one window step
//
//   x' = t * g + (1 - t) * h
//   g = tanh(Wg x + Ug u + bg), h = tanh(Wh x + Uh u + bh)
//   t = sigmoid(Wt x + Ut u + bt)
//
//   u --+--> g ----.
//       +--> h ----+--> blend by t --> x'
//   x --+--> t ----'
#include "trainer/engine/RecurrentCell.h"

#include <torch/utils.h>

namespace dlnet {

namespace {

class CfcCell : public RecurrentCell {
public:
  CfcCell(const FamilyModel &shape, Random &random)
      : RecurrentCell(shape, random) {
    torch::NoGradGuard guard;
    // At first h holds the state, and t says how fast g replaces it.
    w.narrow(0, units, units).add_(torch::eye(units));
    b.narrow(0, 2 * units, units).copy_(spread(units, -2, 1));
  }

  std::vector<NamedTensor> named() const override {
    std::vector<NamedTensor> list;
    addProjection(list, 0, "g");
    addProjection(list, 1, "h");
    addProjection(list, 2, "t");
    return list;
  }
};

} // namespace

std::shared_ptr<RecurrentCell> makeCfcCell(const FamilyModel &shape,
                                           Random &random) {
  return std::make_shared<CfcCell>(shape, random);
}

} // namespace dlnet
