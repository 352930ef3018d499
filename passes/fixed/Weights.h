// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How weights and functions become integers: the part of the rounding rule that
// quantization-aware training repeats at every step.
#ifndef DLNET_PASSES_FIXED_WEIGHTS_H
#define DLNET_PASSES_FIXED_WEIGHTS_H

#include "passes/fixed/Format.h"

#include <functional>
#include <vector>

namespace dlnet::fixed {

/// A matrix in row-major order, as many rows as its affine has biases.
using Matrix = std::vector<double>;

/// Scales the columns of a matrix and shifts its bias, so that the product
/// takes v where it took (v - offset) * scale. Single entries repeat. Results
/// are rounded to single precision, which is what the dialect holds.
void foldColumns(Matrix &matrix, std::vector<double> &bias,
                 const std::vector<double> &offset,
                 const std::vector<double> &scale);

/// The same for what follows the sum: it becomes (sum - offset) * scale.
void foldRows(std::vector<Matrix> &matrices, std::vector<double> &bias,
              const std::vector<double> &offset,
              const std::vector<double> &scale);

/// The weights of one input as int8 with a scale a row.
struct ByteMatrix {
  std::vector<int8_t> weights; ///< [rows, columns], zeros where padded.
  size_t rows = 0, columns = 0;
  std::vector<double> scales; ///< Real value of one unit of the product.
  std::vector<double> zeros;  ///< What the input's zero adds to each row.
};

/// Quantizes a matrix that multiplies integers of format `input`; `padded` is
/// the number of those integers, at least the number of columns.
ByteMatrix quantizeRows(const Matrix &matrix, size_t rows, const Format &input,
                        size_t padded);

/// log2 of a table's intervals unless something else is asked for: finer tables
/// gained nothing on the cells that were tried.
inline constexpr int kTableBits = 6;

/// A table of 2^bits intervals of `function` over all 16-bit arguments of a
/// format of one entry; entries are Q15, limited to +-32767.
std::vector<int16_t> makeTable(const std::function<double(double)> &function,
                               const Format &argument, unsigned bits);

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_WEIGHTS_H
