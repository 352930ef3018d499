// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cells that no family holds, written in IR: they compile as they stand, the
// integers stay near the floats, and the emitted C gives the same integers.
#include "TestModels.h"

#include "passes/ErrorBound.h"
#include "passes/Executor.h"
#include "passes/Pipelines.h"
#include "passes/operations/Operations.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

using namespace dlnet;

namespace {

constexpr int kWindow = 16, kUnits = 6;

/// IR with random weights.
class Weights {
public:
  explicit Weights(uint32_t seed) : random(seed) {}

  /// "dense<[[...], ...]> : tensor<RxCxf32>", even from -reach to reach.
  std::string matrix(int rows, int columns, double reach) {
    std::string text;
    for (int row = 0; row < rows; ++row)
      text += (row ? ", [" : "[") + numbers(columns, reach, 0) + "]";
    return fmt::format("dense<[{}]> : tensor<{}x{}xf32>", text, rows, columns);
  }
  std::string vector(int size, double reach, double middle = 0) {
    return fmt::format("dense<[{}]> : tensor<{}xf32>",
                       numbers(size, reach, middle), size);
  }

  /// An affine of the row %u, and of a vector unless that is empty.
  std::string affine(const std::string &result, const std::string &input,
                     int size, int rows, bool reads_row = true) {
    std::string names, matrices, types;
    auto add = [&](const std::string &name, int columns, double reach) {
      const char *comma = names.empty() ? "" : ", ";
      names += comma + name;
      matrices += comma + matrix(rows, columns, reach);
      types += fmt::format("{}tensor<{}xf32>", comma, columns);
    };
    if (!input.empty())
      add(input, size, 1.5 / std::sqrt(size));
    if (reads_row)
      add("%u", 1, 1.0);
    return fmt::format(
        "{} = lnn.affine({}) weights [{}] bias {} : ({}) -> tensor<{}xf32>\n",
        result, names, matrices, vector(rows, 0.5), types, rows);
  }

private:
  std::string numbers(int count, double reach, double middle) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += fmt::format(
          "{}{:e}", i ? ", " : "",
          middle + reach * (2.0 * random() / double(random.max()) - 1));
    return text;
  }

  std::mt19937 random;
};

/// Elementwise operations on vectors of `size`.
std::string binary(const char *result, const char *op, const char *lhs,
                   const char *rhs, int size = kUnits) {
  return fmt::format("{0} = lnn.{1} {2}, {3} : tensor<{4}xf32>, "
                     "tensor<{4}xf32> -> tensor<{4}xf32>\n",
                     result, op, lhs, rhs, size);
}
std::string activate(const char *result, const char *function,
                     const char *input, int size = kUnits) {
  return fmt::format("{} = lnn.activate {} {} : tensor<{}xf32>\n", result,
                     function, input, size);
}

/// A scan over the window with `body` in it, and a readout of four numbers.
std::string network(const std::string &body, Weights &weights,
                    int state = kUnits, const std::string &attributes = "") {
  return fmt::format(
      "lnn.model @net {{\n"
      "^bb0(%window: tensor<{0}xf32>):\n"
      "%scaled = lnn.normalize %window offset [1.0] scale [2.0]"
      " : tensor<{0}xf32>\n"
      "%rows = lnn.stack %scaled : tensor<{0}xf32> -> tensor<{0}x1xf32>\n"
      "%one = lnn.constant dense<1.0> : tensor<{2}xf32>\n"
      "%zero = lnn.constant dense<0.0> : tensor<{1}xf32>\n"
      "%state = lnn.scan over %rows : tensor<{0}x1xf32> from %zero"
      " : tensor<{1}xf32> {{\n"
      "^bb0(%u: tensor<1xf32>, %x: tensor<{1}xf32>):\n"
      "{3}lnn.yield %next : tensor<{1}xf32>\n}} {4}\n"
      "%y = lnn.affine(%state) weights [{5}] bias {6} : (tensor<{1}xf32>)"
      " -> tensor<4xf32>\n"
      "lnn.return %y : tensor<4xf32>\n}}\n",
      kWindow, state, kUnits, body, attributes, weights.matrix(4, state, 0.3),
      weights.vector(4, 0.1, 1.0));
}

std::string cfc(const char *function, uint32_t seed) {
  Weights weights(seed);
  return network(
      weights.affine("%a", "%x", kUnits, 8) +
          activate("%b", function, "%a", 8) +
          weights.affine("%zg", "%b", 8, kUnits, false) +
          weights.affine("%zh", "%b", 8, kUnits, false) +
          weights.affine("%zt", "%b", 8, kUnits, false) +
          activate("%g", "tanh", "%zg") + activate("%h", "tanh", "%zh") +
          activate("%t", "sigmoid", "%zt") + binary("%gap", "sub", "%h", "%g") +
          binary("%move", "mul", "%t", "%gap") +
          binary("%next", "add", "%g", "%move"),
      weights);
}

