// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc: liquid networks of a family file to C for microcontrollers.
#include "frontend/Commands.h"

#include <fmt/format.h>

int dlnet::reportError(const std::string &message) {
  fmt::print(stderr, "dlnetc: error: {}\n", message);
  return 1;
}

void dlnet::reportWarning(const std::string &message) {
  fmt::print(stderr, "dlnetc: warning: {}\n", message);
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
  CLI11_PARSE(app, argc, argv);
  return command();
}
