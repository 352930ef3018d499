// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers for golden vectors from integers alone: floating point, or a
// library's random distributions, could give other bytes elsewhere.
#ifndef DLNET_CODEGEN_NOISE_H
#define DLNET_CODEGEN_NOISE_H

#include <cstdint>

namespace dlnet::codegen {

/// The generator of Numerical Recipes; its upper bits are used.
class Noise {
public:
  /// Uniform over all of int16_t.
  int16_t any() { return static_cast<int16_t>(next() >> 16); }
  /// Uniform from -amplitude to amplitude.
  int64_t around(int64_t amplitude) {
    return static_cast<int64_t>((next() >> 16) % (2 * amplitude + 1)) -
           amplitude;
  }

private:
  uint32_t next() { return state = state * 1664525u + 1013904223u; }
  uint32_t state = 1;
};

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_NOISE_H
