// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts what a plan's C is made of, and how often a forecast runs it.
#ifndef DLNET_PASSES_TARGETS_PLANCOST_H
#define DLNET_PASSES_TARGETS_PLANCOST_H

#include "passes/plan/Plan.h"
#include "passes/targets/Target.h"

namespace dlnet::cost {

struct PlanCounts {
  Counts all;
  /// What each part of the plan adds to that, without the parts in it. The rest
  /// is the frame of the functions, and tables, which parts share.
  std::vector<Counts> parts;
};

PlanCounts countPlan(const plan::Plan &plan, const Target &target);

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_PLANCOST_H
