// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnet-train train: one network, alone or with a teacher.
#include "trainer/Train.h"
#include "trainer/commands/Commands.h"
#include "trainer/commands/TrainingRun.h"

#include <fmt/format.h>

#include <memory>

using namespace dlnet;

namespace {

struct Arguments {
  std::string output, family = "soh", cell = "liquid", solver;
  DataOptions data;
  TeacherOptions teacher;
  FitOptions fit;
  FamilyModel shape;
  bool quick = false, age = true;
  int64_t stride = 1;
};

/// The solver that a cell takes unless told otherwise.
SolverKind solverOf(const Arguments &arguments) {
  if (arguments.solver == "explicit_euler")
    return SolverKind::ExplicitEuler;
  if (arguments.solver == "fused")
    return SolverKind::Fused;
  return usualSolver(arguments.shape.cell);
}

int run(Arguments arguments) {
  FamilyModel &shape = arguments.shape;
  if (std::optional<CellKind> known = cellNamed(arguments.cell))
    shape.cell = *known;
  shape.solver.method = solverOf(arguments);
  if (arguments.age)
    shape.features.age.emplace();
  if (shape.name.empty())
    shape.name = fmt::format("{}{}", arguments.cell, shape.units);
  shape.seed = arguments.fit.seed;
  if (Status possible = checkShape(shape); !possible)
    return reportError(possible.message());
  for (const auto &[option, name] : {std::pair("--family", arguments.family),
                                     std::pair("--name", shape.name)})
    if (Status named = checkName(option, name); !named)
      return reportError(named.message());
  const std::string &checkpoint = arguments.fit.checkpoint;
  if (Status outputs = checkOutputs(
          {arguments.output, curvePath(arguments.output), checkpoint});
      !outputs)
    return reportError(outputs.message());
  if (arguments.quick)
    makeQuick(arguments.fit, arguments.stride);

  Result<TrainingRun> run =
      TrainingRun::prepare(arguments.data, arguments.teacher, shape,
                           arguments.stride, arguments.family);
  if (!run)
    return reportError(run.message());
  Result<Trained> trained =
      run->trainer.train(shape, run->distillation(), arguments.fit,
                         printEpochs(arguments.fit.epochs));
  if (!trained)
    return reportError(trained.message());
  return run->finish(*trained, arguments.family, arguments.output, checkpoint);
}

} // namespace

void dlnet::addTrain(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  FamilyModel &shape = arguments->shape;
  shape.role = "student";
  shape.units = 16;
  shape.window = shape.horizon = 100;
  shape.block = 5;
  shape.basis = 4;
  CLI::App *command =
      app.add_subcommand("train", "train one network, alone or with a teacher");
  command->add_option("-o,--output", arguments->output, "family file to write")
      ->required();
  addDataOptions(*command, arguments->data);
  addSplitOptions(*command, arguments->data);
  addTeacherOptions(*command, arguments->teacher);
  addFitOptions(*command, arguments->fit);
  command->add_option("--seed", arguments->fit.seed, "weights and order")
      ->capture_default_str();
  command->add_option("--family", arguments->family, "name of the family")
      ->capture_default_str();
  command->add_option("--name", shape.name,
                      "name of the model (default: cell and units)");
  command->add_option("--role", shape.role)
      ->check(oneOf({"student", "teacher"}))
      ->capture_default_str();
  command->add_option("--cell", arguments->cell, "kind of cell")
      ->check(oneOf(cellNames()))
      ->capture_default_str();
  command
      ->add_option("--solver", arguments->solver,
                   "of its equation (default: the usual one of the cell)")
      ->check(oneOf({"explicit_euler", "fused"}));
  command
      ->add_option("--substeps", shape.solver.steps,
                   "solver steps in a window step")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--units", shape.units, "units of the state")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      ->add_option("--block", shape.block,
                   "cycles averaged into a window step; divides 100")
      ->check(CLI::IsMember({1, 2, 4, 5, 10, 20, 25, 50}))
      ->capture_default_str();
  command->add_option("--basis", shape.basis, "curves of the future")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--age,!--no-age", arguments->age,
                    "read the number of cycles lived, too (default)");
  command->add_flag("--quick", arguments->quick,
                    "two epochs on every tenth window, to try things out");
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return run(*arguments); };
  });
}
