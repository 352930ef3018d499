// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every pair of battery and solver that can be trained; the tests of scans and
// networks go through them all.
#ifndef DLNET_TEST_UNIT_TRAINER_CELLCASES_H
#define DLNET_TEST_UNIT_TRAINER_CELLCASES_H

#include "frontend/family/Family.h"

#include <fmt/format.h>

#include <ostream>
#include <string>

namespace dlnet {

struct BatteryCase {
  CellKind battery;
  SolverKind solver;
};

inline std::string label(const BatteryCase &each) {
  return fmt::format("{}_{}", name(each.battery), name(each.solver));
}

inline void PrintTo(const BatteryCase &each, std::ostream *stream) {
  *stream << label(each);
}

inline constexpr BatteryCase kCases[] = {
    {CellKind::Liquid, SolverKind::ExplicitEuler},
    {CellKind::Liquid, SolverKind::Fused},
    {CellKind::Ltc, SolverKind::ExplicitEuler},
    {CellKind::Ltc, SolverKind::Fused},
    {CellKind::CtRnn, SolverKind::ExplicitEuler},
    {CellKind::CtRnn, SolverKind::Fused},
    {CellKind::Cfc, SolverKind::ClosedForm}};

} // namespace dlnet

#endif // DLNET_TEST_UNIT_TRAINER_CELLCASES_H
