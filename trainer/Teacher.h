// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The teacher is an ensemble: on few cells, several networks that were trained
// apart forecast better together than any single larger one.
#ifndef DLNET_TRAINER_TEACHER_H
#define DLNET_TRAINER_TEACHER_H

#include "frontend/family/Family.h"
#include "trainer/Samples.h"
#include "trainer/engine/Network.h"

#include <memory>
#include <string>
#include <vector>

namespace dlnet {

/// A family with those of its models that teach. `FILE` takes the models of
/// role teacher, or the only model there is; `FILE:MODEL[,MODEL...]` those that
/// are named. Fails where it is open who teaches.
Result<Family> readTeachers(const std::string &source);

class Teacher {
public:
  struct Lesson {
    torch::Tensor forecast; ///< [N, H], mean of the members.
    torch::Tensor states;   ///< [T, m, N], of the first member.
  };

  /// All models of the families, in order.
  static Result<Teacher> load(const std::vector<Family> &families);

  /// Without gradients.
  Lesson teach(const View &view) const;
  /// The mean forecast alone.
  torch::Tensor forecast(const View &view) const;

  /// Fails on a teacher that forecasts something else than `student`, or that
  /// has seen one of `hidden`, the cells on which the student is judged.
  Status checkFor(const FamilyModel &student,
                  const std::vector<std::string> &hidden) const;

  const std::vector<FamilyModel> &members() const { return models; }
  /// For the student's record: "mean of 2 networks: cfc32, liquid32".
  std::string description() const;

private:
  std::vector<FamilyModel> models;
  std::vector<std::shared_ptr<Network>> networks;
  std::vector<std::string> seen; ///< Names of training cells.
};

} // namespace dlnet

#endif // DLNET_TRAINER_TEACHER_H
