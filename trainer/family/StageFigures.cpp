// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/StageFigures.h"

#include "frontend/series/Baselines.h"
#include "frontend/series/LinearBaselines.h"
#include "trainer/Fit.h"
#include "trainer/Prune.h"
#include "trainer/Teacher.h"
#include "trainer/Train.h"
#include "trainer/engine/QuantizedNetwork.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace dlnet {

namespace {

using nlohmann::json;

const FamilyModel &modelOf(const PlannedJob &job, const JobFamilies &families) {
  return families.at(job.job.output).models.front();
}

/// Adds a seed's errors to a stage. A model that cannot be compiled has none
/// in int8.
void add(Stage &stage, const MeasuredError &error) {
  stage.real.values.push_back(error.maeFloat.value_or(0));
  if (error.maeInt8)
    stage.int8.values.push_back(*error.maeInt8);
}

class Measurer {
public:
  Measurer(const FamilyRun &run, const JobFamilies &families)
      : run(run), families(families) {}

  Result<StageFigures> measure() {
    for (int64_t fold = 0;
         fold < std::max<int64_t>(1, run.options.validatedFolds()); ++fold)
      if (Status done = measureFold(fold); !done)
        return done.failure();
    for (const Shape &shape : {run.design.upTo2000(), run.design.upTo500()})
      if (run.options.validatedFolds())
        for (Variant variant :
             {Variant::Alone, Variant::Output, Variant::Trajectory})
          figures.folds[shape.name()][variant] =
              overFolds(variant, shape.name());
    return std::move(figures);
  }

private:
  Status measureFold(int64_t fold) {
    Result<Data> data = loadFold(run, fold);
    if (!data)
      return data.failure();
    const Split &split = data->split;
    std::vector<Family> members;
    for (const PlannedJob *job : run.plan.find(Variant::Teacher, "", fold))
      members.push_back(families.at(job->job.output));
    Result<Teacher> teacher = Teacher::load(members);
    if (!teacher)
      return teacher.failure();
    const FamilyModel &first = teacher->members().front();
    WindowOptions every{first.window, first.horizon, 1};
    WindowSet windows = makeWindows(split.test, every);
    Samples test = makeSamples(windows, smallestBlock(), first.outputScale);
    double taught =
        measureMae([&](const View &view) { return teacher->forecast(view); },
                   test, first.outputScale);
    if (run.options.validatedFolds()) {
      figures.teacher.values.push_back(taught);
      LinearBaseline ridge = fitRidge(makeWindows(split.train, every),
                                      makeWindows(split.validation, every));
      figures.ridge.values.push_back(
          maeOf(ridge.forecast(windows.inputs), windows.targets));
    }
    if (fold > 0)
      return success();
    figures.familyTeacher = taught;
    for (const Shape &shape : {run.design.upTo2000(), run.design.upTo500()})
      if (Status done = measureStudent(shape.name(), test); !done)
        return done;
    return success();
  }

  /// The stages of one student on the family's own split.
  Status measureStudent(const std::string &student, const Samples &test) {
    std::vector<Stage> &stages = figures.stages[student];
    auto measured = [&](const char *name, Variant variant) {
      Stage stage{name, {}, {}};
      for (const PlannedJob *job : run.plan.find(variant, student, 0))
        add(stage, modelOf(*job, families).measured.at("test"));
      stages.push_back(std::move(stage));
    };
    measured("distilled", Variant::Output);
    measured("tuned for int8", Variant::Dense);
    Stage pruned{"pruned", {}, {}};
    for (const PlannedJob *job : run.plan.find(Variant::Output, student, 0)) {
      FamilyModel model = modelOf(*job, families);
      pruneBlocks(model, run.design.pruned(Variant::Pruned));
      Result<std::shared_ptr<Network>> network = loadNetwork(model);
      if (!network)
        return network.failure();
      MeasuredError error;
      error.maeFloat = measureMae(**network, model, test);
      QuantizedNetwork quantized(*network, model);
      if (quantized.check())
        error.maeInt8 = measureMae(quantized, model, test);
      add(pruned, error);
    }
    stages.push_back(std::move(pruned));
    measured("pruned, recovered", Variant::Recovered);
    measured("pruned, recovered, tuned", Variant::Pruned);
    return success();
  }

