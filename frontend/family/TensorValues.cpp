// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/family/TensorValues.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace dlnet {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "tensor data is copied as it is stored, in little endian");

template <typename Stored, typename Convert>
std::vector<float> convert(std::string_view bytes, Convert toFloat) {
  std::vector<float> values(bytes.size() / sizeof(Stored));
  for (size_t i = 0; i < values.size(); ++i) {
    Stored stored; // May lie anywhere.
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    values[i] = toFloat(stored);
  }
  return values;
}

/// IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
float fromHalf(uint16_t bits) {
  int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  float magnitude;
  if (exponent == 0x1f)
    magnitude = fraction ? std::numeric_limits<float>::quiet_NaN()
                         : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(float(fraction), -24);
  else
    magnitude = std::ldexp(float(fraction + 0x400), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/// The upper half of a binary32.
float fromBrain(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

} // namespace

bool isFloatType(const std::string &dtype) {
  return dtype == "F32" || dtype == "F16" || dtype == "BF16" || dtype == "F64";
}

std::vector<float> floatValues(const StoredTensor &stored) {
  if (stored.dtype == "F32")
    return convert<float>(stored.bytes, [](float value) { return value; });
  if (stored.dtype == "F16")
    return convert<uint16_t>(stored.bytes, fromHalf);
  if (stored.dtype == "BF16")
    return convert<uint16_t>(stored.bytes, fromBrain);
  if (stored.dtype == "F64")
    return convert<double>(stored.bytes,
                           [](double value) { return float(value); });
  return {};
}

} // namespace dlnet
