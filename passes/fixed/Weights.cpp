// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All of it in double precision and in a fixed order: training and compiler
// must come to the same integers.
#include "passes/fixed/Weights.h"

#include "passes/fixed/FixedPoint.h"

namespace dlnet::fixed {
namespace {

double perElement(const std::vector<double> &values, size_t index) {
  return values[values.size() == 1 ? 0 : index];
}

void roundToSingle(std::vector<double> &values) {
  for (double &value : values)
    value = static_cast<float>(value);
}

} // namespace

void foldColumns(Matrix &matrix, std::vector<double> &bias,
                 const std::vector<double> &offset,
                 const std::vector<double> &scale) {
  size_t columns = matrix.size() / bias.size();
  for (size_t row = 0; row < bias.size(); ++row)
    for (size_t column = 0; column < columns; ++column) {
      double &weight = matrix[row * columns + column];
      weight *= perElement(scale, column);
      bias[row] -= weight * perElement(offset, column);
    }
  roundToSingle(matrix);
  roundToSingle(bias);
}

void foldRows(std::vector<Matrix> &matrices, std::vector<double> &bias,
              const std::vector<double> &offset,
              const std::vector<double> &scale) {
  for (Matrix &matrix : matrices) {
    size_t columns = matrix.size() / bias.size();
    for (size_t i = 0; i < matrix.size(); ++i)
      matrix[i] *= perElement(scale, i / columns);
    roundToSingle(matrix);
  }
  for (size_t row = 0; row < bias.size(); ++row)
    bias[row] = (bias[row] - perElement(offset, row)) * perElement(scale, row);
  roundToSingle(bias);
}

ByteMatrix quantizeRows(const Matrix &matrix, size_t rows, const Format &input,
                        size_t padded) {
  size_t columns = matrix.size() / rows;
  ByteMatrix result{
      std::vector<int8_t>(rows * padded, 0), rows, padded, {}, {}};
  for (size_t row = 0; row < rows; ++row) {
    const double *weight = matrix.data() + row * columns;
    double greatest = 0.0;
    for (size_t column = 0; column < columns; ++column)
      greatest =
          std::max(greatest, std::abs(weight[column]) * input.scaleOf(column));
    double scale = greatest / 127.0, zero = 0.0;
    for (size_t column = 0; column < columns; ++column) {
      // The exact weight, not its int8: the error of the latter then only
      // multiplies how far the input is from its zero.
      zero += weight[column] * input.zeroOf(column);
      if (scale > 0.0)
        result.weights[row * padded + column] = static_cast<int8_t>(
            roundReal(weight[column] * input.scaleOf(column) / scale));
    }
    result.scales.push_back(scale);
    result.zeros.push_back(zero);
  }
  return result;
}

std::vector<int16_t> makeTable(const std::function<double(double)> &function,
                               const Format &argument, unsigned bits) {
  std::vector<int16_t> entries;
  int64_t intervals = int64_t(1) << bits;
  for (int64_t i = 0; i <= intervals; ++i) {
    double input = argument.scale[0] * (-32768.0 + i * (65536.0 / intervals)) +
                   argument.zero[0];
    entries.push_back(static_cast<int16_t>(std::clamp<int64_t>(
        roundReal(function(input) * 32768), -INT16_MAX, INT16_MAX)));
  }
  return entries;
}

} // namespace dlnet::fixed
