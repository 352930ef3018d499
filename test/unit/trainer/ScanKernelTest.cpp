// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel against the formulas written once more, plainly and in double
// precision, and its gradients against finite differences of those: nothing
// here is shared with the code that it judges.
#include "trainer/engine/ScanKernel.h"
#include "CellCases.h"
#include "frontend/series/Random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

using namespace dlnet;

namespace {

using Numbers = std::vector<double>;
using Floats = std::vector<float>;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Parameters in the order of ScanWeights, one after the other.
struct Reference {
  ScanShape shape;
  int64_t samples;
  Numbers features;

  int64_t sizeOf(int part) const {
    int64_t rows = shape.rows();
    const int64_t sizes[] = {rows * shape.units, rows * shape.inputs, rows,
                             shape.numbers() * shape.units};
    return sizes[part];
  }
  int64_t offsetOf(int part) const {
    int64_t offset = 0;
    for (int i = 0; i < part; ++i)
      offset += sizeOf(i);
    return offset;
  }

  double advance(const Numbers &p, const Numbers &z, double x,
                 int64_t i) const {
    int64_t n = shape.units;
    double source = 0, decay = 0;
    double first = shape.numbers() > 0 ? p[offsetOf(3) + i] : 0;
    double second = shape.numbers() > 1 ? p[offsetOf(3) + n + i] : 0;
    switch (shape.cell) {
    case CellKind::Liquid:
      decay = logistic(z[i]);
      source = decay * std::tanh(z[n + i]);
      break;
    case CellKind::Ltc:
      decay = logistic(z[i]) + first;
      source = logistic(z[i]) * second;
      break;
    case CellKind::CtRnn:
      decay = first;
      source = second * std::tanh(z[i]);
      break;
    case CellKind::Gru: {
      double held = logistic(z[i]) * z[3 * n + i];
      decay = 1 - logistic(z[n + i]);
      source = decay * std::tanh(z[2 * n + i] + held);
      break;
    }
    case CellKind::Cfc: {
      double t = logistic(z[2 * n + i]);
      return t * std::tanh(z[i]) + (1 - t) * std::tanh(z[n + i]);
    }
    }
    double h = shape.h;
    return shape.solver == SolverKind::Fused
               ? (x + h * source) / (1 + h * decay)
               : x + h * (source - decay * x);
  }

  /// [T, n, N]
  Numbers states(const Numbers &p) const {
    int64_t n = shape.units, inputs = shape.inputs, rows = shape.rows();
    Numbers result(size_t(shape.steps * n * samples));
    for (int64_t sample = 0; sample < samples; ++sample) {
      Numbers x(size_t(n), 0.0);
      for (int64_t s = 0; s < shape.totalSteps(); ++s) {
        int64_t t = s / shape.substeps;
        Numbers z(size_t(rows), 0.0), next(x.size());
        for (int64_t r = 0; r < rows; ++r) {
          z[r] = p[offsetOf(2) + r];
          for (int64_t j = 0; j < n; ++j)
            z[r] += p[offsetOf(0) + r * n + j] * x[j];
          for (int64_t f = 0; f < inputs; ++f)
            z[r] += p[offsetOf(1) + r * inputs + f] *
                    features[(t * inputs + f) * samples + sample];
        }
        for (int64_t i = 0; i < n; ++i)
          next[i] = advance(p, z, x[i], i);
        x = next;
        for (int64_t i = 0; i < n; ++i)
          result[(t * n + i) * samples + sample] = x[i];
      }
    }
    return result;
  }
};

/// A scan and a loss: the states, each times a number of its own.
struct Problem {
  Problem(CellKind cell, SolverKind solver, int64_t units, int64_t samples,
          int64_t substeps) {
    Random random(uint64_t(units * 100 + samples));
    auto fill = [&](int64_t size, double low, double high) {
      Numbers numbers(static_cast<size_t>(size));
      // Rounded to single precision, so that both see the same numbers.
      for (double &number : numbers)
        number = double(float(random.uniform(low, high)));
      return numbers;
    };
    ScanShape &shape = reference.shape;
    shape.cell = cell;
    shape.solver = solver;
    shape.units = units;
    shape.inputs = 2;
    shape.steps = 3;
    shape.substeps = substeps;
    shape.h = 0.75f / float(substeps);
    reference.samples = samples;
    reference.features = fill(shape.steps * shape.inputs * samples, -2, 2);
    for (int part = 0; part < 4; ++part) {
      // The unit parameters: rates above 0 as well as levels and gains.
      Numbers more = fill(reference.sizeOf(part), part == 3 ? 0.1 : -1, 1);
      parameters.insert(parameters.end(), more.begin(), more.end());
    }
    lossWeights = fill(shape.steps * units * samples, -1, 1);
    single.assign(parameters.begin(), parameters.end());
    features.assign(reference.features.begin(), reference.features.end());
    gradStates.assign(lossWeights.begin(), lossWeights.end());
  }

  ScanWeights weights() const {
    auto at = [&](int part) {
      return single.data() + reference.offsetOf(part);
    };
    return {at(0), at(1), at(2), at(3)};
  }

  double loss(const Numbers &p) const {
    Numbers states = reference.states(p);
    return std::inner_product(states.begin(), states.end(), lossWeights.begin(),
                              0.0);
  }

  Floats gradients(ScanTrace &trace, const float *last,
                   const float *states) const {
    Floats result(single.size(), std::numeric_limits<float>::quiet_NaN());
    auto at = [&](int part) {
      return result.data() + reference.offsetOf(part);
    };
    scanBackward(weights(), trace, last, states, {at(0), at(1), at(2), at(3)});
    return result;
  }

