// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train simulate: batteries for whoever has none.
#include "frontend/series/Simulate.h"
#include "trainer/commands/Commands.h"

#include <fmt/format.h>

#include <memory>

using namespace dlnet;

namespace {

struct Arguments {
  std::string output;
  size_t batteries = kSimulatedBatteries;
  uint64_t seed = 1;
};

int run(const Arguments &arguments) {
  Status written = writeBatteries(
      simulateFleet(arguments.batteries, arguments.seed), arguments.output);
  if (!written)
    return reportError(written.message());
  fmt::print("wrote {} simulated batteries to {}; they are no measurements\n",
             arguments.batteries, arguments.output);
  return 0;
}

} // namespace

void dlnet::addSimulate(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "simulate",
      "write simulated batteries in the CSV layout that train reads");
  command->add_option("-o,--output", arguments->output, "folder to write to")
      ->required();
  command->add_option("--batteries", arguments->batteries)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed)->capture_default_str();
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
