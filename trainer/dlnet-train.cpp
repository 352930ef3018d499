// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of the trainer. It stands apart from dlnetc because few who
// compile a model need LibTorch; the two meet at the family file.
#include "trainer/Train.h"
#include "trainer/cells/Cells.h"
#include "trainer/cells/Simulate.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>

namespace fs = std::filesystem;
using namespace dlnet;

namespace {

constexpr size_t kSimulatedCells = 30;

struct TrainArguments {
  std::string data, output;
  std::vector<std::string> teachers;
  bool simulated = false, quick = false;
  TrainOptions options;
};

struct SimulateArguments {
  std::string output;
  size_t cells = kSimulatedCells;
  uint64_t seed = 1;
};

int fail(const std::string &message) {
  fmt::print(stderr, "dlnet-train: error: {}\n", message);
  return 1;
}

/// Errors in thousandths of SOH, the network beside its floors.
void printJudgement(const Judgement &judgement) {
  fmt::print("\n{} cells: {} cells, {} windows; MAE x 10^-3 of SOH\n",
             judgement.side, judgement.cells, judgement.windows);
  fmt::print("  {:<28}{:>10}{:>14}\n", "", "cleaned", "as measured");
  auto row = [](const std::string &name, double mae,
                std::optional<double> raw) {
    fmt::print("  {:<28}{:>10.4f}", name, mae * 1e3);
    fmt::print(raw ? "{:>14.4f}\n" : "\n", raw ? *raw * 1e3 : 0.0);
  };
  for (size_t i = 0; i < judgement.floors.size(); ++i)
    row(judgement.floors[i].name, judgement.floors[i].mae,
        judgement.floorsRaw[i].mae);
  row("network", judgement.mae, judgement.maeRaw);
  row("  inputs rounded to 2^-14", judgement.maeRoundedInputs, std::nullopt);
  row("  weights rounded to 8 bits", judgement.maeRoundedWeights, std::nullopt);
  Floor best = bestPolynomialFloor(judgement.floors);
  fmt::print("  network / best polynomial ({}): {:.3f}\n", best.name,
             judgement.mae / best.mae);
}

int runTrain(TrainArguments arguments) {
  TrainOptions &options = arguments.options;
  if (arguments.data.empty() && !arguments.simulated)
    return fail("no cells: give --data DIR, or --simulated to train on "
                "simulated ones");
  fs::path parent = fs::path(arguments.output).parent_path();
  if (!parent.empty() && !fs::is_directory(parent))
    return fail(fmt::format("{}: not a directory", parent.string()));
  if (arguments.quick) {
    options.epochs = std::min<int64_t>(options.epochs, 2);
    options.stride = 10;
  }

  for (const std::string &path : arguments.teachers) {
    Result<Family> teacher = readFamily(path);
    if (!teacher)
      return fail(teacher.message());
    options.teachers.push_back(std::move(*teacher));
  }

  std::vector<Cell> cells;
  if (arguments.simulated) {
    fmt::print("training on {} simulated cells: figures say nothing about "
               "real ones\n",
               kSimulatedCells);
    options.source = "simulated";
    cells = simulateFleet(kSimulatedCells, options.splitSeed);
  } else {
    CellOptions reading;
    reading.nominalAh = options.nominalAh;
    reading.minimumCycles = size_t(options.window + options.horizon);
    Result<CellSet> set = readCells(arguments.data, reading);
    if (!set)
      return fail(set.message());
    for (const SkippedCell &cell : set->skipped)
      fmt::print("skipped {}: {}\n", cell.name, cell.reason);
    if (options.source.empty())
      options.source =
          fs::absolute(arguments.data).lexically_normal().filename().string();
    if (options.source.empty())
      options.source = "cells";
    cells = std::move(set->cells);
  }
  fmt::print("{} cells, split seed {}, seed {}\n", cells.size(),
             options.splitSeed, options.seed);

  Result<TrainResult> result =
      trainFamily(cells, options, [&](int64_t epoch, double loss, double mae) {
        fmt::print("epoch {:3}/{}  loss {:.4f}  validation MAE {:.4f}e-3\n",
                   epoch, options.epochs, loss, mae * 1e3);
        std::fflush(stdout);
      });
  if (!result)
    return fail(result.message());
  Status written = writeFamily(result->family, arguments.output);
  if (!written)
    return fail(written.message());

  const FamilyModel &model = result->family.models.front();
  fmt::print("\n{}: {} parameters, {} MACs, best epoch {}\n", model.name,
             model.parameters, model.macs, result->bestEpoch);
  for (const Judgement &judgement : result->judgements)
    printJudgement(judgement);
  fmt::print("\nwrote {}\n", arguments.output);
  return 0;
}

int runSimulate(const SimulateArguments &arguments) {
  Status written = writeCells(simulateFleet(arguments.cells, arguments.seed),
                              arguments.output);
  if (!written)
    return fail(written.message());
  fmt::print("wrote {} simulated cells to {}; they are no measurements\n",
             arguments.cells, arguments.output);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"Trains liquid networks that forecast battery capacity, and "
               "writes family files for dlnetc."};
  app.require_subcommand(1);
  app.set_version_flag("--version", "dlnet-train " DLNET_VERSION);

