// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which networks make a family, and by which stages each comes about: data, so
// that another grid is another file (trainer/tasks/battery_soh/plan.json).
#ifndef DLNET_TRAINER_FAMILY_DESIGN_H
#define DLNET_TRAINER_FAMILY_DESIGN_H

#include "frontend/family/Family.h"
#include "frontend/support/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlnet {

/// A point of the grid.
struct Shape {
  CellKind cell;
  int64_t units, block, basis, substeps;

  std::string name() const; ///< Such as "liquid16_b10_k4".
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
  DeepPruned  ///< The same, of more, for students that can spare it.
};
const char *name(Variant variant);

/// A job for each of some students and each seed.
struct StageDesign {
  Variant variant = Variant::Output;
  std::vector<size_t> students; ///< Indices, in the order of the grid.
  bool taught = false;          ///< By the ensemble.
  bool inFolds = false;         ///< In all folds, if representative.
  std::optional<Variant> from;  ///< The network to go on from; else a new one.
  double prune = 0; ///< Share of the blocks of each product of the state.
  std::vector<std::string> arguments; ///< Of dlnet-train.
};

struct FamilyDesign {
  struct Member {
    Shape shape;
    uint64_t seed; ///< Above 100, or a student could be its own teacher.
  };
  std::vector<Member> teachers; ///< The ensemble.
  size_t quickTeachers = 1;     ///< So many, where all is to be quick.
  /// The first is the one that is compiled where nobody chooses.
  std::vector<Shape> students;
  /// The students that stand for their size in cross-validation.
  size_t upTo2000Index = 0, upTo500Index = 0;
  std::vector<std::string> taught; ///< Arguments of what is taught.
  std::vector<StageDesign> stages;

  const Shape &upTo2000() const { return students[upTo2000Index]; }
  const Shape &upTo500() const { return students[upTo500Index]; }
  bool isRepresentative(size_t student) const {
    return student == upTo2000Index || student == upTo500Index;
  }
  /// Null where there is none; only DeepPruned may be missing.
  const StageDesign *stage(Variant variant) const;
  bool has(Variant variant, const Shape &student) const;
  /// Share that a stage prunes; 0 without the stage.
  double pruned(Variant variant) const;
};

/// Reads JSON. An error names the key and what was expected; a stage that the
/// report needs and that is not there for all of its students is one, too.
Result<FamilyDesign> readDesign(const std::string &text);

} // namespace dlnet

#endif // DLNET_TRAINER_FAMILY_DESIGN_H
