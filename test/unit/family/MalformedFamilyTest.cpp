// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every way in which the description of a family can be wrong.
#include "TestFamily.h"

#include "frontend/support/FileKind.h"

#include <gtest/gtest.h>

#include <limits>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

TEST(MalformedFamily, NoMetadata) {
  EXPECT_EQ(messageAfter([](json &h) { h.erase("__metadata__"); }),
            "is safetensors of 10 tensors, such as small.basis.curves, but no "
            "family (__metadata__.family is missing); " +
                std::string(kHowToGetAFamily));
}

TEST(MalformedFamily, NoDescription) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"].erase("family"); }),
            messageAfter([](json &h) { h["__metadata__"] = nullptr; }));
}

TEST(MalformedFamily, AnotherFormat) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["format"] = "dll"; }),
            "__metadata__.format: expected \"dlnet-family\", found \"dll\"");
}

TEST(MalformedFamily, AnotherVersion) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["version"] = "3"; }),
            "__metadata__.version: expected \"1\" or \"2\", found \"3\"");
}

TEST(MalformedFamily, DescriptionIsNotJson) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["__metadata__"]["family"] = "{";
            }).rfind("family: not valid JSON at byte ", 0),
            0u);
}

TEST(MalformedFamily, DescriptionIsNotAnObject) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["family"] = "[]"; }),
            "family: expected an object, found an array of 0");
}

TEST(MalformedFamily, DescriptionIsNestedDeeply) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["__metadata__"]["family"] = std::string(1 << 20, '[');
            }),
            "family: nested deeper than 16 levels");
}

TEST(MalformedFamily, DuplicateKey) {
  EXPECT_EQ(messageAfterText("\"units\":3", "\"units\":3,\"units\":4"),
            "family: key \"units\" appears twice");
}

TEST(MalformedFamily, NumberIsInfinite) {
  EXPECT_EQ(messageAfterText("\"dt\":1.0", "\"dt\":1e999")
                .rfind("family: not valid JSON at byte ", 0),
            0u);
}

/// Keys that older files lack.
bool isOptional(const std::string &path) {
  return path == "data.soh" || path == "data.split" ||
         path == "models[0].trained" || path == "models[0].recipe";
}

/// Each key of the description, when it is missing, is named by its path.
TEST(MalformedFamily, EveryKeyIsRequired) {
  json family = json::parse(
      split(validBytes()).header["__metadata__"]["family"].get<std::string>());
  size_t count = 0;
  std::function<void(const json &, const std::string &, const std::string &)>
      walk = [&](const json &value, const std::string &pointer,
                 const std::string &path) {
        if (value.is_array() && !value.empty() && value[0].is_object())
          walk(value[0], pointer + "/0", path + "[0]");
        if (!value.is_object() || path == "models[0].measured" ||
            path == "models[0].calibration" || path == "models[0].graph.values")
          return;
        for (const auto &item : value.items()) {
          std::string child =
              path.empty() ? item.key() : path + "." + item.key();
          walk(item.value(), pointer + "/" + item.key(), child);
          if (isOptional(child))
            continue;
          EXPECT_EQ(messageAfterFamily([&](json &damaged) {
                      damaged[json::json_pointer(pointer)].erase(item.key());
                    }),
                    child + ": missing");
          ++count;
        }
      };
  walk(family, "", "");
  EXPECT_EQ(count, 69u);
}

/// No key accepts null, nor (but for `measured`) an empty object.
TEST(MalformedFamily, EveryKeyHasAType) {
  json family = json::parse(
      split(validBytes()).header["__metadata__"]["family"].get<std::string>());
  json leaves = family.flatten();
  for (const auto &item : leaves.items()) {
    std::string message = messageAfterFamily(
        [&](json &f) { f[json::json_pointer(item.key())] = nullptr; });
    EXPECT_NE(message.find("expected "), std::string::npos) << item.key();
    EXPECT_NE(message.find(", found null"), std::string::npos) << item.key();
  }
  for (const char *key : {"data", "models", "name"})
    EXPECT_NE(messageAfterFamily([&](json &f) {
                f[key] = true;
              }).find(", found true"),
              std::string::npos);
}

