// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family file is the one input that anybody may hand in, so every way in
// which it can be wrong has a test here: one message, which names the key.
// Each test damages a valid file, and only in the one place it is about.
#include "frontend/Family.h"
#include "frontend/Safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <random>

using namespace dlnet;
using nlohmann::json;

namespace {

Tensor makeTensor(const std::vector<int64_t> &shape) {
  Tensor tensor;
  tensor.shape = shape;
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  for (int64_t i = 0; i < count; ++i)
    tensor.values.push_back(0.25f + 0.001f * float(i)); // tau, alpha: positive
  return tensor;
}

FamilyModel makeModel(const std::string &name, CellKind cell) {
  FamilyModel model;
  model.name = name;
  model.role = "student";
  model.cell = cell;
  model.units = 3;
  model.window = 20;
  model.horizon = 5;
  model.block = 10;
  model.basis = 2;
  if (cell == CellKind::Cfc)
    model.solver.method = SolverKind::ClosedForm;
  model.ranges.difference = {-8, 8};
  model.ranges.relative = {-1.5, 3};
  model.ranges.level = {-2, 1};
  model.ranges.state = {-0.9, 0.9};
  model.ranges.coefficients = {{-4, 1}, {0, 0}};
  model.seed = std::numeric_limits<uint64_t>::max();
  model.parameters = 90;
  model.macs = 120;
  model.measured["test"].maeFloat = 0.00105;
  for (const auto &[key, shape] : expectedTensors(model))
    model.tensors[key] = makeTensor(shape);
  return model;
}

Family makeFamily() {
  Family family;
  family.name = "soh";
  family.producer = "test 1.0";
  family.data.source = "simulated";
  family.data.splitSeed = 7;
  family.data.train = {"cell-1", "cell-2"};
  family.data.validation = {"cell-3"};
  family.data.test = {"cell-4"};
  family.data.cleaning = "none";
  family.models.push_back(makeModel("small", CellKind::Liquid));
  return family;
}

std::string validBytes() {
  Result<std::string> bytes = serializeFamily(makeFamily());
  EXPECT_TRUE(bytes) << bytes.message();
  return *bytes;
}

/// A file taken apart: its header, without the length, and its data.
struct Parts {
  json header;
  std::string data;
};

Parts split(const std::string &bytes) {
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return {json::parse(bytes.substr(8, length)), bytes.substr(8 + length)};
}

std::string join(const std::string &header, const std::string &data) {
  uint64_t length = header.size();
  return std::string(reinterpret_cast<const char *>(&length), 8) + header +
         data;
}

/// The message for `bytes`, which must be refused, and in one line.
std::string messageFor(const std::string &bytes) {
  Result<Family> family = parseFamily(bytes, "a.safetensors");
  if (family)
    return "accepted";
  const std::string &message = family.message();
  EXPECT_EQ(message.rfind("a.safetensors: ", 0), 0u) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_LT(message.size(), 700u);
  return message.substr(std::strlen("a.safetensors: "));
}

/// The message after `damage` changed the header's JSON.
std::string messageAfter(const std::function<void(json &)> &damage) {
  Parts parts = split(validBytes());
  damage(parts.header);
  return messageFor(join(parts.header.dump(), parts.data));
}

/// The message after `damage` changed the family's JSON.
std::string messageAfterFamily(const std::function<void(json &)> &damage) {
  return messageAfter([&](json &header) {
    json family =
        json::parse(header["__metadata__"]["family"].get<std::string>());
    damage(family);
    header["__metadata__"]["family"] = family.dump();
  });
}

/// The same for the family's text, where no JSON library can make the damage.
std::string messageAfterText(const std::string &from, const std::string &to) {
  return messageAfter([&](json &header) {
    std::string text = header["__metadata__"]["family"];
    size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    header["__metadata__"]["family"] = text;
  });
}

/// The message for the model's `key` having `value`.
std::string messageForModel(const std::string &pointer, const json &value) {
  return messageAfterFamily([&](json &family) {
    family[json::json_pointer("/models/0" + pointer)] = value;
  });
}

/// The message after one weight became `value`.
std::string messageForWeight(CellKind cell, const std::string &key,
                             float value) {
  Family family = makeFamily();
  family.models = {makeModel("small", cell)};
  Result<std::string> bytes = serializeFamily(family);
  EXPECT_TRUE(bytes);
  Parts parts = split(*bytes);
  size_t begin = parts.header["small." + key]["data_offsets"][0];
  std::memcpy(parts.data.data() + begin + 4, &value, 4);
  return messageFor(join(parts.header.dump(), parts.data));
}

//===- Whole files
//---------------------------------------------------------===//

TEST(Family, KeepsEverythingThroughAFile) {
  Family family = makeFamily();
  family.models.push_back(makeModel("ltc3", CellKind::Ltc));
  family.models.push_back(makeModel("ctrnn3", CellKind::CtRnn));
  family.models.push_back(makeModel("cfc3", CellKind::Cfc));
  family.models[1].role = "teacher";
  family.models[1].solver = {SolverKind::Fused, 6, 0.5};
  family.models[1].measured["validation"].maeInt8 = 0.1;
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_TRUE(bytes) << bytes.message();
  Result<Family> back = parseFamily(*bytes, "memory");
  ASSERT_TRUE(back) << back.message();

  EXPECT_EQ(back->name, "soh");
  EXPECT_EQ(back->data.train, family.data.train);
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
  EXPECT_EQ(back->models[3].solver.method, SolverKind::ClosedForm);

  // Equal bytes mean that no field at all was lost.
  Result<std::string> again = serializeFamily(*back);
  ASSERT_TRUE(again);
  EXPECT_EQ(*bytes, *again);
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

//===- Families that cannot be written ------------------------------------===//

TEST(FamilyWriting, RefusesNotANumberInTheDescription) {
  Family family = makeFamily();
  family.models[0].outputScale = std::nan("");
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.message(),
            "models[0].output_scale: expected a number in (0, 1000000], found "
            "null");
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

//===- The container
//-------------------------------------------------------===//

TEST(MalformedContainer, Empty) {
  EXPECT_EQ(messageFor(""), "header length: truncated, the file has 0 of at "
                            "least 8 bytes");
}

TEST(MalformedContainer, TruncatedLength) {
  EXPECT_EQ(messageFor("1234567"), "header length: truncated, the file has 7 "
                                   "of at least 8 bytes");
}

TEST(MalformedContainer, TruncatedHeader) {
  std::string bytes = validBytes().substr(0, 100);
  EXPECT_EQ(messageFor(bytes).rfind("header: truncated, 92 of ", 0), 0u);
}

TEST(MalformedContainer, AbsurdHeaderLength) {
  std::string bytes = validBytes();
  std::memset(bytes.data(), 0xff, 8);
  EXPECT_EQ(messageFor(bytes), "header length: expected at most 4194304 bytes, "
                               "found 18446744073709551615");
}

TEST(MalformedContainer, EmptyHeader) {
  EXPECT_EQ(messageFor(join("", "")).rfind("header: not valid JSON", 0), 0u);
}

TEST(MalformedContainer, HeaderIsNotJson) {
  EXPECT_EQ(
      messageFor(join("{\"a\": ]", "")).rfind("header: not valid JSON", 0), 0u);
}

TEST(MalformedContainer, HeaderHasMoreAfterTheObject) {
  EXPECT_EQ(messageFor(join("{} {}", "")).rfind("header: not valid JSON", 0),
            0u);
}

TEST(MalformedContainer, HeaderIsNotUnicode) {
  EXPECT_EQ(
      messageFor(join("{\"\xff\": 1}", "")).rfind("header: not valid JSON", 0),
      0u);
}

TEST(MalformedContainer, HeaderIsNotAnObject) {
  EXPECT_EQ(messageFor(join("[1]", "")),
            "header: expected a JSON object, found an array of 1");
}

TEST(MalformedContainer, HeaderIsNestedDeeply) {
  std::string bomb(1 << 20, '[');
  EXPECT_EQ(messageFor(join(bomb, "")), "header: nested deeper than 16 levels");
  std::string objects;
  for (int i = 0; i < 100000; ++i)
    objects += "{\"a\":";
  EXPECT_EQ(messageFor(join(objects, "")),
            "header: nested deeper than 16 levels");
}

TEST(MalformedContainer, DuplicateTensor) {
  Parts parts = split(validBytes());
  std::string header = parts.header.dump();
  header.pop_back();
  header += ",\"small.cell.wf\":{}}";
  EXPECT_EQ(messageFor(join(header, parts.data)),
            "header: key \"small.cell.wf\" appears twice");
}

TEST(MalformedContainer, EndlessKey) {
  EXPECT_EQ(messageFor(join("{\"" + std::string(1000, 'k') + "\": 1}", ""))
                .rfind("header: key \"kkk", 0),
            0u);
}

TEST(MalformedContainer, TensorIsNotAnObject) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"] = 3; }),
            "small.cell.wf: expected an object, found 3");
}

