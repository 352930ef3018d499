// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands around a stage of training whichever it is: data and teacher
// before it; a family file, a loss curve and a few lines for the reader after.
#ifndef DLNET_TRAINER_COMMANDS_TRAININGRUN_H
#define DLNET_TRAINER_COMMANDS_TRAININGRUN_H

#include "trainer/Train.h"
#include "trainer/commands/Commands.h"

#include <optional>
#include <string>

namespace dlnet {

struct TrainingRun {
  Data data;
  std::optional<Teacher> teacher;
  TeacherOptions teaching;
  Trainer trainer;

  /// Loads all that training `shape` needs. Fails on what cannot be read, on a
  /// teacher that does not suit the student, and on whatever finish() could not
  /// write: nothing that takes hours is lost to what was known before.
  static Result<TrainingRun> prepare(const DataOptions &data,
                                     const TeacherOptions &teacher,
                                     const FamilyModel &shape, int64_t stride,
                                     const std::string &familyName);

  Distillation distillation() const;

  /// Writes a family of the one model, its curve beside it as
  /// <output without extension>.json, and prints its errors beside the
  /// baselines. If the files cannot be written, says where the network is kept:
  /// in `checkpoint`, unless that is empty, or in a folder for temporary files.
  /// Returns the exit code.
  int finish(const Trained &trained, const std::string &familyName,
             const std::string &output, const std::string &checkpoint) const;

private:
  Family familyOf(const FamilyModel &model, const std::string &name) const;
  Status rehearse(const FamilyModel &shape, const std::string &name) const;
};

/// The file beside `output` that gets the curve.
std::string curvePath(const std::string &output);

/// To try things out: two epochs on every tenth window.
void makeQuick(FitOptions &fit, int64_t &stride);

} // namespace dlnet

#endif // DLNET_TRAINER_COMMANDS_TRAININGRUN_H
