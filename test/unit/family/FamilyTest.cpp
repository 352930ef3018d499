// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a family file keeps, and what reading and writing promise.
#include "TestFamily.h"

#include "frontend/family/Safetensors.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

TEST(Family, KeepsEverythingThroughAFile) {
  Family family = makeFamily();
  family.models.push_back(makeModel("ltc3", CellKind::Ltc));
  family.models.push_back(makeModel("ctrnn3", CellKind::CtRnn));
  family.models.push_back(makeModel("cfc3", CellKind::Cfc));
  family.models[1].role = "teacher";
  family.models[1].solver = {SolverKind::Fused, 6, 0.5};
  family.models[1].measured["validation"].maeInt8 = 0.1;
  family.models[1].trained = {{TrainingStage::Distilled, TrainingStage::Pruned},
                              "ltc64 x 3"};
  family.data.soh = SohKind::Initial;
  family.data.split = "fold 2 of 5";
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_TRUE(bytes) << bytes.message();
  Result<Family> back = parseFamily(*bytes, "memory");
  ASSERT_TRUE(back) << back.message();

  EXPECT_EQ(back->name, "soh");
  EXPECT_EQ(back->data.train, family.data.train);
  EXPECT_EQ(back->data.soh, SohKind::Initial);
  EXPECT_EQ(back->data.split, "fold 2 of 5");
  ASSERT_EQ(back->models.size(), 4u);
  const FamilyModel &ltc = back->models[1];
  EXPECT_EQ(ltc.role, "teacher");
  EXPECT_EQ(ltc.cell, CellKind::Ltc);
  EXPECT_EQ(ltc.solver.method, SolverKind::Fused);
  EXPECT_EQ(ltc.solver.steps, 6);
  EXPECT_EQ(ltc.solver.dt, 0.5);
  EXPECT_EQ(ltc.blocks(), 2);
  EXPECT_EQ(ltc.seed, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(ltc.ranges.coefficients[0].low, -4);
  EXPECT_EQ(*ltc.measured.at("validation").maeInt8, 0.1);
  EXPECT_FALSE(ltc.measured.at("validation").maeFloat);
  EXPECT_EQ(ltc.tensor("cell.tau").values,
            family.models[1].tensor("cell.tau").values);
  EXPECT_EQ(ltc.trained.stages, family.models[1].trained.stages);
  EXPECT_EQ(ltc.trained.teacher, "ltc64 x 3");
  EXPECT_TRUE(back->models[0].trained.stages.empty());
  EXPECT_FALSE(back->models[0].trained.teacher);
  EXPECT_EQ(back->models[3].solver.method, SolverKind::ClosedForm);

  // Equal bytes mean that no field at all was lost.
  Result<std::string> again = serializeFamily(*back);
  ASSERT_TRUE(again);
  EXPECT_EQ(*bytes, *again);
}

TEST(Family, AModelMayReadTheAge) {
  Family family = makeFamily();
  FamilyModel &model = family.models[0];
  EXPECT_EQ(model.featureCount(), 3);
  model.features.age = Features::Age{350, 0.004};
  model.ranges.age = {-1.5, 2.5};
  for (const auto &[key, shape] : expectedTensors(model))
    model.tensors[key] = makeTensor(shape);
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_TRUE(bytes) << bytes.message();
  Result<Family> back = parseFamily(*bytes, "memory");
  ASSERT_TRUE(back) << back.message();
  const FamilyModel &same = back->models[0];
  ASSERT_TRUE(same.features.age);
  EXPECT_EQ(same.features.age->offset, 350);
  EXPECT_EQ(same.features.age->scale, 0.004);
  EXPECT_EQ(same.ranges.age.low, -1.5);
  EXPECT_EQ(same.ranges.age.high, 2.5);
  EXPECT_EQ(same.featureCount(), 4);
  EXPECT_EQ(same.tensor("cell.uf").shape, (std::vector<int64_t>{3, 4}));
}

/// What files from before these keys existed mean.
TEST(Family, OlderFilesAreStillReadable) {
  Parts parts = split(oldBytes());
  json family =
      json::parse(parts.header["__metadata__"]["family"].get<std::string>());
  family["data"].erase("soh");
  family["data"].erase("split");
  family["models"][0].erase("trained");
  parts.header["__metadata__"]["family"] = family.dump();
  Result<Family> back =
      parseFamily(join(parts.header.dump(), parts.data), "old");
  ASSERT_TRUE(back) << back.message();
  EXPECT_EQ(back->data.soh, SohKind::Nominal);
  EXPECT_EQ(back->data.split, "seeded 60/20/20");
  EXPECT_TRUE(back->models[0].trained.stages.empty());
  EXPECT_TRUE(back->models[0].masks.empty());
}

/// A file of schema 1 holds the same model, whose errors are still those of its
/// weights, and becomes one of schema 2.
TEST(Family, SchemaOneIsReadAndWrittenAsSchemaTwo) {
  Result<Family> old = parseFamily(oldBytes(), "old");
  ASSERT_TRUE(old) << old.message();
  EXPECT_TRUE(old->models[0].outdated.empty());
  EXPECT_TRUE(old->models[0].measured.count("test"));
  EXPECT_EQ(digestOf(old->models[0]), digestOf(makeFamily().models[0]));
  EXPECT_EQ(*serializeFamily(*old), validBytes());
}

TEST(Family, SameFamilySameBytes) { EXPECT_EQ(validBytes(), validBytes()); }

TEST(Family, DataIsAlignedAndSortedByName) {
  Parts parts = split(validBytes());
  uint64_t length = 0;
  std::memcpy(&length, validBytes().data(), 8);
  EXPECT_EQ(length % 8, 0u);
  uint64_t offset = 0;
  for (const auto &item : parts.header.items()) {
    if (item.key() == "__metadata__")
      continue;
    EXPECT_EQ(item.value()["data_offsets"][0], offset);
    offset = item.value()["data_offsets"][1];
  }
  EXPECT_EQ(offset, parts.data.size());
}

TEST(Family, CountsTheParametersOfTheShippedShape) {
  FamilyModel model;
  model.cell = CellKind::Liquid;
  model.units = 16;
  model.window = model.horizon = 100;
  model.basis = 6;
  int64_t total = 0;
  for (const auto &[key, shape] : expectedTensors(model)) {
    int64_t count = 1;
    for (int64_t extent : shape)
      count *= extent;
    total += count;
  }
  EXPECT_EQ(total, 1442);
}

class FamilyFile : public testing::Test {
protected:
  FamilyFile()
      : folder(std::filesystem::temp_directory_path() /
               ("dlnet-family-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
  }
  ~FamilyFile() override { std::filesystem::remove_all(folder); }

  size_t filesInFolder() const {
    return size_t(std::distance(std::filesystem::directory_iterator(folder),
                                std::filesystem::directory_iterator()));
  }

  std::filesystem::path folder;
};

TEST_F(FamilyFile, WritesAndReads) {
  std::string path = folder / "soh.safetensors";
  Status written = writeFamily(makeFamily(), path);
  ASSERT_TRUE(written) << written.message();
  EXPECT_EQ(filesInFolder(), 1u);
  Result<Family> family = readFamily(path);
  ASSERT_TRUE(family) << family.message();
  EXPECT_EQ(family->models[0].name, "small");
}

TEST_F(FamilyFile, ReplacesAnOlderFile) {
  std::string path = folder / "soh.safetensors";
  std::ofstream(path) << "old";
  ASSERT_TRUE(writeFamily(makeFamily(), path));
  EXPECT_TRUE(readFamily(path));
  EXPECT_EQ(filesInFolder(), 1u);
}

TEST_F(FamilyFile, LeavesNothingBehindWhenItCannotRename) {
  std::string path = folder / "folder";
  std::filesystem::create_directories(path);
  Status written = writeFamily(makeFamily(), path);
  ASSERT_FALSE(written);
  EXPECT_NE(written.message().find("cannot be written"), std::string::npos);
  EXPECT_EQ(filesInFolder(), 1u);
}

TEST_F(FamilyFile, LeavesAnOlderFileAloneWhenTheFamilyIsWrong) {
  std::string path = folder / "soh.safetensors";
  std::ofstream(path) << "old";
  Family family = makeFamily();
  family.models[0].units = 4;
  Status written = writeFamily(family, path);
  ASSERT_FALSE(written);
  EXPECT_EQ(std::filesystem::file_size(path), 3u);
  EXPECT_EQ(filesInFolder(), 1u);
}

TEST_F(FamilyFile, NamesAMissingFolder) {
  Status written = writeFamily(makeFamily(), folder / "no" / "soh");
  ASSERT_FALSE(written);
  EXPECT_NE(written.message().find("No such file or directory"),
            std::string::npos);
}

TEST_F(FamilyFile, NamesAMissingFile) {
  Result<Family> family = readFamily(folder / "none.safetensors");
  ASSERT_FALSE(family);
  EXPECT_NE(family.message().find("none.safetensors: no such file"),
            std::string::npos);
}

TEST_F(FamilyFile, RefusesAFolder) {
  Result<Family> family = readFamily(folder);
  ASSERT_FALSE(family);
  EXPECT_NE(family.message().find("not a regular file"), std::string::npos);
}

TEST_F(FamilyFile, RefusesATooLargeFileWithoutReadingIt) {
  std::string path = folder / "large.safetensors";
  std::ofstream(path) << "x";
  std::filesystem::resize_file(path, kMaxFileBytes + 1); // sparse
  Result<Family> family = readFamily(path);
  ASSERT_FALSE(family);
  EXPECT_NE(family.message().find("expected at most 268435456"),
            std::string::npos);
}

TEST(FamilyWriting, RefusesNotANumberInTheDescription) {
  Family family = makeFamily();
  family.models[0].outputScale = std::nan("");
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.message(),
            "models[0].recipe.output_scale: expected a number in (0, 1000000], "
            "found null");
}

TEST(FamilyWriting, RefusesATensorThatDoesNotFillItsShape) {
  Family family = makeFamily();
  family.models[0].tensors["cell.wf"].values.pop_back();
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.message(), "small.cell.wf: 8 values of type F32 do not fill "
                             "the shape [3, 3]");
}

