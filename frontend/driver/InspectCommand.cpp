// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc inspect FAMILY
#include "frontend/driver/Commands.h"
#include "frontend/family/Family.h"

#include <fmt/format.h>

using namespace dlnet;

namespace {

std::string figure(const std::map<std::string, MeasuredError> &measured,
                   const std::string &split,
                   std::optional<double> MeasuredError::*which) {
  auto it = measured.find(split);
  if (it == measured.end() || !(it->second.*which))
    return "-";
  return fmt::format("{:.6f}", *(it->second.*which));
}

/// The line of the table. What only a recipe says is "-" of a composed model.
void printModel(const FamilyModel &model) {
  auto ofRecipe = [&](const auto &value) {
    return model.hasRecipe() ? fmt::format("{}", value) : "-";
  };
  fmt::print("{:<14} {:<8} {:<7} {:>5} {:>6} {:>5} {:<16} {:>7} {:>7} {:>10} "
             "{:>10}\n",
             model.name, model.role, kindOf(model), ofRecipe(model.units),
             ofRecipe(model.blocks()), ofRecipe(model.basis),
             ofRecipe(fmt::format("{} x{}", name(model.solver.method),
                                  model.solver.steps)),
             countParameters(model), countMacs(model),
             figure(model.measured, "test", &MeasuredError::maeFloat),
             figure(model.measured, "test", &MeasuredError::maeInt8));
}

/// A line for what is left out of the table, or in it on trust.
void printStanding(const FamilyModel &model) {
  std::string unproved;
  for (const auto &[split, error] : model.measured)
    if (!error.isVerifiable())
      unproved += (unproved.empty() ? "" : ", ") + split;
  if (!unproved.empty())
    fmt::print("{:<14} errors on {} cells: not verifiable, recorded without a "
               "digest of the weights\n",
               model.name, unproved);
  if (!model.outdated.empty())
    fmt::print("{:<14} {}\n", model.name, describeOutdated(model));
}

/// A line for a model that reads the cell's age.
void printAge(const FamilyModel &model) {
  if (!model.features.age)
    return;
  const Features::Age &age = *model.features.age;
  fmt::print("{:<14} reads the age: (cycles lived - {:g}) * {:g}, trained on "
             "{:.0f} to {:.0f} cycles\n",
             model.name, age.offset, age.scale,
             model.ranges.age.low / age.scale + age.offset,
             model.ranges.age.high / age.scale + age.offset);
}

/// A line for each masked matrix of a model, and how it was trained.
void printHistory(const FamilyModel &model) {
  if (!model.trained.stages.empty()) {
    std::string stages;
    for (TrainingStage stage : model.trained.stages)
      stages += (stages.empty() ? "" : ", ") + std::string(name(stage));
    if (model.trained.teacher)
      stages += "; teacher " + *model.trained.teacher;
    fmt::print("{:<14} {}\n", model.name, stages);
  }
  for (const auto &[key, mask] : model.masks)
    fmt::print("{:<14} {:<14} density {:>5.1f} %\n", model.name, key,
               100 * densityOf(mask));
}

int inspect(const std::string &path) {
  auto family = readFamily(path);
  if (!family)
    return reportError(family.message());
  const DataRecord &data = family->data;
  fmt::print("family      {}\nproducer    {}\ndata        {}\n", family->name,
             family->producer, data.source);
  fmt::print("SOH         {}\n", describeSoh(data));
  if (data.column)
    fmt::print("capacity    from column '{}'{}\n", *data.column,
               data.unit ? " in " + *data.unit : "");
  fmt::print("cleaning    {}\n", data.cleaning);
  fmt::print("cells       {} train, {} validation, {} test ({}, seed {})\n\n",
             data.train.size(), data.validation.size(), data.test.size(),
             data.split, data.splitSeed);
  fmt::print("{:<14} {:<8} {:<7} {:>5} {:>6} {:>5} {:<16} {:>7} {:>7} {:>10} "
             "{:>10}\n",
             "model", "role", "cell", "units", "blocks", "basis", "solver",
             "params", "MACs", "test float", "test int8");
  for (const FamilyModel &model : family->models)
    printModel(model);
  for (const FamilyModel &model : family->models) {
    printStanding(model);
    if (!model.hasRecipe())
      fmt::print("{:<14} {}\n", model.name,
                 network::describePorts(graphOf(model)));
    printAge(model);
    printHistory(model);
  }
  return 0;
}

} // namespace

void dlnet::addInspect(CLI::App &app, Command &chosen) {
  auto path = std::make_shared<std::string>();
  CLI::App *command =
      app.add_subcommand("inspect", "Say what a family file holds");
  command->add_option("family", *path, "Family file")->required();
  command->callback(
      [&chosen, path] { chosen = [path] { return inspect(*path); }; });
}