/// As torch.nn.GRU has it.
std::string gru(uint32_t seed) {
  Weights weights(seed);
  return network(
      weights.affine("%zr", "%x", kUnits, kUnits) +
          weights.affine("%zz", "%x", kUnits, kUnits) +
          activate("%r", "sigmoid", "%zr") + activate("%z", "sigmoid", "%zz") +
          weights.affine("%nu", "", 0, kUnits) +
          weights.affine("%nx", "%x", kUnits, kUnits, false) +
          binary("%gated", "mul", "%r", "%nx") +
          binary("%zn", "add", "%nu", "%gated") +
          activate("%n", "tanh", "%zn") + binary("%rest", "sub", "%one", "%z") +
          binary("%new", "mul", "%rest", "%n") +
          binary("%old", "mul", "%z", "%x") +
          binary("%next", "add", "%new", "%old"),
      weights);
}

/// What an LSTM makes of its gates: `%cell` from `%c`, and `hidden`, with the
/// output that it fed back in `fed`.
std::string lstmGates(Weights &weights, const std::string &fed,
                      const char *hidden) {
  std::string body;
  for (const char *gate : {"i", "f", "o", "g"})
    body += weights.affine(fmt::format("%z{}", gate), fed, kUnits, kUnits) +
            activate(fmt::format("%{}", gate).c_str(),
                     *gate == 'g' ? "tanh" : "sigmoid",
                     fmt::format("%z{}", gate).c_str());
  body +=
      binary("%kept", "mul", "%f", "%c") + binary("%added", "mul", "%i", "%g") +
      binary("%cell", "add", "%kept", "%added") +
      activate("%bent", "tanh", "%cell") + binary(hidden, "mul", "%o", "%bent");
  return body;
}

/// Hidden state and cell state side by side.
std::string lstm(uint32_t seed, const std::string &attributes) {
  Weights weights(seed);
  std::string body =
      fmt::format("%h = lnn.slice %x from 0 : tensor<{0}xf32> -> "
                  "tensor<{1}xf32>\n"
                  "%c = lnn.slice %x from {1} : tensor<{0}xf32> -> "
                  "tensor<{1}xf32>\n",
                  2 * kUnits, kUnits);
  body += lstmGates(weights, "%h", "%hidden");
  body += fmt::format("%next = lnn.concat %hidden, %cell : tensor<{0}xf32>, "
                      "tensor<{0}xf32> -> tensor<{1}xf32>\n",
                      kUnits, 2 * kUnits);
  return network(body, weights, 2 * kUnits, attributes);
}

