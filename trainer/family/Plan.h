// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole family as jobs: every network is one run of `dlnet-train train` or
// `recover`, which anyone can repeat by hand.
//
//   teachers --> students, stage by stage as the design says
#ifndef DLNET_TRAINER_FAMILY_PLAN_H
#define DLNET_TRAINER_FAMILY_PLAN_H

#include "trainer/family/Design.h"
#include "trainer/jobs/Jobs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dlnet {

struct PlanOptions {
  std::string program;           ///< Path of dlnet-train.
  std::vector<std::string> data; ///< Its arguments that name the cells.
  std::string directory;         ///< For what jobs leave.
  uint64_t splitSeed = 1;
  int64_t seeds = 3;
  /// Of cross-validation; the family itself is trained on fold 0. None, 0:
  /// the family is trained on a 60/20/20 split.
  int64_t folds = 5;
  bool familyOnly = false; ///< No cross-validation, whatever the folds are.
  bool quick = false;

  /// In the cross-validation.
  int64_t validatedFolds() const { return familyOnly ? 0 : folds; }
};

struct PlannedJob {
  Variant variant;
  std::string student; ///< Name of the shape.
  int64_t fold = 0;    ///< 0: the family's own split.
  uint64_t seed = 1;
  Job job;
};

struct Plan {
  std::vector<PlannedJob> jobs;

  /// In the order of seeds.
  std::vector<const PlannedJob *>
  find(Variant variant, const std::string &student, int64_t fold) const;
};

Plan makePlan(const PlanOptions &options, const FamilyDesign &design);

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_PLAN_H
