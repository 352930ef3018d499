// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C of networks between ports against the integer executor, bit for bit,
// and what it answers to calls that are wrong.
#include "TestModels.h"

#include "codegen/SelfTest.h"
#include "frontend/compile/Compiler.h"
#include "passes/Executor.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <random>

using namespace dlnet;
using namespace dlnet::test;
using namespace mlir;

namespace {

/// Two states, a liquid one and one that follows it, and an output of each.
constexpr const char *kStream = R"(
#x = #lnn.port<x, "m/s2", -2.0, 2.0, 0.0001, step>
#u = #lnn.port<u, "", 0.0, 1.0, 0.0001, step>
#y = #lnn.port<y, "m", -0.5, 1.0, 0.0001, step>
#z = #lnn.port<z, "", -4.0, 4.0, 0.001, step, scores>
lnn.model @stream attributes {inputs = [#x, #u], outputs = [#y, #z]} {
^bb0(%x: tensor<?x2xf32>, %u: tensor<?x1xf32>):
  %0 = lnn.constant dense<[0.1, -0.2, 0.3]> : tensor<3xf32>
  %1 = lnn.constant dense<0.0> : tensor<2xf32>
  %h:2, %y, %z = lnn.scan over %x, %u : tensor<?x2xf32>, tensor<?x1xf32> from %0, %1 : tensor<3xf32>, tensor<2xf32> gives tensor<?x1xf32>, tensor<?x3xf32> {
  ^bb0(%a: tensor<2xf32>, %b: tensor<1xf32>, %s: tensor<3xf32>, %t: tensor<2xf32>):
    %next = lnn.ode %s : tensor<3xf32> {
    ^bb0(%v: tensor<3xf32>):
      %g = lnn.affine(%a, %b, %v, %t) weights [dense<[[0.5, -0.3], [0.2, 0.1], [-0.4, 0.6]]> : tensor<3x2xf32>, dense<[[0.7], [-0.6], [0.5]]> : tensor<3x1xf32>, dense<[[0.3, 0.1, -0.2], [0.2, -0.4, 0.1], [0.5, 0.2, 0.3]]> : tensor<3x3xf32>, dense<[[0.2, 0.1], [0.3, -0.2], [0.1, 0.4]]> : tensor<3x2xf32>] bias dense<[0.1, 0.0, -0.1]> : tensor<3xf32> : (tensor<2xf32>, tensor<1xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<3xf32>
      %f = lnn.activate sigmoid %g : tensor<3xf32>
      %w = lnn.affine(%a, %v) weights [dense<[[-0.5, 0.8], [0.3, 0.4], [0.9, -0.7]]> : tensor<3x2xf32>, dense<[[0.1, 0.3, 0.2], [-0.2, 0.5, 0.1], [0.4, 0.2, -0.6]]> : tensor<3x3xf32>] bias dense<[0.0, 0.2, 0.1]> : tensor<3xf32> : (tensor<2xf32>, tensor<3xf32>) -> tensor<3xf32>
      %p = lnn.activate tanh %w : tensor<3xf32>
      %d = lnn.sub %p, %v : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      %dx = lnn.mul %f, %d : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      lnn.yield %dx : tensor<3xf32>
    } {solver = #lnn<solver explicit_euler>, steps = 2 : i64}
    %m = lnn.affine(%s, %t) weights [dense<[[0.9, -0.4, 0.2], [0.1, 0.7, -0.8]]> : tensor<2x3xf32>, dense<[[0.5, 0.2], [-0.3, 0.4]]> : tensor<2x2xf32>] bias dense<[0.05, -0.05]> : tensor<2xf32> : (tensor<3xf32>, tensor<2xf32>) -> tensor<2xf32>
    %n = lnn.activate tanh %m : tensor<2xf32>
    %y1 = lnn.affine(%s, %t) weights [dense<[[0.8, -0.9, 0.7]]> : tensor<1x3xf32>, dense<[[0.6, -0.5]]> : tensor<1x2xf32>] bias dense<0.1> : tensor<1xf32> : (tensor<3xf32>, tensor<2xf32>) -> tensor<1xf32>
    %z1 = lnn.affine(%t) weights [dense<[[3.0, -2.0], [1.0, 2.5], [-2.0, 1.5]]> : tensor<3x2xf32>] bias dense<[0.1, 0.2, 0.3]> : tensor<3xf32> : (tensor<2xf32>) -> tensor<3xf32>
    lnn.yield %next, %n, %y1, %z1 : tensor<3xf32>, tensor<2xf32>, tensor<1xf32>, tensor<3xf32>
  }
  lnn.return %y, %z : tensor<?x1xf32>, tensor<?x3xf32>
}
)";

/// A window of three signed channels, a vector a run, and a count; two outputs.
constexpr const char *kWindow = R"(
#x = #lnn.port<x, "A", -3.0, 3.0, 0.0002, window>
#k = #lnn.port<k, "", -1.0, 1.0, 0.0001, once>
#n = #lnn.port<n, "steps", 0.0, 1000.0, 1.0, count>
#y = #lnn.port<y, "V", -1.0, 1.0, 0.0001, once>
#z = #lnn.port<z, "", 0.0, 2.0, 0.0001, once>
lnn.model @window attributes {inputs = [#x, #k, #n], outputs = [#y, #z]} {
^bb0(%x: tensor<5x3xf32>, %k: tensor<2xf32>, %n: tensor<1xf32>):
  %age = lnn.normalize %n offset [500.0] scale [0.002] : tensor<1xf32>
  %d = lnn.difference %x : tensor<5x3xf32>
  %q = lnn.stack %x, %d, %age : tensor<5x3xf32>, tensor<5x3xf32>, tensor<1xf32> -> tensor<5x7xf32>
  %0 = lnn.constant dense<0.0> : tensor<2xf32>
  %h = lnn.scan over %q : tensor<5x7xf32> from %0 : tensor<2xf32> {
  ^bb0(%r: tensor<7xf32>, %s: tensor<2xf32>):
    %m = lnn.affine(%r, %s) weights [dense<[[0.3, -0.2, 0.4, 0.1, -0.5, 0.2, 0.3], [-0.1, 0.6, 0.2, -0.3, 0.1, 0.4, -0.2]]> : tensor<2x7xf32>, dense<[[0.5, 0.2], [-0.3, 0.4]]> : tensor<2x2xf32>] bias dense<[0.05, -0.05]> : tensor<2xf32> : (tensor<7xf32>, tensor<2xf32>) -> tensor<2xf32>
    %t = lnn.activate tanh %m : tensor<2xf32>
    lnn.yield %t : tensor<2xf32>
  }
  %l = lnn.last %x : tensor<5x3xf32> -> tensor<3xf32>
  %y = lnn.affine(%h, %k, %l) weights [dense<[[0.7, -0.6], [0.2, 0.5]]> : tensor<2x2xf32>, dense<[[0.5, 0.3], [-0.4, 0.6]]> : tensor<2x2xf32>, dense<[[0.1, 0.2, -0.1], [0.3, -0.2, 0.1]]> : tensor<2x3xf32>] bias dense<[0.0, 0.1]> : tensor<2xf32> : (tensor<2xf32>, tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  %z = lnn.affine(%h) weights [dense<[[1.5, 1.0]]> : tensor<1x2xf32>] bias dense<0.5> : tensor<1xf32> : (tensor<2xf32>) -> tensor<1xf32>
  lnn.return %y, %z : tensor<2xf32>, tensor<1xf32>
}
)";

class Emitted {
public:
  explicit Emitted(const char *text, int64_t stateBits = 8)
      : model(parseSourceString<ModuleOp>(text, &compiler.context)) {
    CompileOptions options;
    options.stateBits = stateBits;
    if (failed(compiler.discretize(model, options)) ||
        failed(compiler.toInt8(model, options))) {
      ADD_FAILURE() << compiler.why();
      return;
    }
    codegen::EmitOptions emit;
    emit.name = "net";
    c = codegen::emitC(model.model(), emit);
    selfTest = *codegen::emitSelfTest(model.model(), emit, c);
    loaded = LoadedModel::load(c, "net", "-O2 -Wconversion -Wshadow", selfTest);
    state.resize(c.stateBytes / 4, 0x5a5a5a5a);
  }

  lnn::IntegerExecutor executor() {
    return *lnn::IntegerExecutor::compile(model.model());
  }

  Compiler compiler;
  CompiledModel model;
  codegen::EmittedC c;
  std::string selfTest;
  std::unique_ptr<LoadedModel> loaded;
  std::vector<uint32_t> state;
};

std::vector<int16_t> anything(size_t count, std::mt19937 &random) {
  std::vector<int16_t> values(count);
  for (int16_t &value : values)
    value = static_cast<int16_t>(random());
  return values;
}

using Values = std::vector<std::vector<int16_t>>;

TEST(EmittedPortsTest, StreamStepsAsTheExecutor) {
  for (int64_t bits : {8, 16}) {
    Emitted net(kStream, bits);
    ASSERT_TRUE(net.loaded);
    auto reset = net.loaded->function<int(void *)>("reset");
    auto step = net.loaded->function<int(void *, const int16_t *, int32_t,
                                         int16_t *, int16_t *)>("step");
    lnn::IntegerExecutor executor = net.executor();
    std::mt19937 random(7);
    for (size_t steps : {1, 40}) {
      Values inputs = {anything(2 * steps, random), anything(steps, random)};
      Values expected;
      executor.run({inputs[0], inputs[1]}, expected);
      ASSERT_EQ(reset(net.state.data()), 0);
      for (size_t t = 0; t < steps; ++t) {
        int16_t y[1], z[3];
        ASSERT_EQ(step(net.state.data(), &inputs[0][2 * t], inputs[1][t], y, z),
                  0);
        EXPECT_EQ(y[0], expected[0][t]) << "step " << t;
        for (size_t i = 0; i < 3; ++i)
          EXPECT_EQ(z[i], expected[1][3 * t + i]) << "step " << t;
      }
    }
    EXPECT_EQ(net.loaded->function<int(void *)>("selftest")(net.state.data()),
              0);
  }
}

TEST(EmittedPortsTest, StreamRefusesWrongCalls) {
  Emitted net(kStream);
  ASSERT_TRUE(net.loaded);
  auto step = net.loaded->function<int(void *, const int16_t *, int32_t,
                                       int16_t *, int16_t *)>("step");
  int16_t x[2] = {0, 0}, y[1] = {11}, z[3] = {1, 2, 3};
  EXPECT_EQ(step(net.state.data(), x, 0, y, z), -4); // never reset
  ASSERT_EQ(net.loaded->function<int(void *)>("reset")(net.state.data()), 0);
  EXPECT_EQ(step(nullptr, x, 0, y, z), -1);
  EXPECT_EQ(step(net.state.data(), nullptr, 0, y, z), -1);
  EXPECT_EQ(step(net.state.data(), x, 0, y, nullptr), -1);
  EXPECT_EQ(y[0], 11);
  EXPECT_EQ(net.loaded->function<int(void *)>("reset")(nullptr), -1);
}

TEST(EmittedPortsTest, ScoresHaveAnArgmax) {
  Emitted net(kStream);
  ASSERT_TRUE(net.loaded);
  auto argmax = net.loaded->function<uint32_t(const int16_t *)>("z_argmax");
  EXPECT_EQ(argmax(std::array<int16_t, 3>{-5, -2, -3}.data()), 1u);
  EXPECT_EQ(argmax(std::array<int16_t, 3>{4, 4, 1}.data()), 0u);
}

TEST(EmittedPortsTest, WindowsRunAsTheExecutor) {
  Emitted net(kWindow);
  ASSERT_TRUE(net.loaded);
  auto init = net.loaded->function<int(void *)>("init");
  auto push = net.loaded->function<int(void *, const int16_t *)>("push");
  auto setCount = net.loaded->function<int(void *, uint32_t)>("set_n");
  auto forecast =
      net.loaded->function<int(void *, const int16_t *, int16_t *, int16_t *)>(
          "forecast");
  auto predict =
      net.loaded->function<int(void *, const int16_t *, const int16_t *,
                               uint32_t, int16_t *, int16_t *)>("predict");
  lnn::IntegerExecutor executor = net.executor();
  std::mt19937 random(3);
  for (uint32_t count : {0u, 5u, 400u, 1000u, 4000000000u}) {
    std::vector<int16_t> x = anything(15, random), k = anything(2, random);
    int16_t limited = static_cast<int16_t>(std::min(count, 32767u));
    Values expected;
    executor.run({x, k, limited}, expected);
    int16_t y[2] = {0, 0}, z[1] = {0};
    ASSERT_EQ(predict(net.state.data(), x.data(), k.data(), count, y, z), 0);
    EXPECT_EQ(expected, (Values{{y[0], y[1]}, {z[0]}}));

    y[0] = y[1] = z[0] = 0;
    ASSERT_EQ(init(net.state.data()), 0);
    for (size_t t = 0; t < 5; ++t) {
      EXPECT_EQ(forecast(net.state.data(), k.data(), y, z), -2);
      ASSERT_EQ(push(net.state.data(), &x[3 * t]), 0);
    }
    ASSERT_EQ(setCount(net.state.data(), count), 0);
    ASSERT_EQ(forecast(net.state.data(), k.data(), y, z), 0);
    EXPECT_EQ(expected, (Values{{y[0], y[1]}, {z[0]}}));
  }
  EXPECT_EQ(net.loaded->function<int(void *)>("selftest")(net.state.data()), 0);
}

TEST(EmittedPortsTest, PushCountsSteps) {
  Emitted net(kWindow);
  ASSERT_TRUE(net.loaded);
  auto push = net.loaded->function<int(void *, const int16_t *)>("push");
  auto forecast =
      net.loaded->function<int(void *, const int16_t *, int16_t *, int16_t *)>(
          "forecast");
  lnn::IntegerExecutor executor = net.executor();
  std::mt19937 random(5);
  std::vector<int16_t> x = anything(15, random), k = anything(2, random);
  ASSERT_EQ(net.loaded->function<int(void *)>("init")(net.state.data()), 0);
  ASSERT_EQ(net.loaded->function<int(void *, uint32_t)>("set_n")(
                net.state.data(), 990),
            0);
  for (size_t t = 0; t < 5; ++t)
    ASSERT_EQ(push(net.state.data(), &x[3 * t]), 0);
  int16_t y[2], z[1];
  ASSERT_EQ(forecast(net.state.data(), k.data(), y, z), 0);
  Values expected;
  executor.run({x, k, int16_t(995)}, expected);
  EXPECT_EQ(expected, (Values{{y[0], y[1]}, {z[0]}}));
}

TEST(EmittedPortsTest, HeaderStatesEveryPort) {
  Emitted net(kStream);
  for (const char *line :
       {"/* x: input, 2 values a step, in m/s2 */", "#define NET_X_LOW -20000",
        "#define NET_X_HIGH 20000", "#define NET_X_SIZE 2u",
        "#define NET_U_LOW 0", "#define NET_Y_HIGH 10000", "#define NET_ABI 2",
        "int net_reset(net_state *state);",
        "int net_step(net_state *state, const int16_t x[NET_X_SIZE], "
        "int32_t u, int16_t y[NET_Y_SIZE], int16_t z[NET_Z_SIZE]);"})
    EXPECT_NE(net.c.header.find(line), std::string::npos) << line;
  size_t scale = net.c.header.find("#define NET_X_SCALE ");
  ASSERT_NE(scale, std::string::npos);
  EXPECT_EQ(std::stod(net.c.header.substr(scale + 20)), 0.0001);
}

} // namespace