TEST(MalformedContainer, TensorWithoutDtype) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"].erase("dtype"); }),
            "small.cell.wf.dtype: missing");
}

TEST(MalformedContainer, TensorWithoutShape) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"].erase("shape"); }),
            "small.cell.wf.shape: missing");
}

TEST(MalformedContainer, TensorWithoutOffsets) {
  EXPECT_EQ(
      messageAfter([](json &h) { h["small.cell.wf"].erase("data_offsets"); }),
      "small.cell.wf.data_offsets: missing");
}

TEST(MalformedContainer, TensorWithAnUnexpectedKey) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["strides"] = 1; }),
            "small.cell.wf: unexpected key \"strides\"");
}

TEST(MalformedContainer, UnknownElementType) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["dtype"] = "F31"; }),
            "small.cell.wf.dtype: expected an element type, found \"F31\"");
}

TEST(MalformedContainer, DtypeIsNotAString) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["dtype"] = 32; }),
            "small.cell.wf.dtype: expected an element type, found 32");
}

TEST(MalformedContainer, ShapeIsNotAnArray) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["shape"] = 9; }),
            "small.cell.wf.shape: expected an array of at most 8 extents, "
            "found 9");
}

TEST(MalformedContainer, NegativeExtent) {
  EXPECT_EQ(
      messageAfter([](json &h) {
        h["small.cell.wf"]["shape"] = {-3, -3};
      }),
      "small.cell.wf.shape: expected extents in [0, 268435456], found -3");
}

