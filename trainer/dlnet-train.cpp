// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of the trainer. It stands apart from dlnetc because few who
// compile a model need LibTorch; the two meet at the family file.
#include "trainer/commands/Commands.h"

#include <exception>

int main(int argc, char **argv) {
  using namespace dlnet;
  CLI::App app{"Trains liquid networks that forecast battery capacity, and "
               "writes family files for dlnetc."};
  app.require_subcommand(1);
  app.set_version_flag("--version", "dlnet-train " DLNET_VERSION);
  Command chosen;
  addTrain(app, chosen);
  addFamily(app, chosen);
  addRecover(app, chosen);
  addEvaluate(app, chosen);
  addSimulate(app, chosen);
  addConvert(app, chosen);
  try {
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError &error) {
    // CLI11 would print a usage hint too; one line is enough for a mistake.
    if (error.get_exit_code() == 0)
      return app.exit(error);
    return reportError(error.what());
  } catch (const std::exception &error) {
    return reportError(error.what());
  }
}
