// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A measured error belongs to the weights that it was measured of, and what can
// be counted is counted.
#include "TestFamily.h"

#include <gtest/gtest.h>

#include <functional>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

Family readBack(const Family &family) {
  Result<std::string> bytes = serializeFamily(family);
  EXPECT_TRUE(bytes) << bytes.message();
  Result<Family> back = parseFamily(*bytes, "memory");
  EXPECT_TRUE(back) << back.message();
  return *back;
}

FamilyModel agedAndMasked() {
  FamilyModel model = makeModel("small", CellKind::Ltc);
  model.solver = {SolverKind::Fused, 6, 0.5};
  model.features.age.emplace();
  for (const auto &[key, shape] : expectedTensors(model))
    model.tensors[key] = makeTensor(shape);
  model.tensors["cell.w"].values[4] = 0;
  model.masks["cell.w"] = {{3, 3}, {1, 1, 1, 1, 0, 1, 1, 1, 1}};
  recordErrors(model, "test", 0.001, 0.0011);
  recordErrors(model, "validation", 0.002, std::nullopt);
  return model;
}

TEST(FamilyDigest, StandsWithEachErrorThroughAFile) {
  Family family = makeFamily();
  family.models = {agedAndMasked()};
  Family back = readBack(family);
  const FamilyModel &model = back.models[0];
  ASSERT_EQ(model.measured.size(), 2u);
  EXPECT_TRUE(model.outdated.empty());
  EXPECT_EQ(model.measured.at("test").digest, digestOf(model));
  EXPECT_EQ(digestOf(model), digestOf(family.models[0]));
}

/// Whatever decides an output.
TEST(FamilyDigest, ChangesWithEverythingThatDecidesAnOutput) {
  using Change = std::function<void(FamilyModel &)>;
  const Change changes[] = {
      [](FamilyModel &m) { m.tensors["cell.w"].values[2] += 1e-7f; },
      [](FamilyModel &m) { m.tensors["basis.mean"].values[0] = -0.25f; },
      [](FamilyModel &m) { m.masks["cell.w"].values[4] = 1; },
      [](FamilyModel &m) { m.masks.clear(); },
      [](FamilyModel &m) { m.solver.steps = 7; },
      [](FamilyModel &m) { m.solver.dt = 0.25; },
      [](FamilyModel &m) { m.solver.method = SolverKind::ExplicitEuler; },
      [](FamilyModel &m) { m.cell = CellKind::CtRnn; },
      [](FamilyModel &m) { m.block = 5; },
      [](FamilyModel &m) { m.window = 40; },
      [](FamilyModel &m) { m.features.differenceScale = 401; },
      [](FamilyModel &m) { m.features.differenceClip = 7; },
      [](FamilyModel &m) { m.features.relativeScale = 61; },
      [](FamilyModel &m) { m.features.levelOffset = 0.94; },
      [](FamilyModel &m) { m.features.levelScale = 11; },
      [](FamilyModel &m) { m.features.age->offset = 1; },
      [](FamilyModel &m) { m.features.age->scale = 1; },
      [](FamilyModel &m) { m.outputScale = 99; },
      [](FamilyModel &m) { m.ranges.difference.low = -7; },
      [](FamilyModel &m) { m.ranges.relative.high = 4; },
      [](FamilyModel &m) { m.ranges.level.high = 2; },
      [](FamilyModel &m) { m.ranges.state.low = -1; },
      [](FamilyModel &m) { m.ranges.age.high = 3; },
      [](FamilyModel &m) { m.ranges.coefficients[1].high = 1; }};
  const FamilyModel model = agedAndMasked();
  std::set<std::string> digests = {digestOf(model)};
  for (const Change &change : changes) {
    FamilyModel changed = model;
    change(changed);
    digests.insert(digestOf(changed));
  }
  EXPECT_EQ(digests.size(), std::size(changes) + 1);
}

TEST(FamilyDigest, IsNotThatOfANameOrAHistory) {
  FamilyModel model = agedAndMasked(), same = model;
  same.name = "other";
  same.role = "teacher";
  same.seed = 3;
  same.trained.stages = {TrainingStage::Distilled};
  same.measured.clear();
  EXPECT_EQ(digestOf(model), digestOf(same));
}

TEST(FamilyDigest, ErrorsOfOtherWeightsAreSetAsideAndKept) {
  Family family = makeFamily();
  family.models = {agedAndMasked()};
  family.models[0].tensors["readout.b"].values[0] += 0.5f;
  Family back = readBack(family);
  FamilyModel &model = back.models[0];
  EXPECT_TRUE(model.measured.empty());
  ASSERT_EQ(model.outdated.size(), 2u);
  EXPECT_EQ(*model.outdated.at("test").maeInt8, 0.0011);
  EXPECT_NE(describeOutdated(model).find("test and validation"),
            std::string::npos);
  // Not lost on the way through a tool that does not know what they say.
  Family again = readBack(back);
  EXPECT_EQ(again.models[0].outdated.size(), 2u);
  // Measured anew, each takes the old one's place.
  recordErrors(model, "test", 0.003, 0.003);
  again = readBack(back);
  EXPECT_EQ(again.models[0].outdated.size(), 1u);
  EXPECT_EQ(*again.models[0].measured.at("test").maeFloat, 0.003);
  // With the weights back, the errors are those of the weights again.
  model.tensors["readout.b"].values[0] -= 0.5f;
  EXPECT_TRUE(readBack(back).models[0].measured.count("validation"));
}

