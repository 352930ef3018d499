// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random models of every cell, for tests of the compiler and for fitting its
// cost table.
#ifndef DLNET_TEST_TOOLS_RANDOMMODELS_H
#define DLNET_TEST_TOOLS_RANDOMMODELS_H

#include "frontend/family/Family.h"

#include <random>

namespace dlnet::test {

/// A model of random shape and weights whose solver is stable; every third seed
/// (2, 5, 8, ...) gives one that reads the age.
FamilyModel randomModel(CellKind cell, uint32_t seed);

/// Random weights for the shape that a model has.
void drawTensors(FamilyModel &model, std::mt19937 &random);

/// Gives a model basis curves that are nearly straight, a horizon that may be
/// cut in many ways, and recorded ranges that hold all its coefficients: knots
/// can stand for its forecast.
void straighten(FamilyModel &model, std::mt19937 &random);

/// Zeroes about half of the 2x2 blocks of each weight matrix.
void pruneBlocks(FamilyModel &model, std::mt19937 &random);

/// A family of the models random<first> to random<first + count - 1>: the four
/// cells in turn, about half of them straightened, a third pruned.
Family randomFamily(uint32_t first, uint32_t count);

/// Recorded ranges that hold all coefficients that a model can come to.
void recordAllCoefficients(FamilyModel &model);

/// An age as the model was trained on, or any at all; 0 for a model that does
/// not read it.
uint32_t randomAge(const FamilyModel &model, std::mt19937 &random);
uint32_t extremeAge(std::mt19937 &random);

/// A smooth ageing curve with noise, in SOH.
std::vector<float> randomWindow(size_t size, std::mt19937 &random);

} // namespace dlnet::test

#endif // DLNET_TEST_TOOLS_RANDOMMODELS_H