TEST(MalformedFamily, UnexpectedKeys) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["models2"] = 1; }),
            "family: unexpected key \"models2\"");
  EXPECT_EQ(messageForModel("/unit", 3), "models[0]: unexpected key \"unit\"");
  EXPECT_EQ(messageForModel("/measured/train", json::object()),
            "models[0].measured: unexpected key \"train\"");
}

TEST(MalformedFamily, NameIsNotAnIdentifier) {
  for (const char *wrong : {"", "Soh", "1soh", "so h", "soh-1", "so\\nh",
                            "s\xc3\xb6h", "a23456789012345678901234567890123"})
    EXPECT_EQ(messageAfterFamily([&](json &f) {
                f["name"] = wrong;
              }).rfind("name: expected an identifier", 0),
              0u)
        << wrong;
}

TEST(MalformedFamily, TextHasALineBreak) {
  EXPECT_EQ(messageAfterFamily(
                [](json &f) { f["data"]["cleaning"] = "a\n#include"; }),
            "data.cleaning: expected one line of text, 1 to 1024 bytes long, "
            "found \"a\\n#include\"");
}

TEST(MalformedFamily, NoModels) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["models"] = json::array(); }),
            "models: expected an array of 1 to 256, found an array of 0");
}

TEST(MalformedFamily, ModelIsNotAnObject) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["models"][0] = 5; }),
            "models[0]: expected an object, found 5");
}

TEST(MalformedFamily, DuplicateModel) {
  EXPECT_EQ(messageAfterFamily(
                [](json &f) { f["models"].push_back(f["models"][0]); }),
            "models[1].name: another model is already called \"small\"");
}

TEST(MalformedFamily, UnknownRole) {
  EXPECT_EQ(messageForModel("/role", "professor"),
            "models[0].role: expected one of student, teacher, found "
            "\"professor\"");
}

TEST(MalformedFamily, UnknownCell) {
  EXPECT_EQ(
      messageForModel("/recipe/cell", "lstm"),
      "models[0].recipe.cell: expected one of liquid, ltc, ctrnn, cfc, gru, "
      "found \"lstm\"");
}

TEST(MalformedFamily, UnknownSolver) {
  EXPECT_EQ(
      messageForModel("/recipe/solver/method", "rk4"),
      "models[0].recipe.solver.method: expected one of explicit_euler, fused, "
      "closed_form, found \"rk4\"");
}

TEST(MalformedFamily, SolverDoesNotFitTheCell) {
  EXPECT_EQ(
      messageForModel("/recipe/solver/method", "closed_form"),
      "models[0].recipe.solver.method: closed_form does not solve a liquid "
      "cell");
}

TEST(MalformedFamily, UnitsOutOfRange) {
  EXPECT_EQ(
      messageForModel("/recipe/units", 5000),
      "models[0].recipe.units: expected an integer in [1, 1024], found 5000");
  EXPECT_EQ(
      messageForModel("/recipe/units", 0),
      "models[0].recipe.units: expected an integer in [1, 1024], found 0");
  EXPECT_EQ(
      messageForModel("/recipe/units", -1),
      "models[0].recipe.units: expected an integer in [1, 1024], found -1");
  EXPECT_EQ(
      messageForModel("/recipe/units", std::numeric_limits<uint64_t>::max()),
      "models[0].recipe.units: expected an integer in [1, 1024], found "
      "18446744073709551615");
}

TEST(MalformedFamily, UnitsAreNotAnInteger) {
  EXPECT_EQ(
      messageForModel("/recipe/units", 3.5),
      "models[0].recipe.units: expected an integer in [1, 1024], found 3.5");
  EXPECT_EQ(
      messageForModel("/recipe/units", "3"),
      "models[0].recipe.units: expected an integer in [1, 1024], found \"3\"");
}

