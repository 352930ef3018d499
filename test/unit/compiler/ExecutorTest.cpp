// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The float executor against a direct transcription of the equations, which
// shares no code with the importer.
#include "TestModels.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// W x + U u + b for row `i`.
/// `w` or `u` is null for a map that lacks it.
double drive(const FamilyModel &m, const char *w, const char *u, const char *b,
             const std::vector<double> &x, const double *input, int64_t i) {
  double sum = m.tensor(b).values[i];
  for (int64_t j = 0; w && j < m.units; ++j)
    sum += m.tensor(w).values[i * m.units + j] * x[j];
  int64_t inputs = m.features.age ? 4 : 3;
  for (int64_t j = 0; u && j < inputs; ++j)
    sum += m.tensor(u).values[i * inputs + j] * input[j];
  return sum;
}

std::vector<double> reference(const FamilyModel &m,
                              const std::vector<float> &window, uint32_t age) {
  std::vector<double> x(m.units, 0.0), next(m.units);
  double last = window.back(), previous = 0;
  for (int64_t k = 0; k < m.blocks(); ++k) {
    double mean = 0;
    for (int64_t i = 0; i < m.block; ++i)
      mean += window[k * m.block + i];
    mean /= m.block;
    const Features &f = m.features;
    double clip = f.differenceClip;
    double input[] = {
        k == 0 ? 0
               : std::clamp((mean - previous) * f.differenceScale, -clip, clip),
        (mean - last) * f.relativeScale, (mean - f.levelOffset) * f.levelScale,
        f.age ? (age - f.age->offset) * f.age->scale : 0};
    previous = mean;
    int64_t steps = m.cell == CellKind::Cfc ? 1 : m.solver.steps;
    double dt = m.solver.dt / steps;
    bool fused = m.solver.method == SolverKind::Fused;
    for (int64_t s = 0; s < steps; ++s) {
      for (int64_t i = 0; i < m.units; ++i) {
        double source = 0, decay = 0;
        switch (m.cell) {
        case CellKind::Liquid:
          decay =
              sigmoid(drive(m, "cell.wf", "cell.uf", "cell.bf", x, input, i));
          source = decay * std::tanh(drive(m, "cell.wa", "cell.ua", "cell.ba",
                                           x, input, i));
          break;
        case CellKind::Ltc: {
          double gate =
              sigmoid(drive(m, "cell.w", "cell.u", "cell.b", x, input, i));
          decay = 1 / m.tensor("cell.tau").values[i] + gate;
          source = gate * m.tensor("cell.a").values[i];
          break;
        }
        case CellKind::CtRnn:
          decay = m.tensor("cell.alpha").values[i];
          source =
              m.tensor("cell.beta").values[i] *
              std::tanh(drive(m, "cell.w", "cell.u", "cell.b", x, input, i));
          break;
        case CellKind::Gru: {
          double r =
              sigmoid(drive(m, "cell.wr", "cell.ur", "cell.br", x, input, i));
          double z =
              sigmoid(drive(m, "cell.wz", "cell.uz", "cell.bz", x, input, i));
          double seen = drive(m, nullptr, "cell.ui", "cell.bi", x, input, i);
          double held = drive(m, "cell.wh", nullptr, "cell.bh", x, input, i);
          decay = 1 - z;
          source = decay * std::tanh(seen + r * held);
          break;
        }
        case CellKind::Cfc: {
          double t =
              sigmoid(drive(m, "cell.wt", "cell.ut", "cell.bt", x, input, i));
          next[i] = t * std::tanh(drive(m, "cell.wg", "cell.ug", "cell.bg", x,
                                        input, i)) +
                    (1 - t) * std::tanh(drive(m, "cell.wh", "cell.uh",
                                              "cell.bh", x, input, i));
          continue;
        }
        }
        next[i] = fused ? (x[i] + dt * source) / (1 + dt * decay)
                        : x[i] + dt * (source - decay * x[i]);
      }
      x = next;
    }
  }
  std::vector<double> c(m.basis), y(m.horizon);
  for (int64_t j = 0; j < m.basis; ++j) {
    c[j] = m.tensor("readout.b").values[j];
    for (int64_t i = 0; i < m.units; ++i)
      c[j] += m.tensor("readout.w").values[j * m.units + i] * x[i];
  }
  for (int64_t h = 0; h < m.horizon; ++h) {
    double delta = m.tensor("basis.mean").values[h];
    for (int64_t j = 0; j < m.basis; ++j)
      delta += m.tensor("basis.curves").values[h * m.basis + j] * c[j];
    y[h] = last + delta / m.outputScale;
  }
  return y;
}