TEST(MalformedContainer, FractionalExtent) {
  EXPECT_EQ(
      messageAfter([](json &h) {
        h["small.cell.wf"]["shape"] = {3.0, 3};
      }),
      "small.cell.wf.shape: expected extents in [0, 268435456], found 3.0");
}

TEST(MalformedContainer, RankIsAbsurd) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["shape"] = std::vector<int>(9, 1);
            }),
            "small.cell.wf.shape: expected an array of at most 8 extents, "
            "found an array of 9");
}

TEST(MalformedContainer, ShapeOverflows) {
  // 2^28 * 2^28 * 2^8 * 4 bytes is 4 modulo 2^64 after one more element.
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["shape"] = {268435456, 268435456, 256};
            }),
            "small.cell.wf.shape: [268435456, 268435456, 256] is more than the "
            "268435456 bytes of the largest file");
}

TEST(MalformedContainer, OffsetsAreNotAPair) {
  EXPECT_EQ(
      messageAfter([](json &h) { h["small.cell.wf"]["data_offsets"] = {1}; }),
      "small.cell.wf.data_offsets: expected two offsets, found an array of 1");
}

TEST(MalformedContainer, NegativeOffset) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["data_offsets"] = {-4, 32};
            }),
            "small.cell.wf.data_offsets: expected two offsets, found an array "
            "of 2");
}

TEST(MalformedContainer, OffsetsAreInverted) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["data_offsets"] = {36, 0};
            }),
            "small.cell.wf.data_offsets: expected the 36 bytes of F32 [3, 3], "
            "found [36, 0]");
}

TEST(MalformedContainer, OffsetsContradictTheShape) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["shape"] = {3, 4};
            })
                .rfind("small.cell.wf.data_offsets: expected the 48 bytes of "
                       "F32 [3, 4], found [",
                       0),
            0u);
}

TEST(MalformedContainer, OffsetsBeyondTheData) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.cell.wf"]["data_offsets"] = {1000000, 1000036};
            })
                .rfind("small.cell.wf.data_offsets: ends at byte 1000036, but "
                       "the data has ",
                       0),
            0u);
}

TEST(MalformedContainer, TruncatedData) {
  std::string bytes = validBytes();
  bytes.pop_back();
  // The last tensor by name is the one that no longer fits.
  EXPECT_EQ(messageFor(bytes).rfind("small.readout.w.data_offsets: ends at", 0),
            0u);
}

TEST(MalformedContainer, MoreDataThanTensors) {
  EXPECT_NE(messageFor(validBytes() + "x").find("but the tensors cover"),
            std::string::npos);
}

TEST(MalformedContainer, OverlappingTensors) {
  EXPECT_EQ(
      messageAfter([](json &h) {
        h["small.cell.wf"]["data_offsets"] = h["small.cell.wa"]["data_offsets"];
      })
              .find(".data_offsets: overlaps the data before it, expected to "
                    "begin at byte ") != std::string::npos,
      true);
}

