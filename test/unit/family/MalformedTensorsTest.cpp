// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights and masks against the description, and against each other.
#include "TestFamily.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

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
  EXPECT_EQ(
      messageAfter([](json &h) { h["small.cell.wf"]["dtype"] = "I32"; }),
      "small.cell.wf.dtype: expected F32, F16, BF16 or F64, found \"I32\"");
}

TEST(MalformedTensors, WrongRank) {
  EXPECT_EQ(messageAfter([](json &h) { h["small.cell.wf"]["shape"] = {9}; }),
            "small.cell.wf.shape: expected [3, 3], found [9]");
}

TEST(MalformedTensors, WrongShape) {
  EXPECT_EQ(
      messageAfter([](json &h) { h["small.basis.curves"]["shape"] = {2, 5}; }),
      "small.basis.curves.shape: expected [5, 2], found [2, 5]");
}

TEST(MalformedTensors, DescriptionAsksForMoreThanThereIs) {
  // 1024 x 1024 weights are never allocated: the stored shape is smaller.
  Parts parts = split(oldBytes());
  json &text = parts.header["__metadata__"]["family"];
  json family = json::parse(text.get<std::string>());
  family["models"][0]["units"] = 1024;
  text = family.dump();
  EXPECT_EQ(messageFor(join(parts.header.dump(), parts.data)),
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

/// A family whose cell.uf lacks every other weight.
Family makeMaskedFamily() {
  Family family = makeFamily();
  FamilyModel &model = family.models[0];
  Tensor &mask = model.masks["cell.uf"] = model.tensor("cell.uf");
  for (size_t i = 0; i < mask.values.size(); ++i) {
    mask.values[i] = float(i % 2);
    model.tensors["cell.uf"].values[i] *= mask.values[i];
  }
  return family;
}

TEST(Masks, AreKeptThroughAFile) {
  Family family = makeMaskedFamily();
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_TRUE(bytes) << bytes.message();
  Result<Family> back = parseFamily(*bytes, "memory");
  ASSERT_TRUE(back) << back.message();
  ASSERT_EQ(back->models[0].masks.size(), 1u);
  const Tensor &mask = back->models[0].masks.at("cell.uf");
  EXPECT_EQ(mask.shape, family.models[0].masks["cell.uf"].shape);
  EXPECT_EQ(mask.values, family.models[0].masks["cell.uf"].values);
  EXPECT_EQ(densityOf(mask), 4.0 / 9);
  EXPECT_EQ(*serializeFamily(*back), *bytes);
}

/// The message after `damage` changed the header of a family with a mask.
std::string messageAfterMask(const std::function<void(Parts &)> &damage) {
  Result<std::string> bytes = serializeFamily(makeMaskedFamily());
  EXPECT_TRUE(bytes) << bytes.message();
  Parts parts = split(*bytes);
  damage(parts);
  return messageFor(join(parts.header.dump(), parts.data));
}

constexpr char kNoMatrix[] =
    ": expected the mask of a weight matrix that the model has";

TEST(MalformedMasks, OfATensorThatIsNoMatrix) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              p.header["small.mask.cell.bf"] = p.header["small.mask.cell.uf"];
              p.header.erase("small.mask.cell.uf");
            }),
            std::string("small.mask.cell.bf") + kNoMatrix);
}

TEST(MalformedMasks, OfATensorThatTheModelLacks) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              p.header["small.mask.cell.wg"] = p.header["small.mask.cell.uf"];
              p.header.erase("small.mask.cell.uf");
            }),
            std::string("small.mask.cell.wg") + kNoMatrix);
}

TEST(MalformedMasks, OfAModelThatTheFamilyLacks) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              p.header["other.mask.cell.uf"] = p.header["small.mask.cell.uf"];
              p.header.erase("small.mask.cell.uf");
            }),
            "other.mask.cell.uf: unexpected tensor");
}

TEST(MalformedMasks, WrongDtype) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              p.header["small.mask.cell.uf"]["dtype"] = "I8";
            }),
            "small.mask.cell.uf.dtype: expected U8 or BOOL, found \"I8\"");
}

TEST(MalformedMasks, WrongShape) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              p.header["small.mask.cell.uf"]["shape"] = {9};
            }),
            "small.mask.cell.uf.shape: expected [3, 3], found [9]");
}

TEST(MalformedMasks, NeitherZeroNorOne) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              size_t at = p.header["small.mask.cell.uf"]["data_offsets"][0];
              p.data[at + 3] = '\xff';
            }),
            "small.mask.cell.uf: expected 0 or 1, found 255 at element 3");
}

TEST(MalformedMasks, AWeightBehindTheMask) {
  EXPECT_EQ(messageAfterMask([](Parts &p) {
              size_t at = p.header["small.cell.uf"]["data_offsets"][0];
              float weight = 0.5f;
              std::memcpy(&p.data[at + 8], &weight, 4);
            }),
            "small.mask.cell.uf: masks element 2, but the weight there is 0.5 "
            "and not 0");
}

TEST(MalformedMasks, CannotBeWritten) {
  Family family = makeMaskedFamily();
  family.models[0].masks["cell.uf"].values[4] = 0.5f;
  Result<std::string> bytes = serializeFamily(family);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.message(),
            "small.mask.cell.uf: expected 0 or 1, found 0.5 at element 4");
  family = makeMaskedFamily();
  family.models[0].masks["cell.uf"].values.pop_back();
  bytes = serializeFamily(family);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.message(), "small.mask.cell.uf: 8 values of type U8 do not "
                             "fill the shape [3, 3]");
  family = makeMaskedFamily();
  family.models[0].tensors["cell.uf"].values[0] = 1;
  EXPECT_FALSE(serializeFamily(family));
}

} // namespace
