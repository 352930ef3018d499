// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A figure over seeds: how large, how unsure, of how many.
#ifndef DLNET_TRAINER_FAMILY_STATISTICS_H
#define DLNET_TRAINER_FAMILY_STATISTICS_H

#include <cmath>
#include <vector>

namespace dlnet {

struct OverSeeds {
  std::vector<double> values;

  double mean() const {
    double sum = 0;
    for (double value : values)
      sum += value;
    return values.empty() ? 0 : sum / double(values.size());
  }
  /// Standard deviation of a sample; 0 for fewer than two seeds.
  double sd() const {
    if (values.size() < 2)
      return 0;
    double square = 0, centre = mean();
    for (double value : values)
      square += (value - centre) * (value - centre);
    return std::sqrt(square / double(values.size() - 1));
  }
};

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_STATISTICS_H
