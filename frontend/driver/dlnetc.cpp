// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc: liquid networks of a family file to C for microcontrollers.
#include "frontend/driver/Commands.h"

#include <llvm/Support/ErrorHandling.h>

#include <unistd.h>

int dlnet::reportError(const std::string &message) {
  return printError("dlnetc", message);
}

/// LLVM does not throw: where it gets no memory it aborts, unless told
/// otherwise.
static void reportNoMemory(void *, const char *, bool) {
  constexpr char kMessage[] = "dlnetc: error: out of memory\n";
  ssize_t ignored = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(ignored < 0 ? 2 : 1);
}

void dlnet::reportWarning(const std::string &message) {
  printWarning("dlnetc", message);
}

int main(int argc, char **argv) {
  CLI::App app("Compiles trained liquid networks to dependency-free C for "
               "microcontrollers.",
               "dlnetc");
  app.set_version_flag("--version", "dlnetc " DLNET_VERSION);
  app.require_subcommand(1);
  dlnet::Command command;
  dlnet::addCompile(app, command);
  dlnet::addEvaluate(app, command);
  dlnet::addInspect(app, command);
  dlnet::addForecast(app, command);
  dlnet::addPrune(app, command);
  llvm::install_bad_alloc_error_handler(reportNoMemory);
  return dlnet::runCommandLine(app, argc, argv, [&] { return command(); });
}
