// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbouring windows of one cell are nearly equal, so a split by window
// tests on what was trained on. Here whole cells go to one side.
#ifndef DLNET_FRONTEND_SERIES_SPLIT_H
#define DLNET_FRONTEND_SERIES_SPLIT_H

#include "frontend/series/Batteries.h"

#include <cstdint>
#include <vector>

namespace dlnet {

/// Disjoint, together all cells; each side sorted by name.
struct Split {
  std::vector<Battery> train, validation, test;
};

/// Deals 60 % of the cells to train and 20 % each to validation and test,
/// batch by batch so that each side holds every batch in proportion. The same
/// cells and seed give the same split on every platform.
Split splitBatteries(const std::vector<Battery> &cells, uint64_t seed);

/// Fold `fold` of `folds`-fold cross-validation (2 <= folds, fold < folds):
/// with one seed, every cell is a test cell of exactly one fold. Batteries are
/// dealt batch by batch, so every fold holds every batch in proportion, and of
/// the cells left every eighth, counted on through the batches, validates.
Split foldBatteries(const std::vector<Battery> &cells, size_t folds,
                    size_t fold, uint64_t seed);

/// Moves every eighth cell of `split.train`, dealt by seed and batch by batch,
/// to `split.validation`: for splits that name no cells to choose a model on.
void dealValidation(Split &split, uint64_t seed);

/// Fails, naming the cells, when one is on two sides: by its name, or because
/// its raw series is that of a cell with another name. Everything that trains
/// or judges asks this before it cuts windows.
Status checkDisjoint(const Split &split);

/// Puts the cells of each side in order of their names.
void sortSides(Split &split);

/// Names of the cells, sorted.
std::vector<std::string> cellNames(const std::vector<Battery> &cells);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_SPLIT_H
