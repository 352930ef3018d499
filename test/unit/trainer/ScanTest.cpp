// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scan's gradient follows from the cell's rule when that is compiled;
// autograd over the same rule, recorded step by step, is what it must equal,
// for every cell and solver, and for batches that do not fill their tiles.
#include "trainer/engine/Scan.h"
#include "CellCases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <ostream>
#include <stdexcept>
#include <vector>

using namespace dlnet;

namespace {

/// A scan with random parameters; all of them want gradients.
struct Problem {
  Problem(const CellCase &each, int64_t units, int64_t samples,
          int64_t substeps = 1, int64_t inputs = 3) {
    torch::manual_seed(uint64_t(units * 1000 + samples + substeps));
    shape.cell = each.cell;
    shape.solver = each.solver;
    shape.units = units;
    shape.inputs = inputs;
    shape.steps = 5;
    shape.substeps = substeps;
    shape.h = 0.8f / float(substeps);
    auto parameter = [](torch::Tensor value) {
      return value.clone().set_requires_grad(true);
    };
    int64_t rows = shape.rows();
    tensors.w =
        parameter(torch::randn({rows, units}) / std::sqrt(double(units)));
    tensors.u = parameter(torch::randn({rows, inputs}));
    tensors.b = parameter(torch::randn({rows}));
    if (shape.numbers() > 0)
      tensors.numbers =
          parameter(torch::rand({shape.numbers(), units}) * 0.5 + 0.1);
    features = torch::randn({shape.steps, inputs, samples});
  }

  std::vector<torch::Tensor> parameters() const {
    std::vector<torch::Tensor> list = {tensors.w, tensors.u, tensors.b};
    if (tensors.numbers.defined())
      list.push_back(tensors.numbers);
    return list;
  }

  /// The states in double precision, differentiable in the same parameters.
  torch::Tensor exact() const {
    auto exactly = [](const torch::Tensor &tensor) {
      return tensor.defined() ? tensor.to(torch::kDouble) : tensor;
    };
    return scanEagerly(shape,
                       {exactly(tensors.w), exactly(tensors.u),
                        exactly(tensors.b), exactly(tensors.numbers)},
                       exactly(features));
  }

