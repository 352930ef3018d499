// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The subcommands of dlnetc. Each adds itself to the command line and returns
// a process exit code when run.
#ifndef DLNET_FRONTEND_DRIVER_COMMANDS_H
#define DLNET_FRONTEND_DRIVER_COMMANDS_H

#include "frontend/support/CommandLine.h"

namespace dlnet {

void addCompile(CLI::App &app, Command &chosen);
void addEvaluate(CLI::App &app, Command &chosen);
void addInspect(CLI::App &app, Command &chosen);
void addForecast(CLI::App &app, Command &chosen);
void addPrune(CLI::App &app, Command &chosen);

struct CompileOptions;
/// Adds the options of the pipelines, which must be the same wherever a model
/// is compiled.
void addPipelineOptions(CLI::App &command, CompileOptions &options);

/// Prints `dlnetc: warning: message` to standard error.
void reportWarning(const std::string &message);

/// Prints `dlnetc: error: message` and returns the exit code of a failure.
int reportError(const std::string &message);

} // namespace dlnet

#endif // DLNET_FRONTEND_DRIVER_COMMANDS_H