  TrainArguments train;
  TrainOptions &options = train.options;
  CLI::App *trainCommand =
      app.add_subcommand("train", "train a student on a folder of cells");
  CLI::Option *data = trainCommand->add_option(
      "--data", train.data, "folder with one CSV file a cell");
  trainCommand
      ->add_flag("--simulated", train.simulated,
                 "train on built-in simulated cells instead")
      ->excludes(data);
  trainCommand->add_option("-o,--output", train.output, "family file to write")
      ->required();
  trainCommand->add_option("--source", options.source,
                           "recorded origin of the cells (default: the "
                           "folder's name)");
  trainCommand
      ->add_option("--nominal", options.nominalAh, "nominal capacity in Ah")
      ->check(CLI::Range(1e-3, 1e4))
      ->capture_default_str();
  trainCommand->add_option("--seed", options.seed, "weights and order")
      ->capture_default_str();
  trainCommand
      ->add_option("--split-seed", options.splitSeed,
                   "which cells train, choose and judge")
      ->capture_default_str();
  trainCommand->add_option("--units", options.units, "liquid units")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  trainCommand
      ->add_option("--block", options.block,
                   "cycles averaged into a step; divides 100")
      ->check(CLI::IsMember({1, 2, 4, 5, 10, 20, 25, 50}))
      ->capture_default_str();
  trainCommand->add_option("--basis", options.basis, "curves of the future")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  trainCommand->add_option("--epochs", options.epochs)
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  trainCommand->add_option("--teacher", train.teachers,
                           "family files whose mean forecast is a second "
                           "target; trained on the same split");
  trainCommand
      ->add_option("--teacher-share", options.teacherShare,
                   "weight of that target in the loss")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  trainCommand->add_flag("--quick", train.quick,
                         "two epochs on every tenth window, to try things out");

  SimulateArguments simulate;
  CLI::App *simulateCommand = app.add_subcommand(
      "simulate", "write simulated cells in the CSV layout that train reads");
  simulateCommand
      ->add_option("-o,--output", simulate.output, "folder to write to")
      ->required();
  simulateCommand->add_option("--cells", simulate.cells)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  simulateCommand->add_option("--seed", simulate.seed)->capture_default_str();

  try {
    app.parse(argc, argv);
    return *trainCommand ? runTrain(train) : runSimulate(simulate);
  } catch (const CLI::ParseError &error) {
    // CLI11 would print a usage hint too; one line is enough for a mistake.
    if (error.get_exit_code() == 0)
      return app.exit(error);
    return fail(error.what());
  } catch (const std::exception &error) {
    return fail(error.what());
  }
}
