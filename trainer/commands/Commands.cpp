// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/commands/Commands.h"

#include "frontend/series/CleaningReport.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <set>

namespace dlnet {

namespace fs = std::filesystem;

int reportError(const std::string &message) {
  return printError("dlnet-train", message);
}

void reportWarning(const std::string &message) {
  printWarning("dlnet-train", message);
}

void addDataOptions(CLI::App &command, DataOptions &options) {
  CLI::Option *data = command.add_option(
      "--data", options.path,
      "batteries: a table of one battery or of several with a column of their "
      "names, a folder of tables, or MATLAB files");
  command
      .add_flag("--simulated", options.simulated,
                "built-in simulated batteries instead")
      ->excludes(data);
  command.add_option(
      "--source", options.source,
      "recorded origin of the batteries (default: the last name of "
      "--data)");
  addBatteryArguments(command, options.reading, "");
}

void addSplitOptions(CLI::App &command, DataOptions &options) {
  command
      .add_option("--split-seed", options.splitSeed,
                  "which batteries train, choose and judge")
      ->capture_default_str();
  CLI::Option *folds =
      command
          .add_option(
              "--folds", options.folds,
              "cut the batteries into this many folds instead of 60/20/20")
          ->check(CLI::Range(2, 100));
  command.add_option("--fold", options.fold, "the fold that judges, from 0")
      ->check(CLI::Range(0, 99))
      ->needs(folds);
  command
      .add_option("--split-list", options.splitList,
                  "CSV file cell,side that names each battery's side")
      ->excludes(folds);
}

Result<Data> loadAndReport(const DataOptions &options) {
  Result<Data> data = loadData(options);
  if (!data)
    return data;
  if (data->simulated)
    fmt::print("simulated batteries: figures say nothing about real ones\n");
  fmt::print("{}{}", printReading(data->set), printCleaning(data->set));
  fmt::print("SOH is {}\n", describeSoh(data->record));
  fmt::print("{} batteries, {}, seed {}: {} train, {} validate, {} test\n",
             data->set.batteries.size(), data->record.split,
             data->record.splitSeed, data->split.train.size(),
             data->split.validation.size(), data->split.test.size());
  return data;
}

void addTeacherOptions(CLI::App &command, TeacherOptions &options) {
  CLI::Option *teacher = command.add_option(
      "--teacher", options.sources,
      "families, trained on the same split, whose mean forecast is a second "
      "target: FILE for its models of role teacher (or its only one), "
      "FILE:MODEL,MODEL for those");
  command
      .add_option("--share", options.firstShare,
                  "the teacher's share of the loss, at first")
      ->check(CLI::Range(0.0, 1.0))
      ->needs(teacher)
      ->capture_default_str();
  command
      .add_option("--last-share", options.lastShare,
                  "and at last; in between it goes linearly")
      ->check(CLI::Range(0.0, 1.0))
      ->needs(teacher)
      ->capture_default_str();
  command
      .add_option("--trajectory", options.trajectory,
                  "weight of the squared distance between the mapped states "
                  "and the first teacher's")
      ->check(CLI::Range(0.0, 1e3))
      ->needs(teacher)
      ->capture_default_str();
}

void addFitOptions(CLI::App &command, FitOptions &options,
                   int64_t fewestEpochs) {
  command.add_option("--epochs", options.epochs, "passes over the windows")
      ->check(CLI::Range(fewestEpochs, int64_t(10000)))
      ->capture_default_str();
  command.add_option("--batch", options.batch, "windows a step")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command.add_option("--rate", options.rate, "peak learning rate")
      ->check(CLI::Range(1e-7, 1.0))
      ->capture_default_str();
  command.add_option("--decay", options.decay, "weight decay of matrices")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--checkpoint", options.checkpoint,
                     "file to keep the state of training in, and to go on "
                     "from after a stop");
}

EpochDone printEpochs(int64_t total) {
  return [total](int64_t number, const Epoch &epoch) {
    fmt::print("epoch {:3}/{}  loss {:.4f}  validation MAE {:.4f}e-3\n", number,
               total, epoch.loss, epoch.validationMae * 1e3);
    std::fflush(stdout);
  };
}

Status checkOutputs(const std::vector<std::string> &paths) {
  std::set<fs::path> seen;
  for (const std::string &path : paths) {
    if (path.empty())
      continue;
    if (Status writable = checkWritable(path); !writable)
      return writable;
    std::error_code error;
    fs::path where = fs::weakly_canonical(fs::absolute(path), error);
    if (!seen.insert(where).second)
      return Failure{fmt::format("{}: two outputs have this name", path)};
  }
  return success();
}

} // namespace dlnet
