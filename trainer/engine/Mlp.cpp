// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two affine maps and the curves.
#include "trainer/engine/Mlp.h"

#include <algorithm>
#include <cmath>

namespace dlnet {

Mlp::Mlp(const FamilyModel &shape, const Basis &basis, int64_t parameters,
         uint64_t seed) {
  Random random(seed);
  int64_t inputs = shape.blocks() * shape.featureCount(), k = shape.basis;
  int64_t fixed = k + shape.horizon * (k + 1), each = inputs + 1 + k;
  int64_t hidden = std::max<int64_t>(
      1, std::llround(double(parameters - fixed) / double(each)));
  hiddenW = register_parameter(
      "hiddenW",
      uniformTensor({hidden, inputs}, 1 / std::sqrt(double(inputs)), random));
  hiddenB = register_parameter("hiddenB", torch::zeros({hidden}));
  readoutW = register_parameter(
      "readoutW",
      uniformTensor({k, hidden}, 1 / std::sqrt(double(hidden)), random));
  readoutB = register_parameter("readoutB", torch::zeros({k}));
  curves = register_parameter("curves", curvesOf(basis));
  mean = register_parameter("mean", meanOf(basis));
}

torch::Tensor Mlp::forward(const torch::Tensor &features) {
  torch::Tensor inputs = features.reshape({-1, features.size(2)});
  torch::Tensor hidden =
      torch::tanh(torch::addmm(hiddenB.unsqueeze(1), hiddenW, inputs));
  torch::Tensor coefficients =
      torch::addmm(readoutB.unsqueeze(1), readoutW, hidden);
  return torch::addmm(mean, coefficients.t(), curves.t());
}

} // namespace dlnet
