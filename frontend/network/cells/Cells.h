// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list of cells: beside the cell's own file the only place that a new one
// touches.
#ifndef DLNET_FRONTEND_NETWORK_CELLS_CELLS_H
#define DLNET_FRONTEND_NETWORK_CELLS_CELLS_H

#include "frontend/network/cells/Cell.h"
#include "frontend/network/cells/Cfc.h"
#include "frontend/network/cells/CtRnn.h"
#include "frontend/network/cells/Gru.h"
#include "frontend/network/cells/Liquid.h"
#include "frontend/network/cells/Ltc.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Every cell, by the name of its type.
#define DLNET_CELLS(CELL) CELL(Liquid) CELL(Ltc) CELL(CtRnn) CELL(Cfc) CELL(Gru)

namespace dlnet {

#define DLNET_CELL(Name) Name,
enum class CellKind { DLNET_CELLS(DLNET_CELL) };
#undef DLNET_CELL

/// Calls `visit` with a cell of each type, in the order of the list.
template <class Visit> void forEachCell(Visit &&visit) {
#define DLNET_CELL(Name) visit(cells::Name());
  DLNET_CELLS(DLNET_CELL)
#undef DLNET_CELL
}

/// Calls `visit` with a cell of the type that `kind` names, and gives what it
/// gives, which is of one type for all cells.
template <class Visit> auto withCell(CellKind kind, Visit &&visit) {
  switch (kind) {
#define DLNET_CELL(Name)                                                       \
  case CellKind::Name:                                                         \
    return visit(cells::Name());
    DLNET_CELLS(DLNET_CELL)
#undef DLNET_CELL
  }
  __builtin_unreachable(); // Kinds come from the list.
}

namespace cells {

template <class Cell>
inline constexpr bool kIsClosedForm = Cell::kSolver == SolverKind::ClosedForm;

template <class Cell> constexpr bool hasIndicesInOrder() {
  for (size_t i = 0; i < Cell::kProjections.size(); ++i)
    if (Cell::kProjections[i].index != int(i))
      return false;
  int next = 0;
  for (const UnitParameter &parameter : Cell::kUnitParameters)
    if (parameter.index != next++)
      return false;
  return true;
}

#define DLNET_CELL(Name) static_assert(hasIndicesInOrder<Name>(), #Name);
DLNET_CELLS(DLNET_CELL)
#undef DLNET_CELL

/// Its derivative, or its closed form.
template <class Cell, class Ops, class X, class U>
constexpr auto rule(Ops &ops, const X &x, const U &u) {
  if constexpr (kIsClosedForm<Cell>)
    return Cell::next(ops, x, u);
  else
    return Cell::derivative(ops, x, u);
}

} // namespace cells

// ---- Of kinds ----

inline const char *name(CellKind kind) {
  return withCell(kind, [](auto cell) { return decltype(cell)::kName; });
}

inline std::vector<std::string> cellNames() {
  std::vector<std::string> names;
  forEachCell([&](auto cell) { names.push_back(decltype(cell)::kName); });
  return names;
}

/// None for a name that no cell has.
inline std::optional<CellKind> cellNamed(std::string_view text) {
  std::optional<CellKind> found;
#define DLNET_CELL(Name)                                                       \
  if (text == cells::Name::kName)                                              \
    found = CellKind::Name;
  DLNET_CELLS(DLNET_CELL)
#undef DLNET_CELL
  return found;
}

/// The solver that a cell takes unless told otherwise.
inline SolverKind usualSolver(CellKind kind) {
  return withCell(kind, [](auto cell) { return decltype(cell)::kSolver; });
}

inline bool isClosedForm(CellKind kind) {
  return usualSolver(kind) == SolverKind::ClosedForm;
}

inline std::vector<cells::Projection> projectionsOf(CellKind kind) {
  return withCell(kind, [](auto cell) {
    const auto &all = decltype(cell)::kProjections;
    return std::vector<cells::Projection>(all.begin(), all.end());
  });
}

inline std::vector<cells::UnitParameter> unitParametersOf(CellKind kind) {
  return withCell(kind, [](auto cell) {
    const auto &all = decltype(cell)::kUnitParameters;
    return std::vector<cells::UnitParameter>(all.begin(), all.end());
  });
}

/// Whether the tensor of this key, such as "cell.tau", holds unit parameters
/// that must be above 0.
inline bool isPositive(CellKind kind, std::string_view key) {
  for (const cells::UnitParameter &each : unitParametersOf(kind))
    if (each.positive && key == std::string("cell.") + each.key)
      return true;
  return false;
}

} // namespace dlnet

#endif // DLNET_FRONTEND_NETWORK_CELLS_CELLS_H
