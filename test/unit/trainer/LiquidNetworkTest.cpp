// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scan's gradient is written by hand; autograd over the same formula,
// recorded step by step, is what it must equal.
#include "trainer/LiquidNetwork.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

using namespace dlnet;

namespace {

torch::Tensor eagerScan(const torch::Tensor &w, const torch::Tensor &drive,
                        int64_t steps, double h) {
  int64_t n = w.size(1);
  torch::Tensor x = torch::zeros({n, drive.size(2)});
  for (int64_t s = 0; s < drive.size(0) * steps; ++s) {
    torch::Tensor z = torch::matmul(w, x) + drive[s / steps];
    torch::Tensor f = torch::sigmoid(z.narrow(0, 0, n));
    x = x + h * f * (torch::tanh(z.narrow(0, n, n)) - x);
  }
  return x;
}

TEST(LiquidScan, EqualsTheFormulaAndItsGradient) {
  torch::manual_seed(1);
  for (int64_t steps : {1, 3}) {
    double h = 1.0 / double(steps);
    torch::Tensor w = torch::randn({10, 5}).set_requires_grad(true);
    torch::Tensor drive = torch::randn({7, 10, 33}).set_requires_grad(true);
    torch::Tensor weights = torch::randn({5, 33});
    torch::Tensor fused = liquidScan(w, drive, steps, h);
    torch::Tensor eager = eagerScan(w, drive, steps, h);
    EXPECT_TRUE(torch::allclose(fused, eager, 1e-5, 1e-6));
    auto fusedGradients =
        torch::autograd::grad({(fused * weights).sum()}, {w, drive});
    auto eagerGradients =
        torch::autograd::grad({(eager * weights).sum()}, {w, drive});
    for (size_t i = 0; i < 2; ++i)
      EXPECT_TRUE(
          torch::allclose(fusedGradients[i], eagerGradients[i], 1e-4, 1e-5));
  }
}

TEST(LiquidScan, StatesEndInTheResult) {
  torch::manual_seed(2);
  torch::Tensor w = torch::randn({8, 4}), drive = torch::randn({6, 8, 3});
  torch::Tensor states = liquidStates(w, drive, 2, 0.5);
  EXPECT_EQ(states.size(0), 13);
  EXPECT_TRUE(torch::equal(states[0], torch::zeros({4, 3})));
  EXPECT_TRUE(torch::equal(states[12], liquidScan(w, drive, 2, 0.5)));
}

} // namespace
