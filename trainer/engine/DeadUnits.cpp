// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/engine/DeadUnits.h"

#include <algorithm>

namespace dlnet {

namespace {

using Alive = std::vector<bool>;

bool isStateMatrix(const std::string &key) {
  return key.rfind("cell.w", 0) == 0;
}

size_t columnsOf(const Tensor &tensor) {
  return tensor.values.size() / size_t(tensor.shape[0]);
}

/// Marks the columns that a row reads; true when one was not marked before.
bool markRead(const Tensor &matrix, size_t row, Alive &columns) {
  bool found = false;
  for (size_t column = 0; column < columns.size(); ++column)
    if (matrix.values[row * columns.size() + column] != 0 && !columns[column])
      columns[column] = found = true;
  return found;
}

/// Units that a coefficient in `coefficients` reads, or another such unit.
Alive aliveUnits(const FamilyModel &model, const Alive &coefficients) {
  Alive alive(size_t(model.units), false);
  for (size_t i = 0; i < coefficients.size(); ++i)
    if (coefficients[i])
      markRead(model.tensor("readout.w"), i, alive);
  for (bool found = true; found;) {
    found = false;
    for (const auto &[key, tensor] : model.tensors)
      for (size_t unit = 0; isStateMatrix(key) && unit < alive.size(); ++unit)
        if (alive[unit])
          found |= markRead(tensor, unit, alive);
  }
  return alive;
}

/// The lane that dead ones become twins of; the compiler keeps one at least.
size_t keepOne(Alive &alive) {
  size_t first = std::find(alive.begin(), alive.end(), true) - alive.begin();
  if (first == alive.size())
    alive[first = 0] = true;
  return first;
}

void copyRows(Tensor &tensor, const Alive &alive, size_t from) {
  size_t columns = columnsOf(tensor);
  for (size_t row = 0; row < alive.size(); ++row)
    if (!alive[row])
      std::copy_n(tensor.values.begin() + ptrdiff_t(from * columns), columns,
                  tensor.values.begin() + ptrdiff_t(row * columns));
}

void zeroColumns(Tensor &matrix, const Alive &alive) {
  for (size_t i = 0; i < matrix.values.size(); ++i)
    if (!alive[i % alive.size()])
      matrix.values[i] = 0;
}

} // namespace

FamilyModel silenceDeadUnits(FamilyModel model) {
  Alive coefficients(size_t(model.basis), false);
  for (size_t row = 0; row < size_t(model.horizon); ++row)
    markRead(model.tensor("basis.curves"), row, coefficients);
  Alive units = aliveUnits(model, coefficients);

  size_t coefficient = keepOne(coefficients), unit = keepOne(units);
  for (auto &[key, tensor] : model.tensors) {
    if (key.rfind("cell.", 0) == 0)
      copyRows(tensor, units, unit);
    else if (key.rfind("readout.", 0) == 0)
      copyRows(tensor, coefficients, coefficient);
    if (isStateMatrix(key) || key == "readout.w")
      zeroColumns(tensor, units);
  }
  for (size_t i = 0; i < coefficients.size(); ++i)
    if (!coefficients[i])
      model.ranges.coefficients[i] = model.ranges.coefficients[coefficient];
  return model;
}

} // namespace dlnet
