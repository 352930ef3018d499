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
#include <vector>

namespace dlnet {

struct CellCase {
  CellKind cell;
  SolverKind solver;
};

inline std::string label(const CellCase &each) {
  return fmt::format("{}_{}", name(each.cell), name(each.solver));
}

inline void PrintTo(const CellCase &each, std::ostream *stream) {
  *stream << label(each);
}

inline const std::vector<CellCase> kCases = [] {
  std::vector<CellCase> cases;
  for (const std::string &name : cellNames()) {
    CellKind kind = *cellNamed(name);
    if (isClosedForm(kind))
      cases.push_back({kind, SolverKind::ClosedForm});
    else
      cases.insert(cases.end(), {{kind, SolverKind::ExplicitEuler},
                                 {kind, SolverKind::Fused}});
  }
  return cases;
}();

} // namespace dlnet

#endif // DLNET_TEST_UNIT_TRAINER_CELLCASES_H