class FloatExecutor : public testing::TestWithParam<CellKind> {};

TEST_P(FloatExecutor, ComputesTheEquationsOfTheCell) {
  for (uint32_t seed = 100; seed < 125; ++seed) {
    FamilyModel model = randomModel(GetParam(), seed);
    Compiler compiler;
    auto compiled = compiler.import(model, "net");
    ASSERT_TRUE(mlir::succeeded(compiled));
    EXPECT_EQ(compiled->text().find('?'), std::string::npos);
    ASSERT_TRUE(mlir::succeeded(compiler.discretize(*compiled, {})));
    auto executor = lnn::FloatExecutor::compile(compiled->model());
    ASSERT_TRUE(mlir::succeeded(executor));
    std::mt19937 random(seed);
    std::vector<float> forecast(model.horizon);
    for (int i = 0; i < 5; ++i) {
      std::vector<float> window = randomWindow(model.window, random);
      uint32_t age = randomAge(model, random);
      executor->run(window.data(), forecast.data(), age);
      std::vector<double> expected = reference(model, window, age);
      for (int64_t h = 0; h < model.horizon; ++h)
        EXPECT_NEAR(forecast[h], expected[h], 1e-4) << "seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, FloatExecutor,
                         testing::Values(CellKind::Liquid, CellKind::Ltc,
                                         CellKind::CtRnn, CellKind::Cfc,
                                         CellKind::Gru),
                         [](const auto &info) {
                           return std::string(name(info.param));
                         });

TEST(Executors, CountAnAgeBeyondTheGreatestAsTheGreatest) {
  FamilyModel model = randomModel(CellKind::Liquid, 2);
  ASSERT_TRUE(model.features.age);
  Compiler compiler;
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  ASSERT_TRUE(mlir::succeeded(compiler.discretize(*compiled, {})));
  auto real = lnn::FloatExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(real));
  ASSERT_TRUE(mlir::succeeded(compiler.toInt8(*compiled, {})));
  auto integer = lnn::IntegerExecutor::compile(compiled->model());
  ASSERT_TRUE(mlir::succeeded(integer));
  std::vector<float> window(model.window, 1), a(model.horizon),
      b(model.horizon);
  std::vector<int16_t> history(model.window, 16384), c(model.horizon),
      d(model.horizon);
  real->run(window.data(), a.data(), 32767);
  real->run(window.data(), b.data(), UINT32_MAX);
  EXPECT_EQ(a, b);
  integer->run(history.data(), c.data(), 32767);
  integer->run(history.data(), d.data(), UINT32_MAX);
  EXPECT_EQ(c, d);
  integer->run(history.data(), d.data(), 0);
  EXPECT_NE(c, d);
}

TEST(Executors, ShowEveryValueToTheirObserver) {
  FamilyModel model = randomModel(CellKind::Liquid, 3);
  Compiler compiler;
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  ASSERT_TRUE(mlir::succeeded(compiler.discretize(*compiled, {})));
  mlir::Value made = compiled->model().getForecast();
  int64_t steps = 0;
  std::vector<float> seen;
  auto executor = lnn::FloatExecutor::compile(
      compiled->model(),
      [&](mlir::Value value, llvm::ArrayRef<float> elements) {
        steps += mlir::isa<lnn::EulerStepOp, lnn::FusedStepOp>(
            value.getDefiningOp());
        if (value == made)
          seen = elements.vec();
      });
  ASSERT_TRUE(mlir::succeeded(executor));
  std::vector<float> window(model.window, 0.95f), forecast(model.horizon);
  executor->run(window.data(), forecast.data(), 100);
  EXPECT_EQ(steps, model.blocks() * model.solver.steps);
  EXPECT_EQ(seen, forecast);
}

TEST(Executors, RefuseTheOtherLevel) {
  FamilyModel model = randomModel(CellKind::Liquid, 1);
  Compiler compiler;
  compiler.context.getDiagEngine().registerHandler(
      [](mlir::Diagnostic &) { return mlir::success(); });
  auto compiled = compiler.import(model, "net");
  ASSERT_TRUE(mlir::succeeded(compiled));
  EXPECT_TRUE(mlir::failed(lnn::IntegerExecutor::compile(compiled->model())));
  // The continuous cell has no step yet.
  EXPECT_TRUE(mlir::failed(lnn::FloatExecutor::compile(compiled->model())));
}

} // namespace