TEST(MalformedContainer, GapBetweenTensors) {
  Parts parts = split(validBytes());
  for (auto &item : parts.header.items())
    if (item.key() != "__metadata__" && item.key() != "small.basis.curves")
      for (json &offset : item.value()["data_offsets"])
        offset = offset.get<uint64_t>() + 4;
  parts.data.insert(40, 4, '\0');
  EXPECT_EQ(messageFor(join(parts.header.dump(), parts.data)),
            "small.basis.mean.data_offsets: leaves a gap after the data before "
            "it, expected to begin at byte 40, found 44");
}

TEST(MalformedContainer, MetadataIsNotAnObject) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["__metadata__"] = {1, 2};
            }),
            "__metadata__: expected an object, found an array of 2");
}

TEST(MalformedContainer, MetadataIsNotText) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["version"] = 1; }),
            "__metadata__.version: expected a string, found 1");
}

//===- The family's description
//--------------------------------------------===//

TEST(MalformedFamily, NoMetadata) {
  EXPECT_EQ(messageAfter([](json &h) { h.erase("__metadata__"); }),
            "__metadata__.format: missing");
}

TEST(MalformedFamily, NoDescription) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"].erase("family"); }),
            "__metadata__.family: missing");
}

TEST(MalformedFamily, AnotherFormat) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["format"] = "pt"; }),
            "__metadata__.format: expected \"dlnet-family\", found \"pt\"");
}

TEST(MalformedFamily, AnotherVersion) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["version"] = "2"; }),
            "__metadata__.version: expected \"1\", found \"2\"");
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
        if (!value.is_object() || path == "models[0].measured")
          return;
        for (const auto &item : value.items()) {
          std::string child =
              path.empty() ? item.key() : path + "." + item.key();
          EXPECT_EQ(messageAfterFamily([&](json &damaged) {
                      damaged[json::json_pointer(pointer)].erase(item.key());
                    }),
                    child + ": missing");
          walk(item.value(), pointer + "/" + item.key(), child);
          ++count;
        }
      };
  walk(family, "", "");
  EXPECT_EQ(count, 43u);
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
  EXPECT_EQ(messageForModel("/cell", "lstm"),
            "models[0].cell: expected one of liquid, ltc, ctrnn, cfc, found "
            "\"lstm\"");
}

TEST(MalformedFamily, UnknownSolver) {
  EXPECT_EQ(messageForModel("/solver/method", "rk4"),
            "models[0].solver.method: expected one of explicit_euler, fused, "
            "closed_form, found \"rk4\"");
}

TEST(MalformedFamily, SolverDoesNotFitTheCell) {
  EXPECT_EQ(messageForModel("/solver/method", "closed_form"),
            "models[0].solver.method: closed_form does not solve a liquid "
            "cell");
}

TEST(MalformedFamily, UnitsOutOfRange) {
  EXPECT_EQ(messageForModel("/units", 5000),
            "models[0].units: expected an integer in [1, 1024], found 5000");
  EXPECT_EQ(messageForModel("/units", 0),
            "models[0].units: expected an integer in [1, 1024], found 0");
  EXPECT_EQ(messageForModel("/units", -1),
            "models[0].units: expected an integer in [1, 1024], found -1");
  EXPECT_EQ(messageForModel("/units", std::numeric_limits<uint64_t>::max()),
            "models[0].units: expected an integer in [1, 1024], found "
            "18446744073709551615");
}

TEST(MalformedFamily, UnitsAreNotAnInteger) {
  EXPECT_EQ(messageForModel("/units", 3.5),
            "models[0].units: expected an integer in [1, 1024], found 3.5");
  EXPECT_EQ(messageForModel("/units", "3"),
            "models[0].units: expected an integer in [1, 1024], found \"3\"");
}

TEST(MalformedFamily, WindowOutOfRange) {
  EXPECT_EQ(messageForModel("/window", 1),
            "models[0].window: expected an integer in [2, 4096], found 1");
  EXPECT_EQ(messageForModel("/window", 4097),
            "models[0].window: expected an integer in [2, 4096], found 4097");
}

TEST(MalformedFamily, HorizonOutOfRange) {
  EXPECT_EQ(messageForModel("/horizon", 0),
            "models[0].horizon: expected an integer in [1, 4096], found 0");
  EXPECT_EQ(messageForModel("/horizon", 4097),
            "models[0].horizon: expected an integer in [1, 4096], found 4097");
}

TEST(MalformedFamily, BasisOutOfRange) {
  EXPECT_EQ(messageForModel("/basis", 65),
            "models[0].basis: expected an integer in [1, 64], found 65");
}

