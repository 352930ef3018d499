// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the executors make of ports, of several states, and of streams.
#include "passes/Executor.h"
#include "passes/operations/Operations.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace mlir;

namespace {

/// The one model of a text, and its context.
struct Parsed {
  explicit Parsed(const char *text) {
    lnn::loadLnn(context);
    module = parseSourceString<ModuleOp>(text, &context);
  }
  lnn::ModelOp model() {
    return *module->getBody()->getOps<lnn::ModelOp>().begin();
  }
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

template <typename T> using Values = std::vector<std::vector<T>>;

template <typename T>
Values<T> run(lnn::Executor<T> &executor, const Values<T> &inputs) {
  std::vector<llvm::ArrayRef<T>> views(inputs.begin(), inputs.end());
  Values<T> outputs;
  executor.run(views, outputs);
  return outputs;
}

/// A sum and the sum of sums, each read before it is updated.
constexpr const char *kSums = R"(
#x = #lnn.port<x, "m", -100.0, 100.0, 1.0, step>
#y = #lnn.port<y, "m", -1000.0, 1000.0, 1.0, step>
#z = #lnn.port<z, "m", -1000.0, 1000.0, 1.0, step>
lnn.model @sums attributes {inputs = [#x], outputs = [#y, #z]} {
^bb0(%x: tensor<?x1xf32>):
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  %h:2, %y, %z = lnn.scan over %x : tensor<?x1xf32> from %0, %0 : tensor<1xf32>, tensor<1xf32> gives tensor<?x1xf32>, tensor<?x1xf32> {
  ^bb0(%u: tensor<1xf32>, %a: tensor<1xf32>, %b: tensor<1xf32>):
    %s = lnn.add %a, %u : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    %t = lnn.add %b, %a : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>
    lnn.yield %s, %t, %s, %t : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  }
  lnn.return %y, %z : tensor<?x1xf32>, tensor<?x1xf32>
}
)";

TEST(PortsTest, StreamGivesARowForEachRow) {
  Parsed parsed(kSums);
  auto executor = lnn::FloatExecutor::compile(parsed.model());
  ASSERT_TRUE(succeeded(executor));
  EXPECT_EQ(run<float>(*executor, {{1, 2, 3, 4}}),
            (Values<float>{{1, 3, 6, 10}, {0, 1, 4, 10}}));
  // Each run starts from the first state, and has as many rows as it is given.
  EXPECT_EQ(run<float>(*executor, {{5, 5}}), (Values<float>{{5, 10}, {0, 5}}));
  EXPECT_EQ(run<float>(*executor, {{}}), (Values<float>{{}, {}}));
}

/// Two states that change places, over two sequences.
constexpr const char *kSwap = R"(
#x = #lnn.port<x, "m", -3.0, 3.0, 1.0, window>
#k = #lnn.port<k, "m", -9.0, 9.0, 1.0, window>
#n = #lnn.port<n, "", 0.0, 50.0, 1.0, count>
#o = #lnn.port<o, "", -9.0, 9.0, 1.0, once>
#p = #lnn.port<p, "", -9.0, 9.0, 1.0, once>
#q = #lnn.port<q, "", -9.0, 50.0, 1.0, once>
lnn.model @swap attributes {inputs = [#x, #k, #n], outputs = [#o, #p, #q]} {
^bb0(%x: tensor<3x2xi16>, %k: tensor<3x2xi16>, %n: tensor<1xi16>):
  %a = lnn.constant dense<[1, 2]> : tensor<2xi16>
  %b = lnn.constant dense<[3, 4]> : tensor<2xi16>
  %h:2, %s = lnn.scan over %x, %k : tensor<3x2xi16>, tensor<3x2xi16> from %a, %b : tensor<2xi16>, tensor<2xi16> gives tensor<3x2xi16> {
  ^bb0(%u: tensor<2xi16>, %v: tensor<2xi16>, %c: tensor<2xi16>, %d: tensor<2xi16>):
    lnn.yield %d, %c, %u : tensor<2xi16>, tensor<2xi16>, tensor<2xi16>
  }
  %l = lnn.last %s : tensor<3x2xi16> -> tensor<2xi16>
  lnn.return %h#0, %l, %n : tensor<2xi16>, tensor<2xi16>, tensor<1xi16>
}
)";

TEST(PortsTest, IntegersCountAsTheNearestOfTheirPort) {
  Parsed parsed(kSwap);
  auto executor = lnn::IntegerExecutor::compile(parsed.model());
  ASSERT_TRUE(succeeded(executor));
  EXPECT_EQ(executor->inputSizes().vec(), (std::vector<size_t>{6, 6, 1}));
  EXPECT_EQ(executor->outputSizes().vec(), (std::vector<size_t>{2, 2, 1}));
  // After three exchanges the second state is the first; inputs of [-3, 3].
  Values<int16_t> outputs = run<int16_t>(
      *executor, {{0, 0, 0, 0, -32768, 32767}, {0, 0, 0, 0, 0, 0}, {1000}});
  EXPECT_EQ(outputs, (Values<int16_t>{{3, 4}, {-3, 3}, {50}}));
}

/// Rows of two channels, their differences, and a column that repeats.
constexpr const char *kRows = R"(
#x = #lnn.port<x, "m", -100.0, 100.0, 1.0, window>
#n = #lnn.port<n, "", 0.0, 50.0, 1.0, count>
#o = #lnn.port<o, "", -100.0, 100.0, 1.0, once>
lnn.model @rows attributes {inputs = [#x, #n], outputs = [#o]} {
^bb0(%x: tensor<3x2xf32>, %n: tensor<1xf32>):
  %d = lnn.difference %x : tensor<3x2xf32>
  %s = lnn.stack %x, %n, %d : tensor<3x2xf32>, tensor<1xf32>, tensor<3x2xf32> -> tensor<3x6xf32>
  %l = lnn.last %s : tensor<3x6xf32> -> tensor<6xf32>
  lnn.return %l : tensor<6xf32>
}
)";

TEST(PortsTest, SequencesAreColumnsOfAStack) {
  Parsed parsed(kRows);
  auto executor = lnn::FloatExecutor::compile(parsed.model());
  ASSERT_TRUE(succeeded(executor));
  EXPECT_EQ(run<float>(*executor, {{1, 10, 2, 30, 4, 60}, {7}}),
            (Values<float>{{4, 60, 7, 2, 30, 0}}));
}

TEST(PortsTest, LimitsAreIntegersOfThePort) {
  MLIRContext context;
  lnn::loadLnn(context);
  auto port = [&](double low, double high, double scale) {
    return lnn::PortAttr::get(&context, "x", "", low, high, scale,
                              lnn::Rate::Once);
  };
  // 0.3 / 0.1 is 2.9999999999999996.
  EXPECT_EQ(port(-0.3, 0.3, 0.1).highInteger(), 3);
  EXPECT_EQ(port(-0.3, 0.3, 0.1).lowInteger(), -3);
  EXPECT_EQ(port(-0.39, 0.39, 0.1).lowInteger(), -3);
  EXPECT_EQ(port(-0.39, 0.39, 0.1).highInteger(), 3);
  EXPECT_EQ(port(-1e9, 1e9, 1.0).lowInteger(), -32768);
  EXPECT_EQ(port(-1e9, 1e9, 1.0).highInteger(), 32767);
}

} // namespace
