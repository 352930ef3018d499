// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The subcommands of dlnet-train, one a file, and the options that several of
// them take.
#ifndef DLNET_TRAINER_COMMANDS_COMMANDS_H
#define DLNET_TRAINER_COMMANDS_COMMANDS_H

#include "frontend/support/CommandLine.h"
#include "trainer/Data.h"
#include "trainer/Fit.h"

#include <string>
#include <vector>

namespace dlnet {

void addTrain(CLI::App &app, Command &chosen);
void addConvert(CLI::App &app, Command &chosen);
void addEvaluate(CLI::App &app, Command &chosen);
void addFamily(CLI::App &app, Command &chosen);
void addRecover(CLI::App &app, Command &chosen);
void addSimulate(CLI::App &app, Command &chosen);

/// Prints `dlnet-train: warning: message` to standard error.
void reportWarning(const std::string &message);

/// Prints the one line for a mistake; returns the exit code for it.
int reportError(const std::string &message);

/// --data, --simulated, --source, and those of addBatteryArguments.
void addDataOptions(CLI::App &command, DataOptions &options);
/// --split-seed, --folds, --fold, --split-list.
void addSplitOptions(CLI::App &command, DataOptions &options);

/// Loads, and prints what was read, left out and split. A wrong or missing
/// --data is a failure.
Result<Data> loadAndReport(const DataOptions &options);

struct TeacherOptions {
  std::vector<std::string> sources; ///< As readTeachers() takes them.
  double firstShare = 0.5, lastShare = 0.5, trajectory = 0;
};
/// --teacher, --share, --last-share, --trajectory.
void addTeacherOptions(CLI::App &command, TeacherOptions &options);

/// --epochs (at least so many), --batch, --rate, --decay, --checkpoint.
void addFitOptions(CLI::App &command, FitOptions &options,
                   int64_t fewestEpochs = 1);

/// A line for each epoch.
EpochDone printEpochs(int64_t total);

/// Fails before hours of work on what would fail after it: a file of `paths`
/// that cannot be written, or two that are one. Empty paths are none.
Status checkOutputs(const std::vector<std::string> &paths);

} // namespace dlnet

#endif // DLNET_TRAINER_COMMANDS_COMMANDS_H
