// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bounds on the integers' error: each rule against its integer formula, the
// derivatives of a step against differences, and whole networks small enough to
// try every window. That the bound holds for random networks is
// RandomNetwork's.
#include "passes/ErrorBound.h"
#include "frontend/compile/Compiler.h"
#include "passes/Executor.h"
#include "passes/Slopes.h"
#include "passes/fixed/Errors.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <random>

using namespace dlnet;
using fixed::ErrorEmitter;
using fixed::Estimate;
using fixed::Estimates;

namespace {

/// An integer and a number that it may stand for.
struct Pair {
  int64_t q;
  double r;
};

class Errors : public testing::Test {
protected:
  std::mt19937 random{7};
  ErrorEmitter emitter;

  double uniform(double low, double high) {
    return low + (high - low) * (random() / 4294967296.0);
  }

  Estimates some(unsigned width, size_t size, double reach, double error) {
    Estimates result{width, size, {}};
    for (size_t i = 0; i < size; ++i) {
      double a = uniform(-reach, reach), b = uniform(-reach, reach);
      result.elements.push_back(
          Estimate::within({std::min(a, b), std::max(a, b)}, error));
    }
    return result;
  }

  /// Draws from what an estimate allows, its corners as often as not.
  Pair draw(const Estimate &x) {
    double share = random() % 2 ? random() % 2 : uniform(0, 1);
    double r = x.ideal.low + share * (x.ideal.high - x.ideal.low);
    double q = random() % 2 ? r + (random() % 2 ? 1 : -1) * x.error
                            : r + uniform(-x.error, x.error);
    auto nearest = static_cast<int64_t>(std::trunc(q));
    if (std::abs(double(nearest) - r) > x.error)
      nearest = static_cast<int64_t>(std::floor(r + 0.5));
    return {nearest, r};
  }

