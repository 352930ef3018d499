// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the jobs of a plan left, put together: the family file, and a report
// that says of every figure on which batteries and over how many seeds it is.
#ifndef DLNET_TRAINER_FAMILY_FAMILYREPORT_H
#define DLNET_TRAINER_FAMILY_FAMILYREPORT_H

#include "frontend/family/Family.h"
#include "frontend/series/Figures.h"
#include "frontend/support/Result.h"
#include "trainer/Data.h"
#include "trainer/family/Plan.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dlnet {

struct FamilyRun {
  PlanOptions options;
  FamilyDesign design;
  Plan plan;
  std::vector<JobResult> results; ///< In the order of the plan's jobs.
  size_t atOnce = 1;
  DataOptions data;
  FigureOptions figures;
  /// Of the recurrence against eager autograd, from the benchmark.
  std::optional<double> fusedSpeedup;
};

struct FamilyOutcome {
  Family family;
  /// Files by name: report.json, report.txt, pictures.
  std::map<std::string, std::string> files;
};

/// The family holds, of each student, the seed that is best on the validation
/// batteries in int8: dense, then pruned; then the teachers. Fails when a job's
/// file is not what the plan says.
Result<FamilyOutcome> reportFamily(const FamilyRun &run,
                                   const std::string &familyName);

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_FAMILYREPORT_H
