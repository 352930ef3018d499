// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one rounding rule of the project: floor(v + 1/2). The executor, the
// range proof and the emitted C all compute exactly these formulas.
#ifndef DLNET_PASSES_FIXED_FIXEDPOINT_H
#define DLNET_PASSES_FIXED_FIXEDPOINT_H

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace dlnet {

/// floor(value / 2^shift + 1/2).
inline int64_t roundShift(int64_t value, unsigned shift) {
  return shift == 0 ? value : (value + (int64_t(1) << (shift - 1))) >> shift;
}

/// floor(value * multiplier * 2^(shift - 32) + 1/2), in 64 bits. On the
/// Cortex-M4 this is one SMMLAR once `value` is shifted.
inline int64_t multiplyHigh(int64_t value, int32_t multiplier, unsigned shift) {
  return roundShift((value * (int64_t(1) << shift)) * multiplier, 32);
}

inline int64_t saturate16(int64_t value) {
  return std::clamp<int64_t>(value, INT16_MIN, INT16_MAX);
}

/// floor(value + 1/2) of a real number, as an integer; saturates at 2^62.
inline int64_t roundReal(double value) {
  return static_cast<int64_t>(
      std::clamp(std::floor(value + 0.5), -0x1p62, 0x1p62));
}

/// The table look-up of lnn.lut_s16: `bits` index bits, the rest interpolates.
inline int64_t interpolate(const int16_t *table, unsigned bits, int64_t input) {
  unsigned fractionBits = 16 - bits;
  int64_t position = input + 32768;
  int64_t index = position >> fractionBits;
  int64_t fraction = position & ((int64_t(1) << fractionBits) - 1);
  int64_t base = table[index];
  return base + roundShift((table[index + 1] - base) * fraction, fractionBits);
}

/// lnn.unit_norm_s16 of a vector whose sum of squares, epsilon included, is from
/// 1 to 2^31 - 1.
class UnitNorm {
public:
  explicit UnitNorm(int64_t squares) {
    for (; squares < int64_t(1) << 28; squares *= 4)
      ++shift;
    // The greatest root whose square is at most that, bit by bit.
    int64_t root = 0;
    for (int64_t bit = int64_t(1) << 15; bit != 0; bit >>= 1)
      if ((root + bit) * (root + bit) <= squares)
        root += bit;
    reciprocal = (int64_t(1) << 30) / root;
  }

  int32_t of(int64_t element) const {
    return saturate16(
        roundShift(element * (int64_t(1) << shift) * reciprocal, 15));
  }

private:
  unsigned shift = 0;
  int64_t reciprocal;
};

/// Smallest power of two that is at least `value` (> 0).
inline double powerOfTwoAtLeast(double value) {
  assert(value > 0.0 && std::isfinite(value));
  int exponent;
  double mantissa = std::frexp(value, &exponent); // value = mantissa * 2^e
  return std::ldexp(1.0, mantissa == 0.5 ? exponent - 1 : exponent);
}

} // namespace dlnet

#endif // DLNET_PASSES_FIXED_FIXEDPOINT_H
