// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every way in which the graph of a model can be wrong; what verify() finds is
// in test/unit/network.
#include "TestFamily.h"

#include "frontend/network/GraphBuilder.h"

#include <gtest/gtest.h>

#include <chrono>

using namespace dlnet;
using namespace dlnet::test;
using namespace dlnet::network;
using nlohmann::json;

namespace {

/// v [2] -> affine -> [3]: a network that no recipe makes.
FamilyModel composedModel() {
  GraphBuilder builder;
  Value v = builder.input({"v", "V", -1, 1, 1.0 / 8192, Rate::Once}, {2});
  Value y = builder.affine({v}, {"w"}, "b", 3);
  builder.record(y, {{-2, 2}});
  builder.output({"y", "A", -4, 4, 1.0 / 4096, Rate::Once}, y);
  FamilyModel model;
  model.name = "small";
  model.role = "student";
  model.useGraph(builder.finish());
  model.tensors["w"] = makeTensor({3, 2});
  model.tensors["b"] = makeTensor({3});
  return model;
}

std::string composedBytes() {
  Family family = makeFamily();
  family.models = {composedModel()};
  Result<std::string> bytes = serializeFamily(family);
  EXPECT_TRUE(bytes) << bytes.message();
  return *bytes;
}

/// The message after `damage` changed the first model of a family.
std::string messageAfterModel(const std::string &bytes, const Damage &damage) {
  Parts parts = split(bytes);
  json &text = parts.header["__metadata__"]["family"];
  json family = json::parse(text.get<std::string>());
  damage(family["models"][0]);
  text = family.dump();
  return messageFor(join(parts.header.dump(), parts.data));
}

std::string messageForGraph(const std::string &pointer, const json &value) {
  return messageAfterModel(composedBytes(), [&](json &model) {
    model["graph"][json::json_pointer(pointer)] = value;
  });
}

TEST(ComposedModel, GoesThroughAFile) {
  Result<Family> family = parseFamily(composedBytes(), "memory");
  ASSERT_TRUE(family) << family.message();
  const FamilyModel &model = family->models[0];
  ASSERT_FALSE(model.hasRecipe());
  EXPECT_EQ(model.composed->inputs, composedModel().composed->inputs);
  EXPECT_EQ(countParameters(model), 9);
  EXPECT_EQ(countMacs(model), 6);
  EXPECT_EQ(*serializeFamily(*family), composedBytes());
  EXPECT_EQ(digestOf(model),
            digestOf(parseFamily(composedBytes(), "")->models[0]));
}

TEST(ComposedModel, DigestIsThatOfGraphRangesAndTensors) {
  FamilyModel model = parseFamily(composedBytes(), "")->models[0];
  std::set<std::string> digests = {digestOf(model)};
  FamilyModel changed = model;
  changed.tensors["w"].values[1] += 1;
  digests.insert(digestOf(changed));
  changed = model;
  changed.composed->inputs[0].scale *= 2;
  digests.insert(digestOf(changed));
  changed = model;
  for (ValueInfo &value : changed.composed->values)
    for (Range &range : value.ranges)
      range.high = 3;
  digests.insert(digestOf(changed));
  EXPECT_EQ(digests.size(), 4u);
}

TEST(MalformedGraph, ContradictsTheRecipe) {
  auto message = [](const std::string &pointer, const json &value) {
    return messageAfterModel(validBytes(), [&](json &model) {
      model[json::json_pointer(pointer)] = value;
    });
  };
  EXPECT_EQ(message("/recipe/window", 40),
            "models[0].graph.values.difference[0]: found 2, but "
            "models[0].recipe makes 4");
  EXPECT_EQ(message("/recipe/features/level/offset", 0.5),
            "models[0].graph.nodes[6].offset[2]: found 0.93, but "
            "models[0].recipe makes 0.5");
  EXPECT_EQ(message("/calibration/recurrence/0/0", -0.5),
            "models[0].calibration.recurrence[0][0]: found -0.5, but "
            "models[0].recipe makes -0.9");
  EXPECT_EQ(messageAfterModel(
                validBytes(),
                [](json &model) { model["calibration"].erase("recurrence"); }),
            "models[0].calibration.recurrence: missing, but models[0].recipe "
            "makes an array of 1");
}

TEST(MalformedGraph, UnknownOperation) {
  EXPECT_EQ(messageForGraph("/nodes/0/op", "softmax"),
            "models[0].graph.nodes[0].op: expected the name of an operation, "
            "found \"softmax\"");
}

TEST(MalformedGraph, AttributesOfAnotherOperation) {
  EXPECT_EQ(messageForGraph("/nodes/0/min", 3),
            "models[0].graph.nodes[0]: unexpected key \"min\"");
  EXPECT_EQ(messageForGraph("/nodes/0/op", "clamp"),
            "models[0].graph.nodes[0].min: missing");
  EXPECT_EQ(messageForGraph("/nodes/0/body", json::object()),
            "models[0].graph.nodes[0]: unexpected key \"body\"");
}

TEST(MalformedGraph, UnknownValue) {
  EXPECT_EQ(messageForGraph("/nodes/0/in/0", "u"),
            "models[0].graph.nodes[0].in[0]: expected the name of one of the "
            "graph's values, found \"u\"");
  EXPECT_EQ(messageForGraph("/outputs/0/value", 3),
            "models[0].graph.outputs[0].value: expected the name of one of the "
            "graph's values, found 3");
}

TEST(MalformedGraph, Shapes) {
  EXPECT_EQ(messageForGraph("/values/v", {2, 3, 4}),
            "models[0].graph.values[\"v\"]: expected a shape [n] or [steps, "
            "n], found an array of 3");
  EXPECT_EQ(messageForGraph("/values/v/0", 1e300),
            "models[0].graph.values[\"v\"]: expected extents up to 65536, "
            "found 1e+300");
  EXPECT_EQ(messageForGraph("/values/v/0", 0),
            "models[0].graph: value 'v': expected a shape [n] or [steps, n] of "
            "extents from 1 to 65536 and at most 4194304 elements, found [0]");
}

TEST(MalformedGraph, Ports) {
  EXPECT_EQ(messageForGraph("/inputs/0/rate", "always"),
            "models[0].graph.inputs[0].rate: expected one of window, step, "
            "once, count, found \"always\"");
  EXPECT_EQ(messageForGraph("/inputs/0/low", 2),
            "models[0].graph: input 'v': expected limits low < high of at most "
            "1000000, found [2, 1]");
  EXPECT_EQ(messageForGraph("/inputs", json::array()),
            "models[0].graph.inputs: expected an array of 1 to 16, found an "
            "array of 0");
  EXPECT_EQ(messageForGraph("/outputs/0/name", "v"),
            "models[0].graph: output 'v': there are two ports of that name");
}

TEST(MalformedGraph, TensorsAreThoseOfTheGraph) {
  EXPECT_EQ(messageForGraph("/nodes/0/bias", "c"), "small.c: missing tensor");
  EXPECT_EQ(messageForGraph("/nodes/0/bias", "../b"),
            "models[0].graph: affine 'w': bias: expected the key of a tensor "
            "[a-z][a-z0-9_.]*, found '../b'");
  EXPECT_EQ(messageForGraph("/nodes/0/weights/0", "b"),
            "models[0].graph: affine 'w': tensor 'b' is [3] here and [3, 2] "
            "elsewhere");
}

TEST(MalformedGraph, Calibration) {
  auto message = [](const json &value) {
    return messageAfterModel(
        composedBytes(), [&](json &model) { model["calibration"] = value; });
  };
  EXPECT_EQ(message(3), "models[0].calibration: expected an object, found 3");
  EXPECT_EQ(message({{"x", {{0, 1}}}}),
            "models[0].calibration[\"x\"]: the graph has no such value");
  EXPECT_EQ(message({{"w", {{0, 1}, {0, 1}}}}),
            "models[0].calibration[\"w\"]: expected a range, or 3, in an "
            "array, found an array of 2");
  EXPECT_EQ(message({{"w", {{1, 0}}}}),
            "models[0].calibration[\"w\"][0]: expected low <= high, found [1, "
            "0]");
}

/// A body in a body in a body ... , and as many nodes as a header holds.
TEST(MalformedGraph, CostsNoTime) {
  json nested = json::array();
  for (int depth = 0; depth < 4; ++depth)
    nested = {{{"op", "scan"},
               {"in", json::array()},
               {"out", {"w"}},
               {"states", 0},
               {"count", 65536},
               {"body",
                {{"arguments", json::array()},
                 {"nodes", nested},
                 {"yields", {"w"}}}}}};
  EXPECT_EQ(messageForGraph("/nodes", nested),
            "family: nested deeper than 16 levels");
  json node = {{"op", "last"}, {"in", {"v"}}, {"out", {"w"}}};
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(messageForGraph("/nodes", json(5000, node)),
            "models[0].graph.nodes: expected an array of 0 to 4096, found an "
            "array of 5000");
  EXPECT_EQ(messageForGraph("/nodes", json(4096, node))
                .rfind("models[0].graph: last 'w': ", 0),
            0u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

} // namespace
