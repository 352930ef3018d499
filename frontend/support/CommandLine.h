// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Command lines as people type them, the same for all tools of dlnet: what is
// wrong with one is said in a sentence, with what was probably meant.
#ifndef DLNET_FRONTEND_SUPPORT_COMMANDLINE_H
#define DLNET_FRONTEND_SUPPORT_COMMANDLINE_H

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace dlnet {

/// What a command line chose; returns the process's exit code.
using Command = std::function<int()>;

constexpr int kMisuse = 2; ///< Exit code for a command line with a mistake.

/// Parses the command line and runs what it sets `chosen` to. Prints each
/// mistake as `TOOL: error: ...`, TOOL being the name of `app`, with the option
/// or command that was probably meant, and returns kMisuse for it. Empty
/// arguments, options given twice that take one value, and numbers that are
/// none are mistakes. Returns 1 where the command throws (there is no memory)
/// or standard output cannot be written.
int runCommandLine(CLI::App &app, int argc, char **argv, const Command &chosen);

/// Checks that a value is one of `words`, and says which was probably meant.
CLI::Validator oneOf(std::vector<std::string> words);

/// Prints `TOOL: error: message`; returns 1, the exit code of a failure.
int printError(const std::string &tool, const std::string &message);

/// Prints `TOOL: warning: message` to standard error.
void printWarning(const std::string &tool, const std::string &message);

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_COMMANDLINE_H
