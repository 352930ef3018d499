// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train evaluate: a family's models beside everything simpler, on
// batteries that it has not seen.
#include "frontend/series/CleaningReport.h"
#include "frontend/series/FamilyReading.h"
#include "frontend/support/WriteFiles.h"
#include "trainer/Comparison.h"
#include "trainer/commands/Commands.h"
#include "trainer/mat/MatBatteries.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, json, protocol = "cells";
  std::vector<std::string> models;
  DataOptions data;
  ComparisonOptions comparison;
};

/// One comparison needs one kind of window.
Result<std::vector<FamilyModel>> checkAlike(std::vector<FamilyModel> selected) {
  for (const FamilyModel &model : selected)
    if (model.window != selected.front().window ||
        model.horizon != selected.front().horizon)
      return Failure{fmt::format("{} and {} have other windows or horizons",
                                 selected.front().name, model.name)};
  return selected;
}

Result<std::vector<FamilyModel>>
selectModels(const Family &family, const std::vector<std::string> &names) {
  if (names == std::vector<std::string>{"all"})
    return checkAlike(family.models);
  std::vector<FamilyModel> selected;
  for (const std::string &name :
       names.empty() ? std::vector<std::string>{""} : names) {
    Result<size_t> index = findModel(family, name);
    if (!index)
      return Failure{
          fmt::format("family {}: {}", family.name, index.message())};
    selected.push_back(family.models[*index]);
  }
  return checkAlike(std::move(selected));
}

int run(Arguments arguments) {
  Result<Family> family = readFamily(arguments.family);
  if (!family)
    return reportError(family.message());
  auto models = selectModels(*family, arguments.models);
  if (!models)
    return reportError(models.message());
  if (arguments.data.path.empty())
    return reportError("no batteries: give --data PATH");
  if (Status outputs = checkOutputs({arguments.json}); !outputs)
    return reportError(outputs.message());
  const FamilyModel &first = models->front();
  Result<FamilyBatteries> read = readBatteriesFor(
      *family, first, arguments.data.path, arguments.data.reading,
      size_t(first.window + first.horizon), readBatteriesOrMat);
  if (!read)
    return reportError(read.message());
  for (const std::string &warning : read->warnings)
    reportWarning(warning);
  const BatterySet *set = &read->set;
  DataRecord taken = family->data;
  recordReading(read->reading, {}, taken);
  fmt::print("SOH is {}\n", describeSoh(taken));

  fmt::print("{}{}", printReading(*set), printSkipped(*set));
  Result<Comparison> comparison = Failure{""};
  if (arguments.protocol == "paper") {
    comparison =
        compareByWindow(models->front(), set->batteries, arguments.comparison);
  } else {
    Result<Split> split = splitAsRecorded(set->batteries, family->data);
    if (!split)
      return reportError(split.message());
    comparison = compareByBattery(*models, *split, arguments.comparison);
  }
  if (!comparison)
    return reportError(
        fmt::format("{}: {}", arguments.data.path, comparison.message()));
  fmt::print("{}", printComparison(*comparison));
  if (arguments.protocol == "paper")
    fmt::print("Nearly every judging window overlaps training windows of its "
               "own battery: this says how well the network remembers, not how "
               "well it forecasts a new battery.\n");
  if (arguments.json.empty())
    return 0;
  Status written =
      writeFile(arguments.json, toJson(*comparison).dump(2) + "\n");
  return written ? 0 : reportError(written.message());
}

} // namespace

void dlnet::addEvaluate(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "evaluate", "judge a family beside persistence, polynomials, ridge, "
                  "absolute loss and an MLP");
  command->add_option("family", arguments->family, "family file")->required();
  command->add_option("--data", arguments->data.path,
                      "batteries; those that the family has not seen judge");
  addBatteryArguments(*command, arguments->data.reading,
                      " (default: the family's)");
  command->add_option("--model", arguments->models,
                      "models to judge, or 'all' (default: the first student)");
  command
      ->add_option(
          "--protocol", arguments->protocol,
          "batteries: unseen batteries judge. paper: random windows of all "
          "batteries, on which a network of the same shape is trained "
          "anew")
      ->check(oneOf({"cells", "paper"}))
      ->capture_default_str();
  command
      ->add_option("--stride", arguments->comparison.stride,
                   "cycles between judging windows of a battery")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command
      ->add_option("--end-of-life", arguments->comparison.figures.endOfLife,
                   "SOH at which a battery has ended")
      ->check(CLI::Range(0.01, 1.5))
      ->capture_default_str();
  command
      ->add_option("--epochs", arguments->comparison.fit.epochs,
                   "of networks that are trained for comparison")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_flag("--published", arguments->comparison.published,
                    "also train the published DLNet block, which takes "
                    "minutes");
  command->add_option("--json", arguments->json, "also write the figures here");
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
