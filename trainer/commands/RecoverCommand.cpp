// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train recover: the second stage, on from a family file. Masks that are
// in the file are held; after that the weights learn to bear int8 rounding.
#include "frontend/series/FamilyReading.h"
#include "trainer/Prune.h"
#include "trainer/Train.h"
#include "trainer/commands/Commands.h"
#include "trainer/commands/TrainingRun.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

using namespace dlnet;

namespace {

struct Arguments {
  std::string input, output, model;
  DataOptions data;
  TeacherOptions teacher;
  FitOptions fit;
  double prune = 0;
  std::optional<int64_t> pruneEpochs;
  int64_t quantizeEpochs = 3;
  double quantizeRate = 1e-4;
  bool quick = false;
  int64_t stride = 1;
};

int run(Arguments arguments) {
  if (arguments.fit.epochs == 0 && arguments.quantizeEpochs == 0)
    return reportError("--epochs and --quantize-epochs are both 0: there is "
                       "nothing to train");
  if (arguments.pruneEpochs.value_or(0) > arguments.fit.epochs)
    return reportError(fmt::format(
        "--prune-epochs: {} of {} epochs; there are no more than those",
        *arguments.pruneEpochs, arguments.fit.epochs));
  Result<Family> family = readFamily(arguments.input);
  if (!family)
    return reportError(family.message());
  Result<size_t> index = findModel(*family, arguments.model);
  if (!index)
    return reportError(fmt::format("{}: {}", arguments.input, index.message()));
  FamilyModel model = family->models[*index];
  const std::string &checkpoint = arguments.fit.checkpoint;
  std::string second = checkpoint.empty() ? "" : checkpoint + ".int8";
  if (Status outputs = checkOutputs(
          {arguments.output, curvePath(arguments.output), checkpoint, second});
      !outputs)
    return reportError(outputs.message());
  if (arguments.quick) {
    makeQuick(arguments.fit, arguments.stride);
    arguments.quantizeEpochs = std::min<int64_t>(arguments.quantizeEpochs, 1);
  }
  arguments.fit.seed = model.seed;
  // In halves: the weights that stay need as long to recover.
  int64_t epochs = arguments.fit.epochs;
  arguments.fit.pruning = {
      arguments.prune,
      std::min(epochs, arguments.pruneEpochs.value_or(epochs / 2))};
  if (epochs == 0 && arguments.prune > 0)
    pruneBlocks(model, arguments.prune);

  arguments.data.base = readingOf(family->data);
  Result<TrainingRun> run = TrainingRun::prepare(
      arguments.data, arguments.teacher, model, arguments.stride, family->name);
  if (!run)
    return reportError(run.message());
  auto warnings = checkAgainst(*family, model, run->data.set, run->data.reading,
                               arguments.data.reading);
  if (!warnings)
    return reportError(warnings.message());
  for (const std::string &warning : *warnings)
    reportWarning(warning);
  if (run->data.record.train != family->data.train)
    return reportError(fmt::format(
        "{}: was trained on other batteries than this split's; give the split "
        "that it was trained with",
        arguments.input));

  Trained trained{model, {}};
  if (arguments.fit.epochs > 0) {
    Result<Trained> recovered =
        run->trainer.recover(model, run->distillation(), arguments.fit,
                             printEpochs(arguments.fit.epochs));
    if (!recovered)
      return reportError(recovered.message());
    trained = std::move(*recovered);
  }
  if (arguments.quantizeEpochs > 0) {
    FitOptions tuning = arguments.fit;
    tuning.epochs = arguments.quantizeEpochs;
    tuning.rate = arguments.quantizeRate;
    tuning.pruning = {};
    tuning.checkpoint = second;
    Distillation distillation = run->distillation();
    distillation.trajectory = 0;
    Result<Trained> tuned = run->trainer.tuneQuantized(
        trained.model, distillation, tuning, printEpochs(tuning.epochs));
    if (!tuned)
      return reportError(tuned.message());
    trained.model = std::move(tuned->model);
    trained.epochs.insert(trained.epochs.end(), tuned->epochs.begin(),
                          tuned->epochs.end());
  }
  return run->finish(trained, family->name, arguments.output,
                     arguments.quantizeEpochs > 0 ? second : checkpoint);
}

} // namespace

void dlnet::addRecover(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  arguments->fit.epochs = 12;
  arguments->fit.rate = 4e-3;
  CLI::App *command = app.add_subcommand(
      "recover", "train a family's model on, with its masks held, then under "
                 "int8 rounding");
  command->add_option("family", arguments->input, "family file")->required();
  command->add_option("-o,--output", arguments->output, "family file to write")
      ->required();
  command->add_option("--model", arguments->model,
                      "model to train on (default: the first student)");
  command
      ->add_option("--prune", arguments->prune,
                   "drop this share of the 2x2 blocks of each product of the "
                   "state, by magnitude")
      ->check(CLI::Range(0.0, 0.99));
  command
      ->add_option("--prune-epochs", arguments->pruneEpochs,
                   "epochs over which they go, a few at a time; 0: all at "
                   "first (default: half of the epochs)")
      ->check(CLI::Range(0, 10000))
      ->needs("--prune");
  addDataOptions(*command, arguments->data);
  addSplitOptions(*command, arguments->data);
  addTeacherOptions(*command, arguments->teacher);
  addFitOptions(*command, arguments->fit, 0);
  command
      ->add_option("--quantize-epochs", arguments->quantizeEpochs,
                   "passes under the compiler's integer arithmetic; 0 for none")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  command
      ->add_option("--quantize-rate", arguments->quantizeRate,
                   "peak learning rate of those")
      ->check(CLI::Range(1e-7, 1.0))
      ->capture_default_str();
  command->add_flag("--quick", arguments->quick,
                    "few epochs on every tenth window, to try things out");
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
