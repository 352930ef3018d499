// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which weights a network can do best without. Weights are known by their index
// in one row of all that are looked at, so that a block of one matrix and a
// unit of several are the same thing: a group that goes together or stays.
#ifndef DLNET_PASSES_PRUNE_PRUNE_H
#define DLNET_PASSES_PRUNE_PRUNE_H

#include <cstddef>
#include <vector>

namespace dlnet::prune {

/// Indices of weights that go together, each once.
using Group = std::vector<size_t>;

/// A row-major matrix whose first weight has the index `first`.
struct Matrix {
  size_t rows = 0, columns = 0, first = 0;

  size_t size() const { return rows * columns; }
  size_t at(size_t row, size_t column) const {
    return first + row * columns + column;
  }
};

/// The aligned 2x2 blocks of a matrix, row by row; smaller at odd edges.
std::vector<Group> blocks(const Matrix &matrix);

/// Add the weights of a row or of a column to a group.
void addRow(Group &group, const Matrix &matrix, size_t row);
void addColumn(Group &group, const Matrix &matrix, size_t column);

/// Sorts a group and leaves one of each index.
void unite(Group &group);

/// The square of each weight.
std::vector<double> magnitude(const std::vector<float> &weights);

/// |w[i][j]| * inputs[j] * gains[i] of each weight of a matrix: by how much the
/// forecast changes, to first order, when the weight goes. `inputs` are the
/// greatest magnitudes that the columns multiply, `gains` what a change of one
/// in a row changes in the forecast.
std::vector<double> sensitivity(const std::vector<float> &weights,
                                const std::vector<double> &inputs,
                                const std::vector<double> &gains);

/// The sum of the scores in each group.
std::vector<double> totals(const std::vector<Group> &groups,
                           const std::vector<double> &scores);

// What goes, as indices into `totals`, least first; of equal ones the first.

/// This share of the groups, rounded to the nearest number.
std::vector<size_t> leastShare(const std::vector<double> &totals, double ratio);

/// The groups that score less than `threshold`.
std::vector<size_t> below(const std::vector<double> &totals, double threshold);

/// As few as leave at most `budget` of `weights` weights, or all. Groups may
/// share weights; each counts once.
std::vector<size_t> downTo(size_t budget, const std::vector<double> &totals,
                           const std::vector<Group> &groups, size_t weights);

} // namespace dlnet::prune

#endif // DLNET_PASSES_PRUNE_PRUNE_H
