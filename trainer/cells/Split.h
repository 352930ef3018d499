// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbouring windows of one cell are nearly equal, so a split by window
// tests on what was trained on. Here whole cells go to one side.
#ifndef DLNET_TRAINER_CELLS_SPLIT_H
#define DLNET_TRAINER_CELLS_SPLIT_H

#include "trainer/cells/Cells.h"

#include <cstdint>
#include <vector>

namespace dlnet {

/// Disjoint, together all cells.
struct Split {
  std::vector<Cell> train, validation, test;
};

/// Deals 60 % of the cells to train and 20 % each to validation and test,
/// batch by batch so that each side holds every batch in proportion. The same
/// cells and seed give the same split on every platform.
Split splitCells(const std::vector<Cell> &cells, uint64_t seed);

/// Names of the cells, sorted.
std::vector<std::string> cellNames(const std::vector<Cell> &cells);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_SPLIT_H
