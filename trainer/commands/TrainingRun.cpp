// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/commands/TrainingRun.h"

#include "frontend/series/Baselines.h"
#include "frontend/series/LinearBaselines.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// What a failure says of a network that is in a checkpoint.
std::string keptIn(const std::string &checkpoint) {
  if (checkpoint.empty())
    return "";
  return fmt::format("; the trained network is kept in {}, and the same "
                     "command writes it without training again",
                     checkpoint);
}

/// Writes the family anywhere else, and says where.
std::string rescue(const std::string &output, const std::string &bytes) {
  std::error_code error;
  std::string name = fmt::format("{}-rescued-{}.safetensors",
                                 fs::path(output).stem().string(), getpid());
  for (const fs::path &folder :
       {fs::path(output).parent_path(), fs::temp_directory_path(error),
        fs::current_path(error)}) {
    std::string path = (folder / name).string();
    if (!fs::exists(path, error) && writeFile(path, bytes))
      return fmt::format("; the trained network is kept in {}", path);
  }
  return "; the trained network is lost: --checkpoint would have kept it";
}

} // namespace

std::string curvePath(const std::string &output) {
  return fs::path(output).replace_extension(".json").string();
}

void makeQuick(FitOptions &fit, int64_t &stride) {
  fit.epochs = std::min<int64_t>(fit.epochs, 2);
  stride = std::max<int64_t>(stride, 10);
}

Result<TrainingRun> TrainingRun::prepare(const DataOptions &dataOptions,
                                         const TeacherOptions &teaching,
                                         const FamilyModel &shape,
                                         int64_t stride,
                                         const std::string &familyName) {
  std::optional<Teacher> teacher;
  std::vector<SohKind> taught; // what the teachers' SOH is
  Trainer::Options options;
  options.window = shape.window;
  options.horizon = shape.horizon;
  options.outputScale = shape.outputScale;
  options.stride = stride;
  options.blocks = {shape.block};
  if (!teaching.sources.empty()) {
    std::vector<Family> families;
    for (const std::string &source : teaching.sources) {
      Result<Family> family = readTeachers(source);
      if (!family)
        return family.failure();
      taught.push_back(family->data.soh);
      families.push_back(std::move(*family));
    }
    Result<Teacher> loaded = Teacher::load(families);
    if (!loaded)
      return loaded.failure();
    teacher = std::move(*loaded);
    fmt::print("teacher: {}\n", teacher->description());
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
  TrainingRun run{std::move(*data), std::move(teacher), teaching,
                  std::move(*trainer)};
  if (Status possible = run.rehearse(shape, familyName); !possible)
    return possible.failure();
  return run;
}

Family TrainingRun::familyOf(const FamilyModel &model,
                             const std::string &name) const {
  Family family;
  family.name = name;
  family.producer = "dlnet-train " DLNET_VERSION;
  family.data = data.record;
  family.models.push_back(model);
  return family;
}

Status TrainingRun::rehearse(const FamilyModel &shape,
                             const std::string &name) const {
  FamilyModel stand = shape;
  stand.masks.clear();
  stand.tensors.clear();
  stand.ranges.coefficients.resize(size_t(stand.basis));
  for (const auto &[key, extents] : expectedTensors(stand)) {
    Tensor &tensor = stand.tensors[key];
    tensor.shape = extents;
    int64_t count = 1;
    for (int64_t extent : extents)
      count *= extent;
    tensor.values.assign(size_t(count), 1.0f);
  }
  if (teacher)
    stand.trained.teacher = teacher->description();
  Result<std::string> bytes = serializeFamily(familyOf(stand, name));
  return bytes ? success() : Status(bytes.failure());
}

Distillation TrainingRun::distillation() const {
  return {teacher ? &*teacher : nullptr, teaching.firstShare,
          teaching.lastShare, teaching.trajectory};
}

int TrainingRun::finish(const Trained &trained, const std::string &familyName,
                        const std::string &output,
                        const std::string &checkpoint) const {
  const FamilyModel &model = trained.model;
  nlohmann::json curve = {{"model", model.name}, {"seed", model.seed}};
  for (const Epoch &epoch : trained.epochs) {
    curve["loss"].push_back(epoch.loss);
    curve["validation_mae"].push_back(epoch.validationMae);
  }
  Result<std::string> bytes = serializeFamily(familyOf(model, familyName));
  if (!bytes)
    return reportError(
        fmt::format("{}: {}{}", output, bytes.message(), keptIn(checkpoint)));
  Status written =
      writeFiles({{output, *bytes}, {curvePath(output), curve.dump(2) + "\n"}});
  if (!written)
    return reportError(written.message() + (checkpoint.empty()
                                                ? rescue(output, *bytes)
                                                : keptIn(checkpoint)));

  fmt::print("\n{}: {} parameters, {} MACs; MAE x 10^-3 of SOH on unseen "
             "batteries{}\n",
             model.name, countParameters(model), countMacs(model),
             data.simulated ? ", simulated" : "");
  WindowOptions every{model.window, model.horizon, 1};
  WindowSet train = makeWindows(data.split.train, every);
  WindowSet validation = makeWindows(data.split.validation, every);
  LinearBaseline ridge = fitRidge(train, validation);
  for (const auto &[side, windows] :
       {std::pair("validation", validation),
        std::pair("test", makeWindows(data.split.test, every))}) {
    fmt::print("  {} ({} windows)\n", side, windows.size());
    for (const Baseline &baseline :
         measureBaselines(windows.inputs, windows.targets))
      fmt::print("    {:<26}{:>10.4f}\n", baseline.name, baseline.mae * 1e3);
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