  int64_t smallestBlock() const {
    int64_t block = 0;
    for (const auto &[path, family] : families)
      block = std::gcd(block, family.models.front().block);
    return block;
  }

  OverSeeds overFolds(Variant variant, const std::string &student) const {
    OverSeeds bySeed;
    for (int64_t seed = 0; seed < run.options.seeds; ++seed) {
      OverSeeds byFold;
      for (int64_t fold = 0; fold < run.options.validatedFolds(); ++fold) {
        const PlannedJob *job =
            run.plan.find(variant, student, fold)[size_t(seed)];
        byFold.values.push_back(
            *modelOf(*job, families).measured.at("test").maeFloat);
      }
      bySeed.values.push_back(byFold.mean());
    }
    return bySeed;
  }

  const FamilyRun &run;
  const JobFamilies &families;
  StageFigures figures;
};

std::string spread(const OverSeeds &errors) {
  if (errors.values.empty())
    return "-";
  if (errors.values.size() == 1)
    return fmt::format("{:.4f}", errors.mean() * 1e3);
  return fmt::format("{:.4f} +- {:.4f}", errors.mean() * 1e3,
                     errors.sd() * 1e3);
}

} // namespace

Result<Data> loadFold(const FamilyRun &run, int64_t fold) {
  DataOptions options = run.data;
  options.splitSeed = run.options.splitSeed;
  options.folds = run.options.folds;
  options.fold = fold;
  return loadData(options);
}

Result<StageFigures> measureStages(const FamilyRun &run,
                                   const JobFamilies &families) {
  return Measurer(run, families).measure();
}

std::string printStages(const FamilyRun &run, const StageFigures &figures) {
  std::string out;
  auto line = std::back_inserter(out);
  int64_t seeds = run.options.seeds;
  if (run.options.validatedFolds()) {
    double ridge = figures.ridge.mean();
    fmt::format_to(line,
                   "{} folds by battery, test MAE x 10^-3 of SOH, float, mean "
                   "and standard deviation over {} seeds\n\n",
                   run.options.validatedFolds(), seeds);
    fmt::format_to(line, "{:<44}{:>20}{:>11}\n", "", "MAE", "of ridge");
    auto row = [&](const std::string &name, const std::string &errors,
                   double mean) {
      fmt::format_to(line, "{:<44}{:>20}{:>11.3f}\n", name, errors,
                     mean / ridge);
    };
    row("ridge", fmt::format("{:.4f}", ridge * 1e3), ridge);
    row("teacher", fmt::format("{:.4f}", figures.teacher.mean() * 1e3),
        figures.teacher.mean());
    for (const auto &[student, variants] : figures.folds)
      for (const auto &[variant, errors] : variants)
        row(fmt::format("{}, {}", student, name(variant)), spread(errors),
            errors.mean());
    fmt::format_to(line, "\n");
  }
  fmt::format_to(line,
                 "The stages after distillation, on the family's own split, "
                 "{} % of the state's products pruned\n\n",
                 run.design.pruned(Variant::Pruned) * 100);
  fmt::format_to(line, "{:<44}{:>20}{:>20}\n", "", "float", "int8");
  for (const auto &[student, stages] : figures.stages)
    for (const Stage &stage : stages)
      fmt::format_to(line, "{:<44}{:>20}{:>20}\n",
                     fmt::format("{}, {}", student, stage.name),
                     spread(stage.real), spread(stage.int8));
  return out;
}

json toJson(const StageFigures &figures) {
  json byFold = json::object(), byStage = json::object();
  for (const auto &[student, variants] : figures.folds)
    for (const auto &[variant, errors] : variants)
      byFold[student][name(variant)] = {{"mae", errors.mean()},
                                        {"mae_sd", errors.sd()}};
  for (const auto &[student, stages] : figures.stages)
    for (const Stage &stage : stages) {
      json entry = {{"stage", stage.name},
                    {"mae", stage.real.mean()},
                    {"mae_sd", stage.real.sd()}};
      if (!stage.int8.values.empty()) {
        entry["mae_int8"] = stage.int8.mean();
        entry["mae_int8_sd"] = stage.int8.sd();
      }
      byStage[student].push_back(std::move(entry));
    }
  return {{"by_fold", std::move(byFold)}, {"family_split", std::move(byStage)}};
}

} // namespace dlnet
