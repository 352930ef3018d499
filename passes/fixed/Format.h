// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an integer stands for, and the multipliers that lead from one meaning to
// another. The passes and quantization-aware training take all such decisions
// from this folder, which knows neither LLVM nor LibTorch.
#ifndef DLNET_PASSES_FIXED_FORMAT_H
#define DLNET_PASSES_FIXED_FORMAT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dlnet::fixed {

/// real[i] = scale[i] * integer[i] + zero[i]; a single entry stands for all.
struct Format {
  unsigned width = 16;
  std::vector<double> scale{1.0}, zero{0.0};

  static Format uniform(unsigned width, double scale, double zero = 0.0) {
    return {width, {scale}, {zero}};
  }

  size_t size() const { return scale.size(); }
  double scaleOf(size_t i) const { return scale[scale.size() == 1 ? 0 : i]; }
  double zeroOf(size_t i) const { return zero[zero.size() == 1 ? 0 : i]; }
  /// Whether all elements have one unit, in which 0 means 0.
  bool isPlain() const { return size() == 1 && zero[0] == 0.0; }

  friend bool operator==(const Format &a, const Format &b) {
    return a.width == b.width && a.scale == b.scale && a.zero == b.zero;
  }
};

/// Multipliers of lnn.requantize that share one shift.
struct Multipliers {
  std::vector<int32_t> values;
  uint32_t shift = 0;
};

/// The most precise representation of `factors` as
/// multiplier * 2^(shift - 32); nothing when a factor is too large.
std::optional<Multipliers> makeMultipliers(const std::vector<double> &factors);

/// The integer that stands nearest to `value`, saturated to 16 bits.
int16_t quantize(double value, double scale, double zero);

/// Functions that tables stand for. Silu is x * sigmoid(x), gelu x times the
/// normal distribution's integral (the form with erf), damped x * e^-|x|.
enum class Activation { Sigmoid, Tanh, Silu, Gelu, Exp, Reciprocal, Damped };

double evaluate(Activation function, double x);

/// Arguments of a function's table lie in [-domain, domain): beyond it the
/// function is flat to within the table's own error. Infinite for a function
/// that is flat nowhere.
double tableDomain(Activation function);
bool isFlatBeyondDomain(Activation function);

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_FORMAT_H
