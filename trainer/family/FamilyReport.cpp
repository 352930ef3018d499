// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/FamilyReport.h"

#include "trainer/Comparison.h"
#include "trainer/Teacher.h"
#include "trainer/Train.h"
#include "trainer/cells/CleaningReport.h"
#include "trainer/cells/Floors.h"
#include "trainer/cells/LinearFloors.h"
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

/// The cross-validated figures, MAE on the judging fold averaged over folds.
struct Folds {
  OverSeeds ridge;   ///< A value a fold.
  OverSeeds teacher; ///< A value a fold.
  std::map<std::string, std::map<Variant, OverSeeds>> students; ///< A seed.
};

class Reporter {
public:
  explicit Reporter(const FamilyRun &run) : run(run) {}

  Result<FamilyOutcome> report(const std::string &familyName) {
    if (Status read = readJobs(); !read)
      return read.failure();
    Result<Data> loaded = loadSplit(0);
    if (!loaded)
      return loaded.failure();
    data = std::move(*loaded);
    assemble(familyName);
    if (Status done = crossValidate(); !done)
      return done.failure();
    if (Status done = compare(); !done)
      return done.failure();
    writeFlat();
    writeStudents();
    writeStages();
    if (Status drawn = draw(); !drawn)
      return drawn.failure();
    outcome.files["report.json"] = report_.dump(2) + "\n";
    return std::move(outcome);
  }

private:
  const FamilyModel &modelOf(const PlannedJob &job) const {
    return models.at(job.job.output);
  }

  Status readJobs() {
    for (const PlannedJob &job : run.plan.jobs) {
      Result<Family> family = readFamily(job.job.output);
      if (!family)
        return family.failure();
      if (family->models.size() != 1)
        return Failure{fmt::format("{}: holds {} models, expected one",
                                   job.job.output, family->models.size())};
      models.emplace(job.job.output, family->models.front());
      families.emplace(job.job.output, std::move(*family));
    }
    return success();
  }

  Result<Data> loadSplit(int64_t fold) const {
    DataOptions options = run.data;
    options.splitSeed = run.options.splitSeed;
    options.folds = run.options.folds;
    options.fold = fold;
    return loadData(options);
  }

  static double validationOf(const FamilyModel &model) {
    const MeasuredError &error = model.measured.at("validation");
    return error.maeInt8 ? *error.maeInt8 : error.maeFloat.value_or(1);
  }

