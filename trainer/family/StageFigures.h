// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run's networks err on batteries that they have not seen, stage by
// stage: with a teacher and without, by fold of the cross-validation; and what
// pruning, recovery and tuning under int8 change, on the family's own split.
#ifndef DLNET_TRAINER_FAMILY_STAGEFIGURES_H
#define DLNET_TRAINER_FAMILY_STAGEFIGURES_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"
#include "trainer/family/FamilyReport.h"
#include "trainer/family/Statistics.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace dlnet {

/// What the jobs left, by the path of their output.
using JobFamilies = std::map<std::string, Family>;

/// A stage of the family's own split; test MAE, a value a seed.
struct Stage {
  std::string name;
  OverSeeds real, int8;
};

struct StageFigures {
  // Test MAE, a value a fold; empty without cross-validation. Ridge has no
  // seeds, and the teacher is an ensemble of several.
  OverSeeds ridge, teacher;
  /// By student that stands for its size: test MAE in float, averaged over the
  /// folds, a value a seed.
  std::map<std::string, std::map<Variant, OverSeeds>> folds;
  /// The same students, in the order of the stages.
  std::map<std::string, std::vector<Stage>> stages;
  /// The ensemble on the family's own split, test MAE.
  double familyTeacher = 0;
};

/// Fails when the batteries cannot be read again.
Result<StageFigures> measureStages(const FamilyRun &run,
                                   const JobFamilies &families);

/// Two tables, and the same for programs.
std::string printStages(const FamilyRun &run, const StageFigures &figures);
nlohmann::json toJson(const StageFigures &figures);

/// The batteries of the run, split for `fold`.
Result<Data> loadFold(const FamilyRun &run, int64_t fold);

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_STAGEFIGURES_H