  ScanShape shape;
  ScanTensors tensors;
  torch::Tensor features;
};

/// Largest difference beside the largest number that is compared, or beside
/// `least` where that is smaller.
double difference(const torch::Tensor &a, const torch::Tensor &b,
                  double least) {
  return ((a - b).abs().max() / b.abs().max().clamp_min(least)).item<double>();
}

void expectSameGradients(const torch::Tensor &ours, const torch::Tensor &theirs,
                         const Problem &problem) {
  auto one = torch::autograd::grad({ours}, problem.parameters());
  auto other = torch::autograd::grad({theirs}, problem.parameters());
  // Where the samples' gradients happen to cancel, their sizes count.
  double least = std::sqrt(double(problem.features.size(2)));
  for (size_t i = 0; i < one.size(); ++i)
    EXPECT_LT(difference(one[i], other[i], least), 1e-5) << "parameter " << i;
}

class Scan : public testing::TestWithParam<CellCase> {};

TEST_P(Scan, EqualsTheFormulaAndItsGradient) {
  for (int64_t units : {1, 3, 16, 33})
    for (int64_t samples : {1, 7, 1000})
      for (int64_t substeps : {1, 3}) {
        SCOPED_TRACE(fmt::format("{} units, {} samples, {} sub-steps", units,
                                 samples, substeps));
        Problem problem(GetParam(), units, samples, substeps);
        torch::Tensor fused =
            scanStates(problem.shape, problem.tensors, problem.features);
        torch::Tensor eager = problem.exact();
        ASSERT_EQ(fused.sizes(), eager.sizes());
        EXPECT_LT(difference(fused, eager, 1e-3), 2e-6);
        torch::Tensor weights = torch::randn_like(eager);
        expectSameGradients((fused * weights).sum(), (eager * weights).sum(),
                            problem);
      }
}

TEST_P(Scan, GivesTheLastStateAlone) {
  Problem problem(GetParam(), 6, 70, 2);
  torch::Tensor last =
      scanLast(problem.shape, problem.tensors, problem.features);
  torch::Tensor states =
      scanStates(problem.shape, problem.tensors, problem.features);
  EXPECT_TRUE(torch::equal(last, states[problem.shape.steps - 1]));
  torch::Tensor eager = problem.exact();
  torch::Tensor weights = torch::randn_like(last);
  expectSameGradients((last * weights).sum(),
                      (eager[problem.shape.steps - 1] * weights).sum(),
                      problem);
}

TEST_P(Scan, NeedsNoTraceWithoutGradients) {
  Problem problem(GetParam(), 5, 200, 2, 4);
  torch::Tensor kept =
      scanStates(problem.shape, problem.tensors, problem.features);
  torch::NoGradGuard guard;
  torch::Tensor thrown =
      scanStates(problem.shape, problem.tensors, problem.features);
  EXPECT_TRUE(torch::equal(kept, thrown));
  EXPECT_FALSE(thrown.requires_grad());
}

TEST_P(Scan, CanRunBackwardTwice) {
  Problem problem(GetParam(), 4, 65);
  torch::Tensor sum =
      scanLast(problem.shape, problem.tensors, problem.features).sum();
  auto once = torch::autograd::grad({sum}, problem.parameters(), {}, true);
  auto twice = torch::autograd::grad({sum}, problem.parameters());
  for (size_t i = 0; i < once.size(); ++i)
    EXPECT_TRUE(torch::equal(once[i], twice[i]));
}

TEST_P(Scan, RefusesOtherSizes) {
  Problem problem(GetParam(), 4, 8);
  ScanTensors wrong = problem.tensors;
  wrong.w = wrong.w.narrow(1, 0, 3);
  EXPECT_THROW(scanLast(problem.shape, wrong, problem.features),
               std::invalid_argument);
  EXPECT_THROW(scanLast(problem.shape, problem.tensors,
                        problem.features.narrow(1, 0, 2)),
               std::invalid_argument);
  EXPECT_THROW(scanLast(problem.shape, problem.tensors,
                        problem.features.to(torch::kDouble)),
               std::invalid_argument);
}

/// Of one step of explicit Euler with dt = 1, by LibTorch's own cell.
TEST(ScanOfGru, IsTheGruOfTorch) {
  constexpr int64_t kUnits = 5, kSamples = 9;
  Problem problem({CellKind::Gru, SolverKind::ExplicitEuler}, kUnits, kSamples);
  problem.shape.h = 1;
  torch::NoGradGuard guard;
  problem.tensors.w.narrow(0, 2 * kUnits, kUnits).zero_();
  problem.tensors.u.narrow(0, 3 * kUnits, kUnits).zero_();
  auto rows = [](const torch::Tensor &whole, std::vector<int64_t> parts) {
    std::vector<torch::Tensor> list;
    for (int64_t part : parts)
      list.push_back(whole.narrow(0, part * kUnits, kUnits));
    return torch::cat(list);
  };
  const torch::Tensor &b = problem.tensors.b;
  torch::Tensor x = torch::zeros({kSamples, kUnits});
  for (int64_t t = 0; t < problem.shape.steps; ++t)
    x = torch::gru_cell(problem.features[t].t(), x,
                        rows(problem.tensors.u, {0, 1, 2}),
                        rows(problem.tensors.w, {0, 1, 3}), rows(b, {0, 1, 2}),
                        torch::cat({torch::zeros({2 * kUnits}), rows(b, {3})}));
  EXPECT_TRUE(torch::allclose(
      scanLast(problem.shape, problem.tensors, problem.features).t(), x, 1e-5,
      1e-6));
}

INSTANTIATE_TEST_SUITE_P(All, Scan, testing::ValuesIn(kCases),
                         [](const auto &info) { return label(info.param); });

} // namespace