TEST(MalformedFamily, BlockDoesNotDivideTheWindow) {
  EXPECT_EQ(messageForModel("/block", 3),
            "models[0].block: expected a divisor of the window 20, found 3");
  EXPECT_EQ(messageForModel("/block", 0),
            "models[0].block: expected an integer in [1, 4096], found 0");
}

TEST(MalformedFamily, StepsOutOfRange) {
  EXPECT_EQ(messageForModel("/solver/steps", 65),
            "models[0].solver.steps: expected an integer in [1, 64], found 65");
}

TEST(MalformedFamily, TimeStepOutOfRange) {
  EXPECT_EQ(messageForModel("/solver/dt", 0),
            "models[0].solver.dt: expected a number in (0, 100], found 0");
  EXPECT_EQ(messageForModel("/solver/dt", 100.5),
            "models[0].solver.dt: expected a number in (0, 100], found 100.5");
}

TEST(MalformedFamily, ScaleIsNotPositive) {
  EXPECT_EQ(messageForModel("/output_scale", -1),
            "models[0].output_scale: expected a number in (0, 1000000], found "
            "-1");
  EXPECT_EQ(messageForModel("/features/difference/clip", 0),
            "models[0].features.difference.clip: expected a number in (0, "
            "1000000], found 0");
}

TEST(MalformedFamily, RangeIsInverted) {
  EXPECT_EQ(messageForModel("/ranges/state", {0.5, -0.5}),
            "models[0].ranges.state: expected low <= high, found [0.5, -0.5]");
}

TEST(MalformedFamily, RangeIsNotAPair) {
  EXPECT_EQ(messageForModel("/ranges/level", {1, 2, 3}),
            "models[0].ranges.level: expected a range [low, high], found an "
            "array of 3");
}

TEST(MalformedFamily, RangeIsAbsurd) {
  EXPECT_EQ(messageForModel("/ranges/coefficients/1", {0, 1e300}),
            "models[0].ranges.coefficients[1][1]: expected a number in "
            "[-1000000, 1000000], found 1e+300");
}

TEST(MalformedFamily, TooFewCoefficientRanges) {
  EXPECT_EQ(messageForModel("/ranges/coefficients", {{0, 1}}),
            "models[0].ranges.coefficients: expected an array of 2, found an "
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

//===- Tensors against the description
//-------------------------------------===//

TEST(MalformedTensors, MissingTensor) {
  EXPECT_EQ(messageForModel("/name", "other"),
            "other.basis.curves: missing tensor");
}

TEST(MalformedTensors, UnexpectedTensor) {
  EXPECT_EQ(messageAfter([](json &h) {
              json empty = {
                  {"dtype", "F32"}, {"shape", {0}}, {"data_offsets", {0, 0}}};
              h["small.mask"] = empty;
            }),
            "small.mask: unexpected tensor");
}

TEST(MalformedTensors, WrongDtype) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["dtype"] = "I32"; }),
            "small.cell.wf.dtype: expected F32, found \"I32\"");
}

TEST(MalformedTensors, WrongRank) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["shape"] = {9}; }),
            "small.cell.wf.shape: expected [3, 3], found [9]");
}

TEST(MalformedTensors, WrongShape) {
  EXPECT_EQ(messageAfter([](json &h) {
              h["small.basis.curves"]["shape"] = {2, 5};
            }),
            "small.basis.curves.shape: expected [5, 2], found [2, 5]");
}

TEST(MalformedTensors, DescriptionAsksForMoreThanThereIs) {
  // 1024 x 1024 weights are never allocated: the stored shape is smaller.
  EXPECT_EQ(messageForModel("/units", 1024),
            "small.cell.ba.shape: expected [1024], found [3]");
}

TEST(MalformedTensors, NotANumber) {
  EXPECT_EQ(messageForWeight(CellKind::Liquid, "cell.wf", std::nanf("")),
            "small.cell.wf: expected finite numbers, found nan at element 1");
}

TEST(MalformedTensors, Infinite) {
  EXPECT_EQ(messageForWeight(CellKind::Liquid, "readout.b", -INFINITY),
            "small.readout.b: expected finite numbers, found -inf at element "
            "1");
}

TEST(MalformedTensors, TimeConstantIsNotPositive) {
  EXPECT_EQ(messageForWeight(CellKind::Ltc, "cell.tau", 0),
            "small.cell.tau: expected positive numbers, found 0 at element 1");
  EXPECT_EQ(messageForWeight(CellKind::CtRnn, "cell.alpha", -2),
            "small.cell.alpha: expected positive numbers, found -2 at element "
            "1");
}

//===- Random damage
//-------------------------------------------------------===//

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
