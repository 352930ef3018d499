// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole family as jobs: every network is one run of `dlnet-train train` or
// `recover`, which anyone can repeat by hand.
//
//   teachers --> students, distilled --> pruned and recovered --> int8-aware
//                                    |--> the same, further (large ones)
//                                    '--> dense, int8-aware
//
// and, of the students that stand for their size, those without one stage or
// another, to see what it is worth.
#ifndef DLNET_TRAINER_FAMILY_PLAN_H
#define DLNET_TRAINER_FAMILY_PLAN_H

#include "frontend/family/Family.h"
#include "trainer/jobs/Jobs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dlnet {

/// A point of the grid.
struct Shape {
  CellKind cell;
  int64_t units, block, basis, substeps;

  std::string name() const; ///< Such as "liquid16_b10_k4".
};

/// Thirteen students, from under 300 to over 5,000 numbers; the first is the
/// one that is compiled where nobody chooses.
const std::vector<Shape> &studentGrid();
/// The grid's students that stand for their size in cross-validation.
const Shape &studentUpTo2000();
const Shape &studentUpTo500();

/// Of the blocks of each product of the state, in the pruned students.
inline constexpr double kPrunedShare = 0.5;
/// The same in those that are pruned further, because they can spare it.
inline constexpr double kDeepPrunedShare = 0.65;
bool isPrunedFurther(const Shape &shape);

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

/// How a network came about.
enum class Variant {
  Teacher,
  Alone,      ///< Without a teacher.
  Output,     ///< Follows the teacher's forecast.
  Trajectory, ///< And its states.
  Dense,      ///< Output, then under int8 rounding.
  Recovered,  ///< Output, pruned, trained on.
  Pruned,     ///< Recovered, then under int8 rounding.
  DeepPruned  ///< The same of `kDeepPrunedShare`, over more epochs.
};
const char *name(Variant variant);

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

Plan makePlan(const PlanOptions &options);

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_PLAN_H
