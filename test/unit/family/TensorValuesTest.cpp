// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/family/TensorValues.h"
#include "TestFamily.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

namespace {

template <typename Stored>
std::vector<float> values(const char *dtype, std::vector<Stored> stored) {
  // From an odd address, as an unaligned file has them.
  std::string bytes(1 + stored.size() * sizeof(Stored), '\0');
  std::memcpy(&bytes[1], stored.data(), bytes.size() - 1);
  StoredTensor tensor;
  tensor.dtype = dtype;
  tensor.bytes = std::string_view(bytes).substr(1);
  return floatValues(tensor);
}

using Floats = std::vector<float>;

TEST(TensorValues, Half) {
  EXPECT_EQ(values<uint16_t>("F16", {0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000,
                                     0x0400, 0x3555}),
            (Floats{1, -2, 65504, 0x1p-24f, -0.0f, 0x1p-14f, 0.333251953125f}));
  EXPECT_TRUE(std::signbit(values<uint16_t>("F16", {0x8000})[0]));
  EXPECT_TRUE(std::isinf(values<uint16_t>("F16", {0x7c00})[0]));
  EXPECT_TRUE(std::isnan(values<uint16_t>("F16", {0x7e00})[0]));
}

TEST(TensorValues, BrainFloat) {
  EXPECT_EQ(values<uint16_t>("BF16", {0x3f80, 0xc000, 0x0001}),
            (Floats{1, -2, 0x1p-133f}));
}

TEST(TensorValues, SingleAndDouble) {
  EXPECT_EQ(values<float>("F32", {1.5f, -0.1f}), (Floats{1.5f, -0.1f}));
  EXPECT_EQ(values<double>("F64", {0.1, 1e-300}), (Floats{0.1f, 0}));
  EXPECT_TRUE(std::isinf(values<double>("F64", {1e300})[0]));
}

TEST(TensorValues, OtherTypesAreNone) {
  EXPECT_TRUE(values<int32_t>("I32", {1}).empty());
  EXPECT_FALSE(isFloatType("I32"));
}

/// The test family with all weights stored as F64.
std::string inDoubles() {
  Parts parts = split(validBytes());
  std::string data;
  for (auto &item : parts.header.items()) {
    if (item.key() == "__metadata__")
      continue;
    size_t begin = item.value()["data_offsets"][0],
           end = item.value()["data_offsets"][1], first = data.size();
    for (size_t at = begin; at < end; at += sizeof(float)) {
      float single;
      std::memcpy(&single, &parts.data[at], sizeof single);
      double wide = double(single);
      data.append(reinterpret_cast<const char *>(&wide), sizeof wide);
    }
    item.value()["dtype"] = "F64";
    item.value()["data_offsets"] = {first, data.size()};
  }
  return join(parts.header.dump(), data);
}

TEST(TensorValues, AFamilyOfDoublesIsTheSameFamily) {
  Result<Family> family = parseFamily(inDoubles(), "");
  ASSERT_TRUE(bool(family)) << family.message();
  Result<std::string> again = serializeFamily(*family);
  ASSERT_TRUE(bool(again));
  EXPECT_EQ(*again, validBytes());
}

} // namespace