  Reference reference;
  Numbers parameters, lossWeights;
  Floats single, features, gradStates;
};

/// Both pieces of code, where the processor can run both.
class ScanKernel : public testing::TestWithParam<bool> {
protected:
  void SetUp() override { setPortableScan(GetParam()); }
  void TearDown() override { setPortableScan(false); }
};

TEST_P(ScanKernel, EqualsTheFormulaAndItsFiniteDifferences) {
  for (const CellCase &each : kCases)
    for (int64_t units : {1, 3, 5})
      for (int64_t samples : {1, 66})
        for (int64_t substeps : {1, 3}) {
          Problem problem(each.cell, each.solver, units, samples, substeps);
          SCOPED_TRACE(std::string(name(each.cell)) + " " + name(each.solver));
          const ScanShape &shape = problem.reference.shape;
          ScanTrace trace(shape, samples);
          Floats states(problem.gradStates.size()),
              last(size_t(units * samples));
          scanForward(shape, problem.weights(), problem.features.data(),
                      samples, last.data(), states.data(), &trace);
          Numbers expected = problem.reference.states(problem.parameters);
          for (size_t i = 0; i < states.size(); ++i)
            ASSERT_NEAR(states[i], expected[i], 1e-6) << i;
          for (size_t i = 0; i < last.size(); ++i)
            ASSERT_EQ(last[i], states[states.size() - last.size() + i]);

          Floats gradients =
              problem.gradients(trace, nullptr, problem.gradStates.data());
          for (size_t i = 0; i < gradients.size(); ++i) {
            constexpr double kStep = 1e-5;
            Numbers moved = problem.parameters;
            moved[i] += kStep;
            double above = problem.loss(moved);
            moved[i] -= 2 * kStep;
            double slope = (above - problem.loss(moved)) / (2 * kStep);
            ASSERT_NEAR(gradients[i], slope, 2e-5 * (1 + std::abs(slope)))
                << "parameter " << i;
          }
        }
}

TEST_P(ScanKernel, SamplesDoNotDependOnTheirNeighbours) {
  Problem many(CellKind::Liquid, SolverKind::ExplicitEuler, 5, 130, 1);
  const ScanShape &shape = many.reference.shape;
  Floats together(size_t(5 * 130));
  scanForward(shape, many.weights(), many.features.data(), 130, together.data(),
              nullptr, nullptr);
  for (int64_t sample : {0, 63, 64, 129}) {
    Floats alone(5), features;
    for (size_t i = 0; i < many.features.size(); i += 130)
      features.push_back(many.features[i + size_t(sample)]);
    scanForward(shape, many.weights(), features.data(), 1, alone.data(),
                nullptr, nullptr);
    for (int64_t unit = 0; unit < 5; ++unit)
      EXPECT_EQ(alone[size_t(unit)], together[size_t(unit * 130 + sample)]);
  }
}

/// The gradient needs nothing of the forward pass but the trace, so that any
/// other forward pass can fill it.
TEST_P(ScanKernel, TheTraceCanBeFilledByHand) {
  constexpr int64_t kUnits = 3, kSamples = 70;
  Problem problem(CellKind::Liquid, SolverKind::ExplicitEuler, kUnits, kSamples,
                  2);
  const ScanShape &shape = problem.reference.shape;
  ScanTrace trace(shape, kSamples), copy(shape, kSamples);
  scanForward(shape, problem.weights(), problem.features.data(), kSamples,
              nullptr, nullptr, &trace);
  copy.loadInputs(problem.features.data());
  for (int64_t s = 0; s <= shape.totalSteps(); ++s)
    for (int64_t sample = 0; sample < kSamples; ++sample) {
      for (int64_t i = 0; i < kUnits; ++i)
        copy.state(s, i, sample) = trace.state(s, i, sample);
      for (int64_t i = 0; s < shape.totalSteps() && i < shape.rows(); ++i)
        copy.gate(s, i, sample) = trace.gate(s, i, sample);
    }
  const float *last =
      problem.gradStates.data() + (shape.steps - 1) * kUnits * kSamples;
  EXPECT_EQ(problem.gradients(trace, last, nullptr),
            problem.gradients(copy, last, nullptr));
}

TEST_P(ScanKernel, StaysFiniteAtTheEndsAndKeepsNaN) {
  ScanShape shape;
  shape.units = shape.inputs = shape.steps = 1;
  Floats w(2, 0.0f), u(2, 1.0f), b(2, 0.0f);
  auto run = [&](float input) {
    float last = 0;
    scanForward(shape, {w.data(), u.data(), b.data()}, &input, 1, &last,
                nullptr, nullptr);
    return last; // sigmoid(input) * tanh(input)
  };
  EXPECT_EQ(run(0), 0.0f);
  EXPECT_EQ(run(1e30f), 1.0f);
  EXPECT_EQ(run(std::numeric_limits<float>::infinity()), 1.0f);
  EXPECT_NEAR(run(-1e30f), 0.0f, 1e-12f);
  EXPECT_TRUE(std::isnan(run(std::numeric_limits<float>::quiet_NaN())));
  // Relative precision holds down to the smallest inputs.
  for (double input = 1e-6; input < 20; input *= 1.07) {
    double x = double(float(input)), exact = logistic(x) * std::tanh(x);
    EXPECT_NEAR(run(float(x)) / exact, 1, 4e-7) << x;
    exact = logistic(-x) * std::tanh(-x);
    EXPECT_NEAR(run(float(-x)) / exact, 1, 4e-7) << -x;
  }
}

INSTANTIATE_TEST_SUITE_P(Code, ScanKernel, testing::Bool(),
                         [](const auto &info) {
                           return info.param ? "portable" : "wide";
                         });

} // namespace