/// The same with two states.
std::string lstmOfTwo(uint32_t seed, const std::string &attributes) {
  Weights weights(seed);
  std::string body = lstmGates(weights, "%x", "%next");
  std::string text = network(body, weights, kUnits, attributes);
  auto replace = [&](const std::string &from, const std::string &to) {
    size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  const std::string type = fmt::format("tensor<{}xf32>", kUnits);
  replace("%state = ", "%state, %last = ");
  replace("from %zero : " + type, "from %zero, %zero : " + type + ", " + type);
  replace("%x: " + type, "%x: " + type + ", %c: " + type);
  replace("lnn.yield %next : " + type,
          "lnn.yield %next, %cell : " + type + ", " + type);
  return text;
}

std::string normalized(uint32_t seed) {
  Weights weights(seed);
  return network(
      weights.affine("%a", "%x", kUnits, 16) +
          fmt::format("%ln = lnn.layer_norm %a gain {} bias {} epsilon 1.0e-5"
                      " : tensor<16xf32>\n",
                      weights.vector(16, 0.5, 0.7), weights.vector(16, 0.3)) +
          activate("%b", "relu", "%ln", 16) +
          weights.affine("%zg", "%b", 16, kUnits, false) +
          activate("%next", "tanh", "%zg"),
      weights);
}

/// A model on both levels, and what was proved between them.
class Compiled {
public:
  explicit Compiled(const std::string &text) {
    lnn::loadLnn(context);
    real = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!real)
      return;
    lnn::ToInt8Options options;
    options.stateBits = 16;
    options.lutBits = 8;
    run([&](mlir::OpPassManager &pm) {
      lnn::buildDiscretizePipeline(pm, options);
    });
    integer = real->clone();
    mlir::OwningOpRef<mlir::ModuleOp> formatted = real->clone();
    mlir::PassManager pm(&context);
    lnn::buildQuantizePipeline(pm, options);
    compiles = compiles && mlir::succeeded(pm.run(*formatted));
    if (!compiles)
      return;
    auto bounded = lnn::boundError(model(*formatted), options.lutBits);
    if (mlir::succeeded(bounded))
      bound = *bounded;
    run([&](mlir::OpPassManager &pm) {
      lnn::buildToInt8Pipeline(pm, options);
    });
  }

  static lnn::ModelOp model(mlir::ModuleOp module) {
    return *module.getOps<lnn::ModelOp>().begin();
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> real, integer;
  std::optional<lnn::ErrorBound> bound;
  bool compiles = true;

private:
  template <typename Fn> void run(Fn build) {
    mlir::PassManager pm(&context);
    build(pm);
    compiles = compiles && mlir::succeeded(pm.run(integer ? *integer : *real));
  }
};

/// Root mean square of the integers' distance from the floats, as a share of
/// the floats' own spread; a test failure where the proved bound is passed.
void compare(Compiled &compiled, double &share) {
  ASSERT_TRUE(compiled.real && compiled.compiles);
  auto real = lnn::FloatExecutor::compile(Compiled::model(*compiled.real));
  auto integer =
      lnn::IntegerExecutor::compile(Compiled::model(*compiled.integer));
  ASSERT_TRUE(mlir::succeeded(real) && mlir::succeeded(integer));
  codegen::EmittedC c =
      codegen::emitC(Compiled::model(*compiled.integer), {"net", {}});
  auto loaded = test::LoadedModel::load(c, "net");
  ASSERT_NE(loaded, nullptr);
  std::vector<int32_t> state(c.stateBytes / 4 + 1);
  std::mt19937 random(1);
  double squares = 0, sum[4] = {}, ofSquares[4] = {};
  constexpr int kRuns = 200;
  for (int run = 0; run < kRuns; ++run) {
    int16_t window[kWindow], found[4], emitted[4];
    float soh[kWindow], wanted[4];
    for (int i = 0; i < kWindow; ++i) {
      window[i] = int16_t(random() % 32768);
      soh[i] = float(window[i]) / 16384;
    }
    real->run(soh, wanted);
    integer->run(window, found);
    ASSERT_EQ(loaded->predict(state.data(), window, kWindow, emitted, 4), 0);
    ASSERT_TRUE(std::equal(found, found + 4, emitted)) << "run " << run;
    for (int i = 0; i < 4; ++i) {
      double error = double(found[i]) / 16384 - wanted[i];
      if (compiled.bound)
        EXPECT_LE(std::abs(error), compiled.bound->forecast[i]);
      squares += error * error;
      sum[i] += wanted[i];
      ofSquares[i] += double(wanted[i]) * wanted[i];
    }
  }
  double spread = 0;
  for (int i = 0; i < 4; ++i)
    spread += ofSquares[i] - sum[i] * sum[i] / kRuns;
  share = std::sqrt(squares / spread);
}

class RecurrentNetworks : public testing::TestWithParam<uint32_t> {};

TEST_P(RecurrentNetworks, CfcWithAnyBackboneStaysNearFloat) {
  for (const char *function : {"relu", "silu", "gelu", "tanh", "damped"}) {
    SCOPED_TRACE(function);
    Compiled compiled(cfc(function, GetParam()));
    double share = 1;
    compare(compiled, share);
    EXPECT_LT(share, 0.025);
  }
}

TEST_P(RecurrentNetworks, GruHasAProvedBoxAndStaysNearFloat) {
  Compiled compiled(gru(GetParam()));
  EXPECT_TRUE(compiled.bound);
  double share = 1;
  compare(compiled, share);
  EXPECT_LT(share, 0.025);
}

TEST_P(RecurrentNetworks, LstmSaturatesWhereItIsToldTo) {
  Compiled compiled(
      lstm(GetParam(), "{lnn.saturates = array<f64: -4.0, 4.0>}"));
  double share = 1;
  compare(compiled, share);
  EXPECT_LT(share, 0.025);
  ASSERT_TRUE(compiled.bound);
  EXPECT_FALSE(compiled.bound->mustFit.empty());
  std::string header =
      codegen::emitC(Compiled::model(*compiled.integer), {"net", {}}).header;
  EXPECT_NE(header.find("A state saturates"), std::string::npos);
}

TEST_P(RecurrentNetworks, LstmOfTwoStatesSaturates) {
  Compiled compiled(lstmOfTwo(
      GetParam(), "{lnn.saturates = array<f64: -1.0, 1.0, -4.0, 4.0>}"));
  double share = 1;
  compare(compiled, share);
  EXPECT_LT(share, 0.025);
}

TEST_P(RecurrentNetworks, LstmWithoutABoundIsRefused) {
  Compiled compiled(lstm(GetParam(), ""));
  EXPECT_FALSE(compiled.compiles);
}

TEST_P(RecurrentNetworks, LayerNormStaysNearFloat) {
  Compiled compiled(normalized(GetParam()));
  double share = 1;
  compare(compiled, share);
  EXPECT_LT(share, 0.025);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecurrentNetworks, testing::Range(1u, 5u));

} // namespace