  /// The integer's operation and the exact one give what the estimate says.
  void expectHolds(const Estimate &result, int64_t q, double r) {
    double exact = std::clamp(r, result.ideal.low, result.ideal.high);
    EXPECT_LE(std::abs(r - exact), 1e-6 * (1 + std::abs(r)));
    EXPECT_LE(std::abs(double(q) - r), result.error + 1e-6);
  }
};

constexpr int kDraws = 2000;

TEST_F(Errors, OfTheHighByte) {
  Estimates x = some(16, 8, 32000, 40), y = emitter.highByte(x);
  EXPECT_EQ(y.width, 16u);
  for (int i = 0; i < kDraws; ++i) {
    auto [q, r] = draw(x.at(i % 8));
    expectHolds(y.at(i % 8), q >> 8, (r - 127.5) / 256);
  }
  // What is dropped alone is half of what stays, and no more.
  EXPECT_NEAR(emitter.highByte(some(16, 1, 100, 0)).at(0).error, 0.5, 0.01);
}

TEST_F(Errors, OfElementwiseOperations) {
  Estimates a = some(32, 8, 5000, 9), b = some(32, 8, 300, 2);
  Estimates sum = emitter.add(a, b, 8), difference = emitter.sub(a, b, 8);
  Estimates product = emitter.mul(a, b, 8), scaled = emitter.scale(a, 12);
  Estimates shifted = emitter.roundShift(a, 5), same = emitter.roundShift(a, 0);
  Estimates step = emitter.eulerStep(a, b);
  EXPECT_EQ(step.width, 16u);
  for (int i = 0; i < kDraws; ++i) {
    size_t k = i % 8;
    auto [p, u] = draw(a.at(k));
    auto [q, v] = draw(b.at(k));
    expectHolds(sum.at(k), p + q, u + v);
    expectHolds(step.at(k), p + q, u + v);
    expectHolds(difference.at(k), p - q, u - v);
    expectHolds(product.at(k), p * q, u * v);
    expectHolds(scaled.at(k), p * 12, u * 12);
    expectHolds(shifted.at(k), roundShift(p, 5), u / 32);
    expectHolds(same.at(k), p, u);
  }
}

TEST_F(Errors, OfSaturation) {
  Estimates x = some(32, 8, 60000, 700);
  Estimates y = emitter.clamp(x, 16, INT16_MIN, INT16_MAX);
  for (int i = 0; i < kDraws; ++i) {
    auto [q, r] = draw(x.at(i % 8));
    expectHolds(y.at(i % 8), saturate16(q), std::clamp(r, -32768.0, 32767.0));
  }
}

TEST_F(Errors, OfRequantization) {
  Estimates x = some(32, 4, 1e6, 50), addend = some(32, 4, 1e4, 3);
  std::vector<double> factors = {0.01, 0.003, 0.0123, 0.00071};
  std::vector<double> biases = {120.4, -33.5, 7.25, 0.0};
  std::vector<int32_t> rounded;
  for (double bias : biases)
    rounded.push_back(static_cast<int32_t>(std::floor(bias + 0.5)));
  auto multipliers = fixed::makeMultipliers(factors);
  ASSERT_TRUE(multipliers);
  for (unsigned width : {16u, 32u}) {
    Estimates y =
        emitter.requantize(x, &addend, width, 4, *multipliers, rounded);
    for (int i = 0; i < kDraws; ++i) {
      size_t k = i % 4;
      auto [q, r] = draw(x.at(k));
      auto [p, a] = draw(addend.at(k));
      int64_t sum =
          multiplyHigh(q, multipliers->values[k], multipliers->shift) +
          rounded[k] + p;
      expectHolds(y.at(k), width == 16 ? saturate16(sum) : sum,
                  width == 16 ? std::clamp(r * factors[k] + biases[k] + a,
                                           -32768.0, 32767.0)
                              : r * factors[k] + biases[k] + a);
    }
  }
}

TEST_F(Errors, OfProducts) {
  constexpr size_t kRows = 3, kColumns = 5;
  fixed::Matrix weights;
  for (size_t i = 0; i < kRows * kColumns; ++i)
    weights.push_back(uniform(-2, 2));
  std::fill_n(weights.begin(), kColumns, 0.0);
  fixed::Format format{16, {1e-3, 2e-3, 5e-4, 1e-3, 1e-3}, {0, 1, 0, 0, -3}};
  Estimates x = some(16, kColumns + 1, 20000, 5);
  fixed::ByteMatrix bytes =
      fixed::quantizeRows(weights, kRows, format, kColumns + 1);
  emitter.products.push_back({weights, format});
  Estimates y = emitter.matvec(x, bytes);
  EXPECT_TRUE(emitter.products.empty());
  for (int i = 0; i < kDraws; ++i) {
    std::vector<Pair> v;
    for (size_t j = 0; j <= kColumns; ++j)
      v.push_back(draw(x.at(j)));
    for (size_t row = 0; row < kRows; ++row) {
      int64_t sum = 0;
      double exact = 0;
      for (size_t j = 0; j < kColumns; ++j) {
        sum += bytes.weights[row * (kColumns + 1) + j] * v[j].q;
        exact += weights[row * kColumns + j] * format.scaleOf(j) * v[j].r;
      }
      expectHolds(y.at(row), sum,
                  bytes.scales[row] > 0 ? exact / bytes.scales[row] : 0.0);
    }
  }
}

// The worst that can come together does so in the bound, and nothing else.
TEST_F(Errors, OfProductsAreAttained) {
  constexpr size_t kColumns = 5;
  constexpr double kReach = 20000, kError = 5;
  fixed::Matrix weights;
  for (size_t i = 0; i < kColumns; ++i)
    weights.push_back(uniform(-2, 2));
  fixed::Format format = fixed::Format::uniform(16, 1e-3);
  fixed::ByteMatrix bytes = fixed::quantizeRows(weights, 1, format, kColumns);
  emitter.products.push_back({weights, format});
  Estimates x{16, kColumns, {Estimate::within({-kReach, kReach}, kError)}};
  double found = 0;
  for (size_t j = 0; j < kColumns; ++j) {
    double exact = weights[j] * format.scale[0] / bytes.scales[0];
    double r = bytes.weights[j] > exact ? kReach : -kReach;
    double q = r + (bytes.weights[j] > 0 ? kError : -kError);
    found += bytes.weights[j] * q - exact * r;
  }
  EXPECT_NEAR(emitter.matvec(x, bytes).at(0).error, found, 1e-6);
}

TEST_F(Errors, OfTables) {
  const fixed::Format sigmoid =
      fixed::tableFormat(fixed::tableDomain(fixed::Activation::Sigmoid));
  const fixed::Format tanh =
      fixed::tableFormat(fixed::tableDomain(fixed::Activation::Tanh));
  const fixed::Format decay = fixed::Format::uniform(16, 2e-5, 0.8);
  for (const fixed::Curve &curve :
       {fixed::activationCurve(fixed::Activation::Sigmoid, sigmoid),
        fixed::activationCurve(fixed::Activation::Tanh, tanh),
        fixed::activationCurve(fixed::Activation::Damped,
                               fixed::tableFormat(16.0),
                               fixed::wordFormat(0.375)),
        fixed::activationCurve(fixed::Activation::Silu, fixed::tableFormat(4.0),
                               fixed::wordFormat(4.0)),
        fixed::activationCurve(fixed::Activation::Gelu, fixed::tableFormat(2.0),
                               fixed::wordFormat(2.0)),
        fixed::activationCurve(
            fixed::Activation::Exp,
            fixed::argumentFormat(fixed::Activation::Exp, {-3.0, 1.0}),
            fixed::wordFormat(3.0)),
        fixed::reciprocalCurve(0.5, decay)})
    for (unsigned bits : {4u, 6u, 10u}) {
      emitter.curve = curve;
      auto exact = [&](double r) {
        return curve.value(curve.argument.scale[0] * r +
                           curve.argument.zero[0]) /
               curve.scale;
      };
      std::vector<int16_t> table = fixed::makeTable(
          [&](double x) { return curve.value(x) / (32768 * curve.scale); },
          curve.argument, bits);
      double worst = 0;
      for (int q = INT16_MIN; q <= INT16_MAX; ++q)
        worst = std::max(
            worst,
            std::abs(double(interpolate(table.data(), bits, q)) - exact(q)));
      Estimates all{16, 1, {Estimate::within({INT16_MIN, INT16_MAX})}};
      EXPECT_NEAR(emitter.lut(all, table).at(0).error, worst, 1e-9);
      // Some arguments are beyond the table's domain.
      Estimates wide = some(32, 8, 45000, 300);
      Estimates x = emitter.clamp(wide, 16, INT16_MIN, INT16_MAX);
      Estimates y = emitter.lut(x, table);
      for (int i = 0; i < kDraws; ++i) {
        auto [q, r] = draw(wide.at(i % 8));
        expectHolds(y.at(i % 8), interpolate(table.data(), bits, saturate16(q)),
                    exact(r));
      }
    }
}

TEST_F(Errors, OfNorms) {
  constexpr int64_t kSize = 6, kEpsilon = 40000;
  Estimates x = some(16, kSize, 3000, 2);
  Estimates y = emitter.unitNorm(x, kEpsilon, kEpsilon + 0.4);
  for (int i = 0; i < kDraws; ++i) {
    std::vector<Pair> v;
    int64_t squares = kEpsilon;
    double exact = kEpsilon + 0.4;
    for (int64_t j = 0; j < kSize; ++j) {
      v.push_back(draw(x.at(j)));
      squares += v[j].q * v[j].q;
      exact += v[j].r * v[j].r;
    }
    UnitNorm norm(squares);
    for (int64_t j = 0; j < kSize; ++j)
      expectHolds(y.at(j), norm.of(v[j].q), 32768 * v[j].r / std::sqrt(exact));
  }
}

TEST_F(Errors, OfInterpolation) {
  Estimates knots = some(32, 3, 1000, 4), y = emitter.interpolate(knots, 8);
  for (int i = 0; i < kDraws; ++i) {
    Pair k[] = {draw(knots.at(0)), draw(knots.at(1)), draw(knots.at(2))};
    for (int64_t j = 0; j < 8; ++j) {
      int64_t at = j / 4, behind = j % 4 + 1;
      expectHolds(y.at(j), (4 - behind) * k[at].q + behind * k[at + 1].q,
                  double(4 - behind) * k[at].r + double(behind) * k[at + 1].r);
    }
  }
}

// ---- Networks ----

/// A model of one step that reads a window of one element, by its body: from
/// %w to the state %y.
std::string stateless(const std::string &body, const std::string &type) {
  return "lnn.model @m {\n^bb0(%w: tensor<1xf32>):\n" + body +
         "lnn.return %y : " + type + "\n}\n";
}

class ErrorBoundOf : public testing::Test {
protected:
  Compiler compiler;

  mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text) {
    return mlir::parseSourceString<mlir::ModuleOp>(text, &compiler.context);
  }

  /// The bound, and the greatest error of all windows of one element.
  void compare(const std::string &text, double &proved, double &found) {
    CompiledModel real(parse(text)), integer(parse(text));
    ASSERT_TRUE(real.module && integer.module);
    ASSERT_TRUE(mlir::succeeded(compiler.discretize(real, {})));
    ASSERT_TRUE(mlir::succeeded(compiler.quantize(real, {})));
    ASSERT_TRUE(mlir::succeeded(compiler.discretize(integer, {})));
    ASSERT_TRUE(mlir::succeeded(compiler.toInt8(integer, {})));
    auto bound = lnn::boundError(real.model(), fixed::kTableBits);
    ASSERT_TRUE(mlir::succeeded(bound));
    EXPECT_TRUE(bound->mustFit.empty());
    proved = bound->greatest();
    auto inReal = lnn::FloatExecutor::compile(real.model());
    auto inInt8 = lnn::IntegerExecutor::compile(integer.model());
    ASSERT_TRUE(mlir::succeeded(inReal) && mlir::succeeded(inInt8));
    ASSERT_EQ(inReal->horizonSize(), 1u);
    found = 0;
    for (int soh = 0; soh <= INT16_MAX; ++soh) {
      auto window = static_cast<int16_t>(soh);
      int16_t forecast;
      float value = window / 16384.0f, exact;
      inReal->run(&value, &exact);
      inInt8->run(&window, &forecast);
      found = std::max(
          found, std::abs(forecast / 16384.0 -
                          std::clamp(double(exact), 0.0, INT16_MAX / 16384.0)));
    }
    EXPECT_LE(found, proved);
  }
};

