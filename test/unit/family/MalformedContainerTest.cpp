// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family file is the one input that anybody may hand in, so every way in
// which it can be wrong has a test: one message, which names the key. Here, the
// container.
#include "TestFamily.h"

#include "frontend/family/Safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

TEST(MalformedContainer, Empty) {
  EXPECT_EQ(messageFor("").rfind("is empty; a family file is ", 0), 0u);
}

TEST(MalformedContainer, TruncatedLength) {
  EXPECT_EQ(messageFor("\x60\1\1\1\1\1\1"),
            "header length: truncated, the file has 7 of at least 8 bytes");
}

TEST(MalformedContainer, TruncatedHeader) {
  std::string bytes = validBytes().substr(0, 100);
  EXPECT_EQ(messageFor(bytes).rfind("header: truncated, 92 of ", 0), 0u);
}

TEST(MalformedContainer, AbsurdHeaderLength) {
  std::string bytes = validBytes();
  std::memset(bytes.data(), 0xff, 8);
  EXPECT_EQ(
      messageFor(bytes).rfind("is no safetensors file, whose header would "
                              "have 18446744073709551615 bytes; ",
                              0),
      0u);
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
      messageAfter([](json &h) { h["small.cell.wf"]["shape"] = {-3, -3}; }),
      "small.cell.wf.shape: expected extents in [0, 268435456], found -3");
}

TEST(MalformedContainer, FractionalExtent) {
  EXPECT_EQ(
      messageAfter([](json &h) { h["small.cell.wf"]["shape"] = {3.0, 3}; }),
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
  EXPECT_EQ(messageAfter(
                [](json &h) { h["small.cell.wf"]["data_offsets"] = {-4, 32}; }),
            "small.cell.wf.data_offsets: expected two offsets, found an array "
            "of 2");
}

TEST(MalformedContainer, OffsetsAreInverted) {
  EXPECT_EQ(messageAfter(
                [](json &h) { h["small.cell.wf"]["data_offsets"] = {36, 0}; }),
            "small.cell.wf.data_offsets: expected the 36 bytes of F32 [3, 3], "
            "found [36, 0]");
}

TEST(MalformedContainer, OffsetsContradictTheShape) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["shape"] = {3, 4}; })
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
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"] = {1, 2}; }),
            "__metadata__: expected an object, found an array of 2");
}

TEST(MalformedContainer, MetadataIsNotText) {
  EXPECT_EQ(messageAfter([](json &h) { h["__metadata__"]["version"] = 1; }),
            "__metadata__.version: expected a string, found 1");
}

} // namespace