  /// The seed that is best on the validation cells.
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
    for (const StudentShape &shape : studentGrid())
      family.models.push_back(best(Variant::Dense, shape.name()));
    for (const StudentShape &shape : studentGrid()) {
      FamilyModel pruned = best(Variant::Pruned, shape.name());
      pruned.name += "_p50";
      family.models.push_back(std::move(pruned));
    }
    size_t number = 0;
    for (const PlannedJob *job : run.plan.find(Variant::Teacher, "", 0)) {
      FamilyModel teacher = modelOf(*job);
      teacher.name = fmt::format("teacher{}", ++number);
      family.models.push_back(std::move(teacher));
    }
  }

  Result<double> teacherMae(int64_t fold, const Split &split) const {
    std::vector<Family> members;
    std::vector<FamilyModel> shapes;
    for (const PlannedJob *job : run.plan.find(Variant::Teacher, "", fold)) {
      members.push_back(families.at(job->job.output));
      shapes.push_back(modelOf(*job));
    }
    Result<Teacher> teacher = Teacher::load(members);
    if (!teacher)
      return teacher.failure();
    const FamilyModel &first = shapes.front();
    WindowSet windows =
        makeWindows(split.test, {first.window, first.horizon, 1});
    Samples samples = makeSamples(windows, first.block, first.outputScale);
    double sum = 0;
    forSlabs(samples.size(), [&](int64_t from, int64_t count) {
      torch::Tensor error =
          teacher->forecast(samples.view.narrow(from, count)) -
          samples.deltas.narrow(0, from, count);
      sum += error.abs().sum(torch::kDouble).item<double>();
    });
    return sum / double(samples.deltas.numel()) / first.outputScale;
  }

  Status crossValidate() {
    std::vector<const PlannedJob *> any;
    for (int64_t fold = 0; fold < run.options.folds; ++fold) {
      Result<Data> split = loadSplit(fold);
      if (!split)
        return split.failure();
      const FamilyModel &first = outcome.family.models.front();
      WindowOptions every{first.window, first.horizon, 1};
      WindowSet test = makeWindows(split->split.test, every);
      folds.ridge.values.push_back(
          maeOf(fitRidge(makeWindows(split->split.train, every),
                         makeWindows(split->split.validation, every))
                    .forecast(test.inputs),
                test.targets));
      Result<double> teacher = teacherMae(fold, split->split);
      if (!teacher)
        return teacher.failure();
      folds.teacher.values.push_back(*teacher);
    }
    if (!run.options.folds)
      return success();
    for (const StudentShape &shape : {studentUpTo2000(), studentUpTo500()})
      for (Variant variant :
           {Variant::Alone, Variant::Output, Variant::Trajectory})
        for (int64_t seed = 0; seed < run.options.seeds; ++seed) {
          OverSeeds byFold;
          for (int64_t fold = 0; fold < run.options.folds; ++fold)
            byFold.values.push_back(
                *modelOf(
                     *run.plan.find(variant, shape.name(), fold)[size_t(seed)])
                     .measured.at("test")
                     .maeFloat);
          folds.students[shape.name()][variant].values.push_back(byFold.mean());
        }
    return success();
  }

  Status compare() {
    ComparisonOptions options;
    if (run.options.quick)
      options.fit.epochs = 2;
    Result<Comparison> byCell =
        compareByCell({outcome.family.models[0], outcome.family.models[1]},
                      data.split, options);
    if (!byCell)
      return byCell.failure();
    comparison = std::move(*byCell);
    report_["unseen_cells"] = toJson(comparison);
    std::string text = printComparison(comparison);
    Result<Comparison> byWindow =
        compareByWindow(outcome.family.models[0], data.set.cells, options);
    if (!byWindow)
      return byWindow.failure();
    report_["paper_protocol"] = toJson(*byWindow);
    outcome.files["report.txt"] = text + "\n" + printComparison(*byWindow);
    return success();
  }

  void put(const std::string &key, const OverSeeds &figure) {
    report_[key] = figure.mean();
    if (figure.values.size() > 1)
      report_[key + "_sd"] = figure.sd();
  }

  /// The better of the ways to train that student, by what was measured most
  /// often: with the output term, as the family's students are.
  const OverSeeds &folded(const StudentShape &shape) {
    return folds.students.at(shape.name()).at(Variant::Output);
  }

  void writeFlat() {
    report_["simulated"] = data.simulated;
    report_["cleaning"] = cleaningJson(data.set);
    report_["split"] = data.record.split;
    report_["seeds"] = run.options.seeds;
    report_["folds"] = run.options.folds;
    if (run.options.folds) {
      put("mae_ridge", folds.ridge);
      // Folds, not seeds: the ensemble already holds several.
      report_["mae_teacher"] = folds.teacher.mean();
      report_["mae_teacher_by_fold"] = folds.teacher.values;
      report_["mae_ridge_by_fold"] = folds.ridge.values;
      report_.erase("mae_ridge_sd");
      put("mae_student_2000", folded(studentUpTo2000()));
      put("mae_student_500", folded(studentUpTo500()));
      OverSeeds ratio = folded(studentUpTo2000());
      for (double &value : ratio.values)
        value /= folds.ridge.mean();
      put("mae_student_2000_over_ridge", ratio);
    }
    put("mae_pruned50_recovered_ratio",
        ratioOf(Variant::Pruned, Variant::Dense, studentUpTo2000().name()));
    OverSeeds int8;
    for (const PlannedJob *job :
         run.plan.find(Variant::Dense, studentUpTo2000().name(), 0)) {
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
    for (const StudentShape &shape : studentGrid()) {
      const FamilyModel &model =
          modelOf(*run.plan.find(Variant::Dense, shape.name(), 0).front());
      json student = {{"name", shape.name()},
                      {"parameters", model.parameters},
                      {"macs", model.macs}};
      for (auto [key, variant] : {std::pair("distilled", Variant::Output),
                                  std::pair("int8_aware", Variant::Dense),
                                  std::pair("pruned50", Variant::Pruned)}) {
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

  void writeStages() {
    for (const auto &[student, variants] : folds.students)
      for (const auto &[variant, errors] : variants)
        report_["stages_by_fold"][student][dlnet::name(variant)] = {
            {"mae", errors.mean()}, {"mae_sd", errors.sd()}};
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

    const Contender *floor = comparison.find("ridge");
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
    if (Status done = keep("forecasts.svg",
                           drawForecasts(heading("Forecasts on unseen cells"),
                                         forecasts(model, *floor)));
        !done)
      return done;

    FrontPicture front;
    front.costLabel = "multiply-accumulates a forecast";
    front.spreadNote = spread;
    for (const StudentShape &shape : studentGrid())
      front.students.push_back(
          {shape.name(),
           double(
               modelOf(*run.plan.find(Variant::Dense, shape.name(), 0).front())
                   .macs),
           spreadOf(testOf(Variant::Dense, shape.name(), true))});
    front.floors = {{"ridge", floor->figures.mae}};
    if (Status done = keep(
            "front.svg",
            drawFront(heading("Students: int8 error against cost"), front));
        !done)
      return done;

    std::vector<StageBar> bars;
    for (const auto &[student, variants] : folds.students)
      for (const auto &[variant, errors] : variants)
        bars.push_back({fmt::format("{} {}", student, dlnet::name(variant)),
                        spreadOf(errors)});
    if (!run.options.folds)
      return success();
    return keep(
        "stages.svg",
        drawStages(heading("What a teacher is worth, by fold"), bars, spread));
  }

  std::vector<LossRun> losses() const {
    std::vector<LossRun> runs;
    for (const StudentShape &shape :
         {studentGrid().front(), studentUpTo2000(), studentUpTo500()}) {
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
                            const Contender &floor) const {
    const WindowSet &windows = comparison.windows;
    std::vector<double> errors(size_t(windows.size()));
    for (Eigen::Index i = 0; i < windows.size(); ++i)
      errors[size_t(i)] = double(
          (model.forecast.row(i) - windows.targets.row(i)).cwiseAbs().mean());
    PickedWindows picked = pickWindows(errors, windows.cell, 3);
    auto panels = [&](const std::vector<size_t> &rows) {
      std::vector<ForecastPanel> list;
      for (size_t row : rows) {
        auto values = [&](const RowMatrix &matrix) {
          auto found = matrix.row(Eigen::Index(row));
          return std::vector<float>(found.data(), found.data() + found.size());
        };
        list.push_back({fmt::format("{}: {:.2f}e-3",
                                    windows.names[size_t(windows.cell[row])],
                                    errors[row] * 1e3),
                        double(windows.first[row] + 1), values(windows.inputs),
                        values(windows.targets), values(model.forecast),
                        values(floor.forecast)});
      }
      return list;
    };
    return {model.name, floor.name, panels(picked.typical),
            panels(picked.worst)};
  }

  const FamilyRun &run;
  std::map<std::string, FamilyModel> models;
  std::map<std::string, Family> families;
  Data data;
  Folds folds;
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
