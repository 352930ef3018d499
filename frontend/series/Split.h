// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbouring windows of one battery are nearly equal, so a split by window
// tests on what was trained on. Here whole batteries go to one side.
#ifndef DLNET_FRONTEND_SERIES_SPLIT_H
#define DLNET_FRONTEND_SERIES_SPLIT_H

#include "frontend/series/Batteries.h"

#include <cstdint>
#include <vector>

namespace dlnet {

/// Disjoint, together all batteries; each side sorted by name.
struct Split {
  std::vector<Battery> train, validation, test;
};

/// Deals 60 % of the batteries to train and 20 % each to validation and test,
/// batch by batch so that each side holds every batch in proportion. The same
/// batteries and seed give the same split on every platform.
Split splitBatteries(const std::vector<Battery> &batteries, uint64_t seed);

/// Fold `fold` of `folds`-fold cross-validation (2 <= folds, fold < folds):
/// with one seed, every battery is a test battery of exactly one fold.
/// Batteries are dealt batch by batch, so every fold holds every batch in
/// proportion, and of the batteries left every eighth, counted on through the
/// batches, validates.
Split foldBatteries(const std::vector<Battery> &batteries, size_t folds,
                    size_t fold, uint64_t seed);

/// Moves every eighth battery of `split.train`, dealt by seed and batch by
/// batch, to `split.validation`: for splits that name no batteries to choose a
/// model on.
void dealValidation(Split &split, uint64_t seed);

/// Fails, naming the batteries, when one is on two sides: by its name, or
/// because its raw series is that of a battery with another name. Everything
/// that trains or judges asks this before it cuts windows.
Status checkDisjoint(const Split &split);

/// Puts the batteries of each side in order of their names.
void sortSides(Split &split);

/// Names of the batteries, sorted.
std::vector<std::string> cellNames(const std::vector<Battery> &batteries);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_SPLIT_H