TEST(FamilyWriting, RefusesTextThatIsNotUnicode) {
  Family family = makeFamily();
  family.data.cleaning = "\xff";
  EXPECT_FALSE(serializeFamily(family));
  family = makeFamily();
  family.models[0].tensors["\xff"] = makeTensor({1});
  EXPECT_FALSE(serializeFamily(family));
}

TEST(FamilyFuzz, RandomDamageNeverCrashes) {
  const std::string valid = validBytes();
  const uint64_t headerEnd = 8 + valid.size() - 8 - split(valid).data.size();
  std::mt19937 random(1);
  auto below = [&](size_t limit) { return random() % limit; };
  size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = valid;
    if (below(4) == 0)
      bytes.resize(below(bytes.size()));
    for (size_t flips = below(4); flips-- && !bytes.empty();)
      // Most of what can go wrong is in the header.
      bytes[below(below(2) ? bytes.size()
                           : std::min<size_t>(bytes.size(), headerEnd))] ^=
          char(1 << below(8));
    Result<Family> family = parseFamily(bytes, "fuzz");
    if (family)
      ++accepted;
    else
      ASSERT_GT(family.message().size(), std::strlen("fuzz: "));
  }
  // Undamaged rounds and harmless weight flips are accepted, others are not.
  EXPECT_GT(accepted, 1000u);
  EXPECT_LT(accepted, 19000u);
}

} // namespace
