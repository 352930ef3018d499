// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/commands/TrainingRun.h"

#include "frontend/WriteFiles.h"
#include "trainer/cells/Floors.h"
#include "trainer/cells/LinearFloors.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace dlnet {

namespace fs = std::filesystem;

void makeQuick(FitOptions &fit, int64_t &stride) {
  fit.epochs = std::min<int64_t>(fit.epochs, 2);
  stride = std::max<int64_t>(stride, 10);
}

Result<TrainingRun> TrainingRun::prepare(const DataOptions &dataOptions,
                                         const TeacherOptions &teaching,
                                         const FamilyModel &shape,
                                         int64_t stride) {
  std::optional<Teacher> teacher;
  std::vector<SohKind> taught; // what the teachers' SOH is
  Trainer::Options options;
  options.window = shape.window;
  options.horizon = shape.horizon;
  options.outputScale = shape.outputScale;
  options.stride = stride;
  options.blocks = {shape.block};
  if (!teaching.paths.empty()) {
    std::vector<Family> families;
    for (const std::string &path : teaching.paths) {
      Result<Family> family = readFamily(path);
      if (!family)
        return family.failure();
      taught.push_back(family->data.soh);
      families.push_back(std::move(*family));
    }
    Result<Teacher> loaded = Teacher::load(families);
    if (!loaded)
      return loaded.failure();
    teacher = std::move(*loaded);
    for (const FamilyModel &member : teacher->members())
      options.blocks.push_back(member.block);
  }

  DataOptions reading = dataOptions;
  reading.minimumCycles = size_t(shape.window + shape.horizon);
  Result<Data> data = loadAndReport(reading);
  if (!data)
    return data.failure();
  for (SohKind soh : taught)
    if (soh != data->record.soh)
      return Failure{fmt::format(
          "--teacher: learned SOH by {} capacity, the student is to learn it "
          "by {} capacity (--soh)",
          name(soh), name(data->record.soh))};
  if (teacher) {
    std::vector<std::string> hidden = data->record.validation;
    hidden.insert(hidden.end(), data->record.test.begin(),
                  data->record.test.end());
    if (Status suits = teacher->checkFor(shape, hidden); !suits)
      return suits.failure();
  }
  Result<Trainer> trainer = Trainer::create(data->split, options);
  if (!trainer)
    return trainer.failure();
  return TrainingRun{std::move(*data), std::move(teacher), teaching,
                     std::move(*trainer)};
}

Distillation TrainingRun::distillation() const {
  return {teacher ? &*teacher : nullptr, teaching.firstShare,
          teaching.lastShare, teaching.trajectory};
}

int TrainingRun::finish(const Trained &trained, const std::string &familyName,
                        const std::string &output) const {
  const FamilyModel &model = trained.model;
  Family family;
  family.name = familyName;
  family.producer = "dlnet-train " DLNET_VERSION;
  family.data = data.record;
  family.models.push_back(model);

  nlohmann::json curve = {{"model", model.name}, {"seed", model.seed}};
  for (const Epoch &epoch : trained.epochs) {
    curve["loss"].push_back(epoch.loss);
    curve["validation_mae"].push_back(epoch.validationMae);
  }
  std::string beside = fs::path(output).replace_extension(".json").string();
  if (Status written = writeFile(beside, curve.dump(2) + "\n"); !written)
    return reportError(written.message());
  if (Status written = writeFamily(family, output); !written)
    return reportError(written.message());

  fmt::print("\n{}: {} parameters, {} MACs; MAE x 10^-3 of SOH on unseen "
             "cells{}\n",
             model.name, countParameters(model), countMacs(model),
             data.simulated ? ", simulated" : "");
  WindowOptions every{model.window, model.horizon, 1};
  WindowSet train = makeWindows(data.split.train, every);
  WindowSet validation = makeWindows(data.split.validation, every);
  LinearFloor ridge = fitRidge(train, validation);
  for (const auto &[side, windows] :
       {std::pair("validation", validation),
        std::pair("test", makeWindows(data.split.test, every))}) {
    fmt::print("  {} ({} windows)\n", side, windows.size());
    for (const Floor &floor : measureFloors(windows.inputs, windows.targets))
      fmt::print("    {:<26}{:>10.4f}\n", floor.name, floor.mae * 1e3);
    double linear = maeOf(ridge.forecast(windows.inputs), windows.targets);
    fmt::print("    {:<26}{:>10.4f}\n", ridge.name, linear * 1e3);
    if (double mae = model.measured.at(side).maeFloat.value_or(0); mae > 0)
      fmt::print("    {:<26}{:>10.4f}  {:.3f} of {}\n", model.name, mae * 1e3,
                 mae / linear, ridge.name);
  }
  fmt::print("\nwrote {}\n", output);
  return 0;
}

} // namespace dlnet