TEST(MalformedFamily, WindowOutOfRange) {
  EXPECT_EQ(
      messageForModel("/recipe/window", 1),
      "models[0].recipe.window: expected an integer in [2, 4096], found 1");
  EXPECT_EQ(
      messageForModel("/recipe/window", 4097),
      "models[0].recipe.window: expected an integer in [2, 4096], found 4097");
}

TEST(MalformedFamily, HorizonOutOfRange) {
  EXPECT_EQ(
      messageForModel("/recipe/horizon", 0),
      "models[0].recipe.horizon: expected an integer in [1, 4096], found 0");
  EXPECT_EQ(
      messageForModel("/recipe/horizon", 4097),
      "models[0].recipe.horizon: expected an integer in [1, 4096], found 4097");
}

TEST(MalformedFamily, BasisOutOfRange) {
  EXPECT_EQ(messageForModel("/recipe/basis", 65),
            "models[0].recipe.basis: expected an integer in [1, 64], found 65");
}

TEST(MalformedFamily, BlockDoesNotDivideTheWindow) {
  EXPECT_EQ(
      messageForModel("/recipe/block", 3),
      "models[0].recipe.block: expected a divisor of the window 20, found 3");
  EXPECT_EQ(
      messageForModel("/recipe/block", 0),
      "models[0].recipe.block: expected an integer in [1, 4096], found 0");
}

TEST(MalformedFamily, StepsOutOfRange) {
  EXPECT_EQ(messageForModel("/recipe/solver/steps", 65),
            "models[0].recipe.solver.steps: expected an integer in [1, 64], "
            "found 65");
}

TEST(MalformedFamily, TimeStepOutOfRange) {
  EXPECT_EQ(
      messageForModel("/recipe/solver/dt", 0),
      "models[0].recipe.solver.dt: expected a number in (0, 100], found 0");
  EXPECT_EQ(
      messageForModel("/recipe/solver/dt", 100.5),
      "models[0].recipe.solver.dt: expected a number in (0, 100], found 100.5");
}

TEST(MalformedFamily, ScaleIsNotPositive) {
  EXPECT_EQ(
      messageForModel("/recipe/output_scale", -1),
      "models[0].recipe.output_scale: expected a number in (0, 1000000], found "
      "-1");
  EXPECT_EQ(
      messageForModel("/recipe/features/difference/clip", 0),
      "models[0].recipe.features.difference.clip: expected a number in (0, "
      "1000000], found 0");
}

TEST(MalformedFamily, RangeIsInverted) {
  EXPECT_EQ(
      messageForModel("/recipe/ranges/state", {0.5, -0.5}),
      "models[0].recipe.ranges.state: expected low <= high, found [0.5, -0.5]");
}

TEST(MalformedFamily, AgeIsHalfThere) {
  json age = {{"offset", 500}, {"scale", 0.0025}};
  EXPECT_EQ(messageForModel("/recipe/features/age", age),
            "models[0].recipe.ranges.age: missing");
  EXPECT_EQ(messageForModel("/recipe/ranges/age", {-1, 3}),
            "models[0].recipe.ranges: unexpected key \"age\"");
  EXPECT_EQ(messageForModel("/recipe/features/age", {{"offset", 500}}),
            "models[0].recipe.features.age.scale: missing");
  EXPECT_EQ(
      messageForModel("/recipe/features/age", {{"offset", 500}, {"scale", 0}}),
      "models[0].recipe.features.age.scale: expected a number in (0, 1000000], "
      "found 0");
  EXPECT_EQ(messageAfterFamily([&](json &family) {
              family["models"][0]["recipe"]["features"]["age"] = age;
              family["models"][0]["recipe"]["ranges"]["age"] = {-1, 3};
            }),
            "models[0].graph.inputs: found an array of 1, but models[0].recipe "
            "makes an array of 2");
}

