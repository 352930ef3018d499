// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole family as jobs: every network is one run of `dlnet-train train` or
// `recover`, which anyone can repeat by hand.
//
//   teachers --> students, distilled --> pruned and recovered --> int8-aware
//                (and alone, to see what     '--> dense, int8-aware
//                 the teacher was worth)
#ifndef DLNET_TRAINER_FAMILY_PLAN_H
#define DLNET_TRAINER_FAMILY_PLAN_H

#include "trainer/jobs/Jobs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dlnet {

/// A point of the grid.
struct StudentShape {
  int64_t units, block, basis, substeps;

  std::string name() const; ///< Such as "liquid16_b10_k4".
};

/// Twelve students, from under 300 to over 3,000 numbers; the first is the one
/// that is compiled where nobody chooses.
const std::vector<StudentShape> &studentGrid();
/// The grid's students that stand for their size in cross-validation.
const StudentShape &studentUpTo2000();
const StudentShape &studentUpTo500();

struct PlanOptions {
  std::string program;           ///< Path of dlnet-train.
  std::vector<std::string> data; ///< Its arguments that name the cells.
  std::string directory;         ///< For what jobs leave.
  uint64_t splitSeed = 1;
  int64_t seeds = 3;
  /// Of cross-validation; the family itself is trained on fold 0. None, 0:
  /// the family is trained on a 60/20/20 split.
  int64_t folds = 5;
  bool quick = false;
};

/// How a network came about.
enum class Variant { Teacher, Alone, Output, Trajectory, Dense, Pruned };
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
