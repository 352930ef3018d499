// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything is ordered by score and then by position, so that the same network
// is always pruned in the same way.
#include "passes/prune/Prune.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dlnet::prune {

namespace {

std::vector<size_t> byScore(const std::vector<double> &totals) {
  std::vector<size_t> order(totals.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return totals[a] < totals[b]; });
  return order;
}

} // namespace

std::vector<Group> blocks(const Matrix &matrix) {
  std::vector<Group> groups;
  for (size_t i = 0; i < matrix.rows; i += 2)
    for (size_t j = 0; j < matrix.columns; j += 2) {
      Group &block = groups.emplace_back();
      for (size_t row = i; row < std::min(matrix.rows, i + 2); ++row)
        for (size_t column = j; column < std::min(matrix.columns, j + 2);
             ++column)
          block.push_back(matrix.at(row, column));
    }
  return groups;
}

void addRow(Group &group, const Matrix &matrix, size_t row) {
  for (size_t column = 0; column < matrix.columns; ++column)
    group.push_back(matrix.at(row, column));
}

void addColumn(Group &group, const Matrix &matrix, size_t column) {
  for (size_t row = 0; row < matrix.rows; ++row)
    group.push_back(matrix.at(row, column));
}

void unite(Group &group) {
  std::sort(group.begin(), group.end());
  group.erase(std::unique(group.begin(), group.end()), group.end());
}

std::vector<double> magnitude(const std::vector<float> &weights) {
  std::vector<double> scores;
  scores.reserve(weights.size());
  for (float weight : weights)
    scores.push_back(double(weight) * weight);
  return scores;
}

std::vector<double> sensitivity(const std::vector<float> &weights,
                                const std::vector<double> &inputs,
                                const std::vector<double> &gains) {
  std::vector<double> scores;
  scores.reserve(weights.size());
  for (size_t row = 0; row < gains.size(); ++row)
    for (size_t column = 0; column < inputs.size(); ++column)
      scores.push_back(std::abs(double(weights[row * inputs.size() + column])) *
                       inputs[column] * gains[row]);
  return scores;
}

std::vector<double> totals(const std::vector<Group> &groups,
                           const std::vector<double> &scores) {
  std::vector<double> sums;
  sums.reserve(groups.size());
  for (const Group &group : groups) {
    double sum = 0;
    for (size_t weight : group)
      sum += scores[weight];
    sums.push_back(sum);
  }
  return sums;
}

std::vector<size_t> leastShare(const std::vector<double> &totals,
                               double ratio) {
  std::vector<size_t> order = byScore(totals);
  order.resize(size_t(std::llround(ratio * double(totals.size()))));
  return order;
}

std::vector<size_t> below(const std::vector<double> &totals, double threshold) {
  std::vector<size_t> order = byScore(totals);
  order.erase(
      std::find_if(order.begin(), order.end(),
                   [&](size_t group) { return !(totals[group] < threshold); }),
      order.end());
  return order;
}

std::vector<size_t> downTo(size_t budget, const std::vector<double> &totals,
                           const std::vector<Group> &groups, size_t weights) {
  std::vector<size_t> order = byScore(totals);
  std::vector<bool> gone;
  size_t left = weights, taken = 0;
  for (; taken < order.size() && left > budget; ++taken)
    for (size_t weight : groups[order[taken]]) {
      if (weight >= gone.size())
        gone.resize(weight + 1, false);
      left -= !gone[weight];
      gone[weight] = true;
    }
  order.resize(taken);
  return order;
}

} // namespace dlnet::prune
