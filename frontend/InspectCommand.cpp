// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc inspect FAMILY
#include "frontend/Commands.h"
#include "frontend/Family.h"

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

int inspect(const std::string &path) {
  auto family = readFamily(path);
  if (!family)
    return reportError(family.message());
  const DataRecord &data = family->data;
  fmt::print("family      {}\nproducer    {}\ndata        {}\n", family->name,
             family->producer, data.source);
  fmt::print("SOH         capacity / {} Ah\ncleaning    {}\n", data.nominalAh,
             data.cleaning);
  fmt::print("cells       {} train, {} validation, {} test (seed {})\n\n",
             data.train.size(), data.validation.size(), data.test.size(),
             data.splitSeed);
  fmt::print("{:<14} {:<8} {:<7} {:>5} {:>6} {:>5} {:<16} {:>7} {:>7} {:>10} "
             "{:>10}\n",
             "model", "role", "cell", "units", "blocks", "basis", "solver",
             "params", "MACs", "test float", "test int8");
  for (const FamilyModel &model : family->models)
    fmt::print(
        "{:<14} {:<8} {:<7} {:>5} {:>6} {:>5} {:<16} {:>7} {:>7} {:>10} "
        "{:>10}\n",
        model.name, model.role, name(model.cell), model.units, model.blocks(),
        model.basis,
        fmt::format("{} x{}", name(model.solver.method), model.solver.steps),
        model.parameters, model.macs,
        figure(model.measured, "test", &MeasuredError::maeFloat),
        figure(model.measured, "test", &MeasuredError::maeInt8));
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
