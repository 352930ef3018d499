// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The baselines must be what they are called: the published sizes, and the
// published formula.
#include "trainer/engine/DlnetBlock.h"
#include "trainer/engine/Mlp.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

using namespace dlnet;

namespace {

TEST(DlnetBlock, HasThePublishedTeachersSize) {
  DlnetOptions teacher;
  teacher.rank = 0;
  teacher.steps = 9;
  teacher.dt = 1.0 / 9;
  DlnetBlock network(teacher, 1);
  // Encoder and decoder with their normalizations, W, and alpha, beta, rho.
  int64_t encoder = 256 * 101 + 2 * 256 + 128 * 257 + 2 * 128;
  int64_t decoder = 256 * 129 + 2 * 256 + 128 * 257 + 2 * 128 + 100 * 129;
  EXPECT_EQ(network.parameterCount(), encoder + decoder + 128 * 128 + 3 * 128);
  // 616 kB in single precision.
  EXPECT_NEAR(double(network.parameterCount()) * 4 / 616e3, 1, 0.02);
}

TEST(DlnetBlock, ReadsTheRelativeInputsOnly) {
  DlnetOptions options;
  options.window = 30;
  options.horizon = 10;
  options.hidden = 16;
  options.units = 8;
  options.rank = 2;
  DlnetBlock network(options, 1);
  torch::manual_seed(1);
  torch::Tensor features = torch::randn({30, 3, 6});
  torch::Tensor result = network.forward(features);
  EXPECT_EQ(result.sizes(), at::IntArrayRef({6, 10}));
  torch::Tensor others = features.clone();
  others.select(1, 0).zero_();
  others.select(1, 2).zero_();
  EXPECT_TRUE(torch::equal(network.forward(others), result));
  others.select(1, 1).zero_();
  EXPECT_FALSE(torch::equal(network.forward(others), result));
  result.sum().backward();
  for (const auto &each : network.named_parameters())
    EXPECT_TRUE(each.value().grad().defined()) << each.key();
}

TEST(DlnetBlock, SmallerStepsConverge) {
  DlnetOptions coarse;
  coarse.window = 12;
  coarse.horizon = 5;
  coarse.hidden = coarse.units = 8;
  coarse.rank = 0;
  coarse.steps = 100;
  coarse.dt = 0.01;
  DlnetOptions fine = coarse;
  fine.steps = 400;
  fine.dt = 0.0025;
  DlnetBlock first(coarse, 3), second(fine, 3);
  torch::manual_seed(2);
  torch::Tensor features = torch::randn({12, 3, 4});
  torch::NoGradGuard guard;
  EXPECT_TRUE(torch::allclose(first.forward(features), second.forward(features),
                              1e-2, 1e-2));
}

TEST(Mlp, MatchesANumberOfParameters) {
  FamilyModel shape;
  shape.window = 100;
  shape.block = 10;
  shape.horizon = 100;
  shape.basis = 6;
  Basis basis{RowMatrix::Ones(100, 6), Eigen::VectorXf::Zero(100)};
  for (int64_t parameters : {1442, 5000}) {
    Mlp network(shape, basis, parameters, 1);
    EXPECT_NEAR(double(network.parameterCount()), double(parameters), 19);
  }
  // Fewer than the curves alone take still leaves a network.
  Mlp least(shape, basis, 10, 1);
  EXPECT_EQ(least.forward(torch::randn({10, shape.featureCount(), 7})).sizes(),
            at::IntArrayRef({7, 100}));
}

} // namespace
