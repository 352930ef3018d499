// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard library's distributions and shuffle may differ between
// implementations. Splits, simulated batteries and initial weights must not, so
// every random number of the trainer comes from here.
#ifndef DLNET_FRONTEND_SERIES_RANDOM_H
#define DLNET_FRONTEND_SERIES_RANDOM_H

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dlnet {

/// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, 1), with 53 random bits.
  double uniform() { return double(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) {
    return low + (high - low) * uniform();
  }

  /// Close to a standard normal: a sum of twelve uniforms, which, unlike
  /// Box-Muller, needs no library function and so has the same bits anywhere.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += uniform();
    return sum;
  }

  /// Uniform in [0, bound); the bias of the modulo is below bound / 2^64.
  size_t below(size_t bound) { return size_t(next() % bound); }

  /// Fisher-Yates.
  template <typename T> void shuffle(std::vector<T> &items) {
    for (size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(i)]);
  }

private:
  uint64_t state;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_RANDOM_H