TEST(MalformedFamily, RangeIsNotAPair) {
  EXPECT_EQ(
      messageForModel("/recipe/ranges/level", {1, 2, 3}),
      "models[0].recipe.ranges.level: expected a range [low, high], found an "
      "array of 3");
}

TEST(MalformedFamily, RangeIsAbsurd) {
  EXPECT_EQ(messageForModel("/recipe/ranges/coefficients/1", {0, 1e300}),
            "models[0].recipe.ranges.coefficients[1][1]: expected a number in "
            "[-1000000, 1000000], found 1e+300");
}

TEST(MalformedFamily, TooFewCoefficientRanges) {
  EXPECT_EQ(
      messageForModel("/recipe/ranges/coefficients", {{0, 1}}),
      "models[0].recipe.ranges.coefficients: expected an array of 2, found an "
      "array of 1");
}

TEST(MalformedFamily, SeedIsNegative) {
  EXPECT_EQ(messageForModel("/seed", -1),
            "models[0].seed: expected an unsigned 64-bit integer, found -1");
}

TEST(MalformedFamily, MeasuredErrorIsNegative) {
  EXPECT_EQ(messageForModel("/measured/test/mae_float", -0.1),
            "models[0].measured.test.mae_float: expected a number in [0, "
            "1000000], found -0.1");
}

TEST(MalformedFamily, SplitsOverlap) {
  EXPECT_EQ(messageAfterFamily(
                [](json &f) { f["data"]["test"].push_back("cell-2"); }),
            "data.test[1]: cell \"cell-2\" is already data.train[1]");
}

TEST(MalformedFamily, DuplicateCell) {
  EXPECT_EQ(messageAfterFamily(
                [](json &f) { f["data"]["train"].push_back("cell-1"); }),
            "data.train[2]: cell \"cell-1\" is already data.train[0]");
}

TEST(MalformedFamily, CellIsNotText) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["data"]["train"][1] = 17; }),
            "data.train[1]: expected the name of a cell, found 17");
}

TEST(MalformedFamily, UnknownMeaningOfSoh) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["data"]["soh"] = "rated"; }),
            "data.soh: expected one of nominal, initial, found \"rated\"");
}

TEST(MalformedFamily, SplitIsNotALine) {
  EXPECT_EQ(messageAfterFamily([](json &f) { f["data"]["split"] = ""; }),
            "data.split: expected one line of text, 1 to 1024 bytes long, "
            "found \"\"");
}

TEST(MalformedFamily, TrainedIsNotAnObject) {
  EXPECT_EQ(messageForModel("/trained", "distilled"),
            "models[0].trained: expected an object, found \"distilled\"");
  EXPECT_EQ(messageForModel("/trained", json::object()),
            "models[0].trained.stages: missing");
  EXPECT_EQ(messageForModel("/trained/by", "me"),
            "models[0].trained: unexpected key \"by\"");
}

TEST(MalformedFamily, UnknownStage) {
  EXPECT_EQ(messageForModel("/trained/stages", {"frozen"}),
            "models[0].trained.stages[0]: expected one of distilled, pruned, "
            "recovered, quantization_aware, found \"frozen\"");
  EXPECT_EQ(messageForModel("/trained/stages", 3),
            "models[0].trained.stages: expected an array of 0 to 4, found 3");
}

TEST(MalformedFamily, StagesOutOfOrder) {
  EXPECT_EQ(messageForModel("/trained/stages", {"recovered", "pruned"}),
            "models[0].trained.stages[1]: pruned cannot come after recovered");
  EXPECT_EQ(messageForModel("/trained/stages", {"pruned", "pruned"}),
            "models[0].trained.stages[1]: pruned cannot come after pruned");
}

TEST(MalformedFamily, TeacherIsNotALine) {
  EXPECT_EQ(messageForModel("/trained/teacher", "a\nb"),
            "models[0].trained.teacher: expected one line of text, 1 to 1024 "
            "bytes long, found \"a\\nb\"");
}

} // namespace
