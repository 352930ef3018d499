// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train convert: what dlnet understands of files, without training on
// them; and batteries of MATLAB files for dlnetc.
#include "frontend/series/CleaningReport.h"
#include "trainer/commands/Commands.h"
#include "trainer/mat/MatBatteries.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

using namespace dlnet;

namespace {

struct Arguments {
  std::string path, output;
  size_t minimumCycles = 1;
  BatteryArguments reading;
};

int run(const Arguments &arguments) {
  BatteryOptions options = arguments.reading.over({});
  options.minimumCycles = arguments.minimumCycles;
  // Batteries of an earlier call among these would be taken for theirs.
  std::error_code error;
  if (std::filesystem::exists(arguments.output, error) &&
      !std::filesystem::is_empty(arguments.output, error))
    return reportError(
        fmt::format("{}: is no empty folder; give a new one for the batteries",
                    arguments.output));
  Result<BatterySet> set = readBatteriesOrMat(arguments.path, options);
  if (!set)
    return reportError(set.message());
  fmt::print("{}{}", printReading(*set), printCleaning(*set));
  if (arguments.output.empty())
    return 0;
  Status written = writeBatteries(set->batteries, arguments.output, options,
                                  set->reading.unitKnown ? set->reading.unit
                                                         : CapacityUnit::Auto);
  if (!written)
    return reportError(written.message());
  fmt::print("wrote {} batteries to {}\n", set->batteries.size(),
             arguments.output);
  return 0;
}

} // namespace

void dlnet::addConvert(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "convert",
      "say what files of batteries are taken for, and write each battery "
      "as a CSV file");
  command
      ->add_option("cells", arguments->path,
                   "tables, a folder of them, or MATLAB files")
      ->required();
  command->add_option("-o,--output", arguments->output,
                      "folder to write to (default: only say)");
  command
      ->add_option("--minimum-cycles", arguments->minimumCycles,
                   "leave shorter batteries out")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  addBatteryArguments(*command, arguments->reading, "");
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
