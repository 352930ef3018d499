// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of the trainer. It stands apart from dlnetc because few who
// compile a model need LibTorch; the two meet at the family file.
#include "trainer/commands/Commands.h"

int main(int argc, char **argv) {
  using namespace dlnet;
  CLI::App app{"Trains liquid networks that forecast battery capacity, and "
               "writes family files for dlnetc.",
               "dlnet-train"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "dlnet-train " DLNET_VERSION);
  Command chosen;
  addTrain(app, chosen);
  addFamily(app, chosen);
  addRecover(app, chosen);
  addEvaluate(app, chosen);
  addSimulate(app, chosen);
  addConvert(app, chosen);
  return runCommandLine(app, argc, argv, [&] { return chosen(); });
}
