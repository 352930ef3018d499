// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights, and intervals that were recorded of values.
#ifndef DLNET_FRONTEND_NETWORK_TENSOR_H
#define DLNET_FRONTEND_NETWORK_TENSOR_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dlnet {

/// A dense row-major array of single-precision numbers.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;

  /// Whether it is a weight matrix, which may have a mask.
  bool isMatrix() const { return shape.size() == 2; }
};

/// Tensors by their keys in a family, without the model's name.
using Tensors = std::map<std::string, Tensor>;

/// Closed interval of a quantity recorded on the training windows.
struct Range {
  double low = 0, high = 0;
};

inline bool operator==(const Range &a, const Range &b) {
  return a.low == b.low && a.high == b.high;
}

} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_TENSOR_H