TEST(FamilyDigest, OlderErrorsAreReadAndNotVerifiable) {
  Family family = makeFamily();
  family.models[0].measured["test"].digest.clear();
  Family back = readBack(family);
  ASSERT_TRUE(back.models[0].measured.count("test"));
  EXPECT_FALSE(back.models[0].measured.at("test").isVerifiable());
}

TEST(FamilyDigest, PruningForgetsWhatWasMeasured) {
  FamilyModel model = agedAndMasked();
  model.outdated["test"] = {};
  forgetErrors(model);
  EXPECT_TRUE(model.measured.empty());
  EXPECT_TRUE(model.outdated.empty());
}

TEST(FamilyDigest, RefusesWhatIsNoDigest) {
  for (const json &wrong :
       {json(""), json(std::string(63, 'a')), json(std::string(64, 'A')),
        json(std::string(64, 'g')), json(std::string(65, '0')), json(7)})
    EXPECT_EQ(
        messageForModel("/measured/test/sha256", wrong)
            .rfind("models[0].measured.test.sha256: expected a SHA-256", 0),
        0u)
        << wrong;
}

/// What a file says of them is for other readers, and not believed.
TEST(FamilyCounts, ComeFromShapes) {
  Family family = makeFamily();
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_TRUE(bytes);
  Parts parts = split(*bytes);
  json text =
      json::parse(parts.header["__metadata__"]["family"].get<std::string>());
  // Two products of 3x3 and 3x3 with 3 biases; 2x3, 2, 5x2 and 5.
  EXPECT_EQ(text["models"][0]["parameters"], 2 * (9 + 9 + 3) + 6 + 2 + 10 + 5);
  // 2 steps of 6 rows of 3 inputs and 3 states; then 2 * 3 and 5 * 2.
  EXPECT_EQ(text["models"][0]["macs"], 2 * 6 * (3 + 3) + 6 + 10);
  text["models"][0]["parameters"] = 1;
  text["models"][0]["macs"] = 1000000;
  parts.header["__metadata__"]["family"] = text.dump();
  Result<Family> back =
      parseFamily(join(parts.header.dump(), parts.data), "memory");
  ASSERT_TRUE(back) << back.message();
  EXPECT_EQ(countMacs(back->models[0]), countMacs(family.models[0]));
  Result<std::string> again = serializeFamily(*back);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *bytes);
}

TEST(FamilyCounts, GoWithCellAndSolver) {
  FamilyModel model = makeModel("small", CellKind::Cfc);
  model.solver.steps = 4; // of a closed form: no more work
  EXPECT_EQ(countMacs(model), 2 * 9 * (3 + 3) + 2 * (3 + 5));
  model = makeModel("small", CellKind::Ltc);
  model.solver.steps = 4;
  EXPECT_EQ(countMacs(model), 2 * 3 * (4 * 3 + 3) + 2 * (3 + 5));
  EXPECT_EQ(countParameters(model), 9 + 9 + 3 + 6 + 6 + 2 + 10 + 5);
}

TEST(FamilyData, KeepsColumnAndUnit) {
  Family family = makeFamily();
  EXPECT_FALSE(readBack(family).data.column);
  EXPECT_FALSE(readBack(family).data.unit);
  family.data.column = "Discharge_Capacity(Ah)";
  family.data.unit = "mah";
  Family back = readBack(family);
  EXPECT_EQ(back.data.column, "Discharge_Capacity(Ah)");
  EXPECT_EQ(back.data.unit, "mah");
  family.data.unit = "auto";
  EXPECT_FALSE(serializeFamily(family));
}

TEST(FamilyData, SaysWhatSohIs) {
  DataRecord data;
  EXPECT_EQ(describeSoh(data), "capacity over the nominal 1.1 Ah");
  data.soh = SohKind::Initial;
  EXPECT_EQ(describeSoh(data), "capacity over the cell's own initial one, the "
                               "median of its first 5 cycles");
}

TEST(FamilyData, KnowsTheSohThatTrained) {
  FamilyModel model = makeModel("small", CellKind::Liquid);
  model.ranges.level = {-1.2, 0.6}; // (SOH - 0.93) * 12
  EXPECT_NEAR(trainedSoh(model).low, 0.83, 1e-12);
  EXPECT_NEAR(trainedSoh(model).high, 0.98, 1e-12);
}

} // namespace
