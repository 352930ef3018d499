// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/FamilyReport.h"

#include "frontend/series/CleaningReport.h"
#include "trainer/Comparison.h"
#include "trainer/family/StageFigures.h"
#include "trainer/family/Statistics.h"
#include "trainer/report/Pictures.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace dlnet {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class Reporter {
public:
  explicit Reporter(const FamilyRun &run) : run(run) {}

  Result<FamilyOutcome> report(const std::string &familyName) {
    if (Status read = readJobs(); !read)
      return read.failure();
    Result<Data> loaded = loadFold(run, 0);
    if (!loaded)
      return loaded.failure();
    data = std::move(*loaded);
    assemble(familyName);
    Result<StageFigures> measured = measureStages(run, families);
    if (!measured)
      return measured.failure();
    stages = std::move(*measured);
    if (Status done = compare(); !done)
      return done.failure();
    writeFlat();
    writeStudents();
    report_["stages"] = toJson(stages);
    if (Status drawn = draw(); !drawn)
      return drawn.failure();
    outcome.files["report.json"] = report_.dump(2) + "\n";
    return std::move(outcome);
  }

private:
  const FamilyModel &modelOf(const PlannedJob &job) const {
    return families.at(job.job.output).models.front();
  }

  Status readJobs() {
    for (const PlannedJob &job : run.plan.jobs) {
      Result<Family> family = readFamily(job.job.output);
      if (!family)
        return family.failure();
      if (family->models.size() != 1)
        return Failure{fmt::format("{}: holds {} models, expected one",
                                   job.job.output, family->models.size())};
      if (!family->models.front().outdated.empty())
        return Failure{fmt::format(
            "{}: its errors were measured of other weights; remove the file, "
            "and it is trained again",
            job.job.output)};
      families.emplace(job.job.output, std::move(*family));
    }
    return success();
  }

  static double validationOf(const FamilyModel &model) {
    const MeasuredError &error = model.measured.at("validation");
    return error.maeInt8 ? *error.maeInt8 : error.maeFloat.value_or(1);
  }

  /// The seed that is best on the validation batteries.
  const FamilyModel &best(Variant variant, const std::string &student) const {
    auto jobs = run.plan.find(variant, student, 0);
    auto found = std::min_element(
        jobs.begin(), jobs.end(), [&](const auto *a, const auto *b) {
          return validationOf(modelOf(*a)) < validationOf(modelOf(*b));
        });
    return modelOf(**found);
  }

  void assemble(const std::string &familyName) {
    Family &family = outcome.family;
    family.name = familyName;
    family.producer = "dlnet-train " DLNET_VERSION;
    family.data = data.record;
    for (const Shape &shape : run.design.students)
      family.models.push_back(best(Variant::Dense, shape.name()));
    auto addPruned = [&](Variant variant, const Shape &shape, double share) {
      FamilyModel pruned = best(variant, shape.name());
      pruned.name += fmt::format("_p{:.0f}", share * 100);
      family.models.push_back(std::move(pruned));
    };
    for (const Shape &shape : run.design.students) {
      addPruned(Variant::Pruned, shape, run.design.pruned(Variant::Pruned));
      if (run.design.has(Variant::DeepPruned, shape))
        addPruned(Variant::DeepPruned, shape,
                  run.design.pruned(Variant::DeepPruned));
    }
    size_t number = 0;
    for (const PlannedJob *job : run.plan.find(Variant::Teacher, "", 0)) {
      FamilyModel teacher = modelOf(*job);
      teacher.name = fmt::format("teacher{}", ++number);
      family.models.push_back(std::move(teacher));
    }
  }

  Status compare() {
    ComparisonOptions options;
    options.figures = run.figures;
    options.published = !run.options.quick;
    if (run.options.quick)
      options.fit.epochs = 2;
    Result<Comparison> byBattery =
        compareByBattery({outcome.family.models[0], outcome.family.models[1]},
                         data.split, options);
    if (!byBattery)
      return byBattery.failure();
    comparison = std::move(*byBattery);
    report_["unseen_cells"] = toJson(comparison);
    Result<Comparison> byWindow =
        compareByWindow(outcome.family.models[0], data.set.batteries, options);
    if (!byWindow)
      return byWindow.failure();
    report_["paper_protocol"] = toJson(*byWindow);
    outcome.files["report.txt"] =
        fmt::format("{}\n{}\n{}", printComparison(comparison),
                    printStages(run, stages), printComparison(*byWindow));
    return success();
  }

  void put(const std::string &key, const OverSeeds &figure) {
    report_[key] = figure.mean();
    if (figure.values.size() > 1)
      report_[key + "_sd"] = figure.sd();
  }

  /// Trained as the family's students are.
  const OverSeeds &folded(const Shape &shape) {
    return stages.folds.at(shape.name()).at(Variant::Output);
  }

  void writeFlat() {
    report_["simulated"] = data.simulated;
    report_["cleaning"] = cleaningJson(data.set);
    report_["split"] = data.record.split;
    report_["seeds"] = run.options.seeds;
    report_["folds"] = run.options.validatedFolds();
    if (run.options.validatedFolds()) {
      // Over folds, not seeds: ridge has none, the ensemble holds several.
      report_["mae_ridge"] = stages.ridge.mean();
      report_["mae_teacher"] = stages.teacher.mean();
      report_["mae_teacher_by_fold"] = stages.teacher.values;
      report_["mae_ridge_by_fold"] = stages.ridge.values;
      put("mae_student_2000", folded(run.design.upTo2000()));
      put("mae_student_500", folded(run.design.upTo500()));
      OverSeeds ratio = folded(run.design.upTo2000());
      for (double &value : ratio.values)
        value /= stages.ridge.mean();
      put("mae_student_2000_over_ridge", ratio);
    }
    put("mae_pruned50_recovered_ratio",
        ratioOf(Variant::Pruned, Variant::Dense, run.design.upTo2000().name()));
    OverSeeds int8;
    for (const PlannedJob *job :
         run.plan.find(Variant::Dense, run.design.upTo2000().name(), 0)) {
      const MeasuredError &error = modelOf(*job).measured.at("test");
      if (error.maeInt8)
        int8.values.push_back(*error.maeInt8 / *error.maeFloat);
    }
    put("mae_int8_ratio", int8);
    if (run.fusedSpeedup)
      report_["fused_speedup"] = *run.fusedSpeedup;
    double seconds = 0, foldSeconds = 0;
    for (size_t i = 0; i < run.results.size(); ++i)
      (run.plan.jobs[i].fold == 0 ? seconds : foldSeconds) +=
          run.results[i].seconds;
    report_["family_minutes"] = seconds / double(run.atOnce) / 60;
    report_["cross_validation_minutes"] = foldSeconds / double(run.atOnce) / 60;
    report_["jobs_at_once"] = run.atOnce;
  }

  /// Of test errors in float, seed by seed.
  OverSeeds ratioOf(Variant above, Variant below,
                    const std::string &student) const {
    OverSeeds ratio;
    auto first = run.plan.find(above, student, 0);
    auto second = run.plan.find(below, student, 0);
    for (size_t i = 0; i < first.size(); ++i)
      ratio.values.push_back(*modelOf(*first[i]).measured.at("test").maeFloat /
                             *modelOf(*second[i]).measured.at("test").maeFloat);
    return ratio;
  }

  OverSeeds testOf(Variant variant, const std::string &student,
                   bool int8) const {
    OverSeeds errors;
    for (const PlannedJob *job : run.plan.find(variant, student, 0)) {
      const MeasuredError &error = modelOf(*job).measured.at("test");
      errors.values.push_back(int8 && error.maeInt8 ? *error.maeInt8
                                                    : *error.maeFloat);
    }
    return errors;
  }

  void writeStudents() {
    for (const Shape &shape : run.design.students) {
      const FamilyModel &model =
          modelOf(*run.plan.find(Variant::Dense, shape.name(), 0).front());
      json student = {{"name", shape.name()},
                      {"parameters", countParameters(model)},
                      {"macs", countMacs(model)}};
      std::vector<std::pair<std::string, Variant>> variants = {
          {"distilled", Variant::Output},
          {"int8_aware", Variant::Dense},
          {"pruned50", Variant::Pruned}};
      if (run.design.has(Variant::DeepPruned, shape))
        variants.emplace_back(
            fmt::format("pruned{:.0f}",
                        run.design.pruned(Variant::DeepPruned) * 100),
            Variant::DeepPruned);
      for (const auto &[key, variant] : variants) {
        OverSeeds real = testOf(variant, shape.name(), false);
        OverSeeds integer = testOf(variant, shape.name(), true);
        student[key] = {{"mae", real.mean()},
                        {"mae_sd", real.sd()},
                        {"mae_int8", integer.mean()},
                        {"mae_int8_sd", integer.sd()}};
      }
      report_["students"].push_back(std::move(student));
    }
  }

  static Spread spreadOf(const OverSeeds &errors) {
    auto [low, high] =
        std::minmax_element(errors.values.begin(), errors.values.end());
    return {errors.mean(), *low, *high};
  }

  Status keep(const std::string &name, Result<std::string> picture) {
    if (!picture)
      return picture.failure();
    outcome.files[name] = std::move(*picture);
    return success();
  }

  Status draw() {
    std::string spread =
        fmt::format("bars: range over {} seeds", run.options.seeds);
    auto heading = [&](const std::string &title) {
      return Heading{title, data.simulated};
    };
    if (Status done =
            keep("losses.svg", drawLosses(heading("Loss by epoch"), losses()));
        !done)
      return done;

    const Contender *baseline = comparison.find("ridge");
    const Contender &model = comparison.contenders.front();
    std::vector<Curve> curves;
    for (const char *name : {"linear, last 20 cycles",
                             "quadratic, last 100 cycles", "ridge", "MLP"})
      if (const Contender *each = comparison.find(name))
        curves.push_back({each->name, each->figures.maeByHorizon});
    curves.push_back({model.name, model.figures.maeByHorizon});
    if (const Contender *integer = comparison.find(model.name + " int8"))
      curves.push_back({integer->name, integer->figures.maeByHorizon});
    if (Status done =
            keep("horizons.svg",
                 drawHorizons(heading("Error by cycles ahead"), curves));
        !done)
      return done;
    if (Status done =
            keep("forecasts.svg",
                 drawForecasts(heading("Forecasts on unseen batteries"),
                               forecasts(model, *baseline)));
        !done)
      return done;

    FrontPicture front;
    front.costLabel = "multiply-accumulates a forecast";
    front.spreadNote = spread;
    for (const Shape &shape : run.design.students)
      front.students.push_back(
          {shape.name(),
           double(countMacs(modelOf(
               *run.plan.find(Variant::Dense, shape.name(), 0).front()))),
           spreadOf(testOf(Variant::Dense, shape.name(), true))});
    FrontPoint teacher{"teacher", 0, {stages.familyTeacher, 0, 0}};
    for (const PlannedJob *job : run.plan.find(Variant::Teacher, "", 0))
      teacher.cost += double(countMacs(modelOf(*job)));
    front.teacher = std::move(teacher);
    front.baselines = {{"ridge", baseline->figures.mae}};
    if (Status done = keep(
            "front.svg",
            drawFront(heading("Students: int8 error against cost"), front));
        !done)
      return done;

    std::vector<StageBar> bars;
    for (const auto &[student, variants] : stages.folds)
      for (const auto &[variant, errors] : variants)
        bars.push_back({fmt::format("{} {}", student, dlnet::name(variant)),
                        spreadOf(errors)});
    if (!run.options.validatedFolds())
      return success();
    return keep(
        "stages.svg",
        drawStages(heading("What a teacher is worth, by fold"), bars, spread));
  }

  std::vector<LossRun> losses() const {
    std::vector<LossRun> runs;
    for (const Shape &shape : {run.design.students.front(),
                               run.design.upTo2000(), run.design.upTo500()}) {
      fs::path curve =
          run.plan.find(Variant::Output, shape.name(), 0).front()->job.output;
      curve.replace_extension(".json");
      std::ifstream stream(curve);
      json figures = json::parse(stream, nullptr, false);
      if (!figures.is_object() || !figures.contains("loss"))
        continue;
      runs.push_back({shape.name(), figures["loss"].get<std::vector<double>>(),
                      figures["validation_mae"].get<std::vector<double>>()});
    }
    return runs;
  }

  ForecastPicture forecasts(const Contender &model,
                            const Contender &baseline) const {
    const WindowSet &windows = comparison.windows;
    std::vector<double> errors(size_t(windows.size()));
    for (Eigen::Index i = 0; i < windows.size(); ++i)
      errors[size_t(i)] = double(
          (model.forecast.row(i) - windows.targets.row(i)).cwiseAbs().mean());
    PickedWindows picked = pickWindows(errors, windows.battery, 3);
    auto panels = [&](const std::vector<size_t> &rows) {
      std::vector<ForecastPanel> list;
      for (size_t row : rows) {
        auto values = [&](const RowMatrix &matrix) {
          auto found = matrix.row(Eigen::Index(row));
          return std::vector<float>(found.data(), found.data() + found.size());
        };
        list.push_back({fmt::format("{}: {:.2f}e-3",
                                    windows.names[size_t(windows.battery[row])],
                                    errors[row] * 1e3),
                        double(windows.first[row] + 1), values(windows.inputs),
                        values(windows.targets), values(model.forecast),
                        values(baseline.forecast)});
      }
      return list;
    };
    return {model.name, baseline.name, panels(picked.typical),
            panels(picked.worst)};
  }

  const FamilyRun &run;
  JobFamilies families;
  Data data;
  StageFigures stages;
  Comparison comparison;
  json report_ = json::object();
  FamilyOutcome outcome;
};

} // namespace

Result<FamilyOutcome> reportFamily(const FamilyRun &run,
                                   const std::string &familyName) {
  return Reporter(run).report(familyName);
}

} // namespace dlnet