TEST_F(ErrorBoundOf, WhatIsNotComputedIsExact) {
  double proved, found;
  compare(stateless("%y = lnn.last %w : tensor<1xf32> -> tensor<1xf32>\n",
                    "tensor<1xf32>"),
          proved, found);
  EXPECT_EQ(found, 0);
  EXPECT_LT(proved, 1e-6);
}

TEST_F(ErrorBoundOf, OneProductIsNearlyTight) {
  double proved, found;
  compare(stateless("%i = lnn.stack %w {lnn.range = array<f64: 0.0, 2.0>} : "
                    "tensor<1xf32> -> tensor<1x1xf32>\n"
                    "%z = lnn.constant dense<0.0> : tensor<1xf32>\n"
                    "%s = lnn.scan over %i : tensor<1x1xf32> from %z : "
                    "tensor<1xf32> {\n"
                    "^bb0(%u: tensor<1xf32>, %x: tensor<1xf32>):\n"
                    "%p = lnn.affine(%u) weights [dense<0.37> : "
                    "tensor<1x1xf32>] bias dense<-0.1> : tensor<1xf32> : "
                    "(tensor<1xf32>) -> tensor<1xf32>\n"
                    "%t = lnn.activate tanh %p : tensor<1xf32>\n"
                    "lnn.yield %t : tensor<1xf32>\n}\n"
                    "%y = lnn.affine(%s) weights [dense<0.9> : "
                    "tensor<1x1xf32>] bias dense<0.95> : tensor<1xf32> : "
                    "(tensor<1xf32>) -> tensor<1xf32>\n",
                    "tensor<1xf32>"),
          proved, found);
  EXPECT_GT(found, 0);
  EXPECT_LT(proved, 0.01);
  EXPECT_LT(proved, 4 * found) << found;
}

/// A cell of one unit that forgets: the error of earlier steps fades.
std::string oneUnit(int steps, double weight) {
  std::string rows = std::to_string(steps);
  return stateless(
      "%i = lnn.stack %w {lnn.range = array<f64: 0.0, 2.0>} : tensor<1xf32> "
      "-> tensor<" +
          rows +
          "x1xf32>\n"
          "%z = lnn.constant dense<0.0> : tensor<1xf32>\n"
          "%s = lnn.scan over %i : tensor<" +
          rows +
          "x1xf32> from %z : "
          "tensor<1xf32> {\n"
          "^bb0(%u: tensor<1xf32>, %x: tensor<1xf32>):\n"
          "%next = lnn.ode %x : tensor<1xf32> {\n"
          "^bb0(%v: tensor<1xf32>):\n"
          "%p = lnn.affine(%v, %u) weights [dense<" +
          std::to_string(weight) +
          "> : tensor<1x1xf32>, dense<0.37> : tensor<1x1xf32>] bias "
          "dense<-0.1> : "
          "tensor<1xf32> : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>\n"
          "%t = lnn.activate tanh %p : tensor<1xf32>\n"
          "%h = lnn.constant dense<0.5> : tensor<1xf32>\n"
          "%d = lnn.sub %t, %v : tensor<1xf32>, tensor<1xf32> -> "
          "tensor<1xf32>\n"
          "%e = lnn.mul %h, %d : tensor<1xf32>, tensor<1xf32> -> "
          "tensor<1xf32>\n"
          "lnn.yield %e : tensor<1xf32>\n}\n"
          "lnn.yield %next : tensor<1xf32>\n}\n"
          "%y = lnn.affine(%s) weights [dense<0.4> : tensor<1x1xf32>] bias "
          "dense<0.5> : tensor<1xf32> : (tensor<1xf32>) -> tensor<1xf32>\n",
      "tensor<1xf32>");
}

TEST_F(ErrorBoundOf, AStateThatForgetsDoesNotAddUpItsErrors) {
  double few, many, found;
  compare(oneUnit(4, 0.4), few, found);
  compare(oneUnit(60, 0.4), many, found);
  EXPECT_GT(found, 0);
  EXPECT_LT(many, 3 * few);
  EXPECT_LT(many, 10 * found);
  EXPECT_LT(many, 0.02);
}

TEST_F(ErrorBoundOf, AStateThatGrowsErrorsIsStillBounded) {
  double proved, found;
  compare(oneUnit(60, 4.0), proved, found);
  // The state is in [-1, 1] whatever happens, and 0.4 of it is forecast.
  EXPECT_LT(proved, 0.9);
}

TEST_F(ErrorBoundOf, ModelsThatAreNotQuantized) {
  auto module = parse(oneUnit(2, 0.4));
  ASSERT_TRUE(module);
  std::string said;
  mlir::ScopedDiagnosticHandler handler(
      &compiler.context, [&](mlir::Diagnostic &diag) { said = diag.str(); });
  EXPECT_TRUE(mlir::failed(
      lnn::boundError(*module->getOps<lnn::ModelOp>().begin(), 6)));
  EXPECT_EQ(said, "has no lnn.format; run lnn-quantize first");
}

// ---- Slopes ----

lnn::ScanOp scanOf(lnn::ModelOp model) {
  return *model.getBody().front().getOps<lnn::ScanOp>().begin();
}

TEST_F(ErrorBoundOf, SlopesHoldTheDerivativeOfAStep) {
  CompiledModel model(parse(oneUnit(2, 1.6)));
  ASSERT_TRUE(model.module);
  ASSERT_TRUE(mlir::succeeded(compiler.discretize(model, {})));
  lnn::RealRanges ranges;
  ranges.analyze(model.model());
  auto slopes = lnn::Slopes(ranges).ofStep(scanOf(model.model()));
  ASSERT_TRUE(mlir::succeeded(slopes));
  Interval<double> found = slopes->at(0, 0);
  // x + 0.5 (tanh(1.6 x + 0.37 u - 0.1) - x): between 0.5 and 0.5 + 0.8.
  double least = 1e9, greatest = -1e9;
  for (double x = -1; x <= 1; x += 0.01)
    for (double u = 0; u < 2; u += 0.05) {
      double t = std::tanh(1.6 * x + 0.37 * u - 0.1);
      double slope = 0.5 + 0.8 * (1 - t * t);
      least = std::min(least, slope);
      greatest = std::max(greatest, slope);
    }
  EXPECT_LE(found.low, least);
  EXPECT_GE(found.high, greatest);
  EXPECT_NEAR(found.low, least, 0.02);
  EXPECT_NEAR(found.high, greatest, 0.02);
}

TEST(Jacobians, FollowTheChainRule) {
  lnn::Jacobian a(1, 2), b(2, 1);
  a.at(0, 0) = {-1, 2};
  a.at(0, 1) = {3, 3};
  b.at(0, 0) = {1, 2};
  b.at(1, 0) = {-1, -1};
  lnn::Jacobian c = a.after(b);
  EXPECT_EQ(c.at(0, 0).low, -5);
  EXPECT_EQ(c.at(0, 0).high, 1);
  EXPECT_EQ(a.carry({1, 2}), std::vector<double>{2 + 6});
  EXPECT_EQ(lnn::Jacobian::identity(2).carry({3, 4}),
            (std::vector<double>{3, 4}));
}

} // namespace
