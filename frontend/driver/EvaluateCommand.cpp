// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc evaluate FAMILY --data DIR: the float and the int8 network beside
// the baselines, all on the same windows of batteries that training never saw.
#include "frontend/compile/Compiler.h"
#include "frontend/driver/Commands.h"
#include "frontend/family/SohFormat.h"
#include "frontend/series/Baselines.h"
#include "frontend/series/CleaningReport.h"
#include "frontend/series/FamilyReading.h"
#include "frontend/support/WriteFiles.h"
#include "passes/Executor.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, data, model, split = "test", json;
  int64_t stride = 1;
  bool record = false;
  BatteryArguments reading;
  CompileOptions options;
};

struct Figures {
  size_t batteries = 0, windows = 0;
  double maeFloat = 0, maeInt8 = 0, maeFloatRaw = 0, maeInt8Raw = 0;
  std::vector<Baseline> baselines;
};

/// Forecasts every window with both executors.
mlir::FailureOr<Figures> measure(Compiler &compiler, const FamilyModel &model,
                                 const WindowSet &windows,
                                 const CompileOptions &options) {
  auto compiled = compiler.import(model, options.prefix);
  if (mlir::failed(compiled) ||
      mlir::failed(compiler.discretize(*compiled, options)))
    return mlir::failure();
  auto real = lnn::FloatExecutor::compile(compiled->model());
  if (mlir::failed(real) || mlir::failed(compiler.toInt8(*compiled, options)))
    return mlir::failure();
  auto integer = lnn::IntegerExecutor::compile(compiled->model());
  if (mlir::failed(integer))
    return mlir::failure();

  SohFormat format(compiled->model().getFractionBits());
  RowMatrix inReal(windows.size(), model.horizon);
  RowMatrix inInt8(windows.size(), model.horizon);
  std::vector<int16_t> window(model.window), forecast(model.horizon);
  for (Eigen::Index row = 0; row < windows.size(); ++row) {
    uint32_t age = static_cast<uint32_t>(windows.first[row] + model.window);
    real->run(windows.inputs.row(row).data(), inReal.row(row).data(), age);
    for (int64_t i = 0; i < model.window; ++i)
      window[i] = format.toInteger(windows.inputs(row, i));
    integer->run(window.data(), forecast.data(), age);
    for (int64_t h = 0; h < model.horizon; ++h)
      inInt8(row, h) = static_cast<float>(format.toReal(forecast[h]));
  }
  Figures figures;
  figures.windows = windows.size();
  figures.maeFloat = maeOf(inReal, windows.targets);
  figures.maeInt8 = maeOf(inInt8, windows.targets);
  figures.maeFloatRaw = maeOf(inReal, windows.rawTargets);
  figures.maeInt8Raw = maeOf(inInt8, windows.rawTargets);
  figures.baselines = measureBaselines(windows.inputs, windows.targets);
  return figures;
}

void print(const FamilyModel &model, const Figures &figures,
           const FamilyBatteries &batteries, const std::string &soh,
           const std::string &split) {
  fmt::print("{}{}", printReading(batteries.set), printSkipped(batteries.set));
  fmt::print("SOH is {}\n", soh);
  Baseline best = bestPolynomialBaseline(figures.baselines);
  fmt::print("{} windows of {} {} batteries; MAE of SOH over {} cycles\n\n",
             figures.windows, figures.batteries,
             split == "test" ? "unseen" : "validation", model.horizon);
  fmt::print("{:<24} {:>9} {:>14}\n", "", "MAE", "of best baseline");
  auto row = [&](const std::string &name, double mae) {
    fmt::print("{:<24} {:>9.6f} {:>14.3f}\n", name, mae, mae / best.mae);
  };
  row(model.name + " float", figures.maeFloat);
  row(model.name + " int8", figures.maeInt8);
  for (const Baseline &baseline : figures.baselines)
    row(baseline.name, baseline.mae);
  fmt::print("\nint8 / float             {:>9.4f}\n",
             figures.maeInt8 / figures.maeFloat);
  fmt::print("on raw targets           {:>9.6f} float, {:.6f} int8\n",
             figures.maeFloatRaw, figures.maeInt8Raw);
}

std::string toJson(const FamilyModel &model, const Figures &figures,
                   const DataRecord &soh, const std::string &split) {
  nlohmann::json json = {
      {"model", model.name},
      {"soh", name(soh.soh)},
      {"nominal_ah", soh.soh == SohKind::Nominal ? nlohmann::json(soh.nominalAh)
                                                 : nlohmann::json(nullptr)},
      {"split", split},
      {"cells", figures.batteries},
      {"windows", figures.windows},
      {"mae_float", figures.maeFloat},
      {"mae_int8", figures.maeInt8},
      {"mae_float_raw", figures.maeFloatRaw},
      {"mae_int8_raw", figures.maeInt8Raw},
      {"best_baseline", bestPolynomialBaseline(figures.baselines).name},
      {"mae_int8_over_best_baseline",
       figures.maeInt8 / bestPolynomialBaseline(figures.baselines).mae}};
  for (const Baseline &baseline : figures.baselines)
    json["baselines"][baseline.name] = baseline.mae;
  return json.dump(2) + "\n";
}

/// A family states errors of its own SOH, and of the integers that everybody
/// gets from it.
Status checkRecord(const Arguments &arguments, const Family &family,
                   const BatteryOptions &reading) {
  if (!arguments.record)
    return success();
  if (std::string text = contradiction(family.data, reading); !text.empty())
    return Failure{fmt::format(
        "--record: {}; the family can state errors of its own SOH alone",
        text)};
  const CompileOptions usual, &asked = arguments.options;
  if (asked.stateBits != usual.stateBits || asked.lutBits != usual.lutBits ||
      asked.knotTolerance != usual.knotTolerance || !asked.calibrate.empty())
    return Failure{"--record: does not go with --state-bits, --lut-bits, "
                   "--knot-tolerance or --calibrate; the family states errors without them"};
  return success();
}

int evaluate(const Arguments &arguments) {
  auto selected = readModel(arguments.family, arguments.model);
  if (!selected)
    return reportError(selected.message());
  for (const std::string &output :
       {arguments.json, arguments.record ? arguments.family : std::string()})
    if (Status writable = output.empty() ? success() : checkWritable(output);
        !writable)
      return reportError(writable.message());
  const Family &family = selected->family;
  const FamilyModel &model = selected->model();
  auto read = readBatteriesFor(family, model, arguments.data, arguments.reading,
                               model.window + model.horizon);
  if (!read)
    return reportError(read.message());
  const BatterySet *set = &read->set;
  for (const std::string &warning : read->warnings)
    reportWarning(warning);
  if (Status may = checkRecord(arguments, family, read->reading); !may)
    return reportError(may.message());
  DataRecord taken = family.data;
  recordReading(read->reading, {}, taken);
  bool validates = arguments.split == "validation";
  std::vector<Battery> batteries =
      validates ? batteriesWithin(set->batteries, family.data.validation)
                : batteriesOutside(set->batteries,
                                   {family.data.train, family.data.validation});
  WindowSet windows =
      makeWindows(batteries, {model.window, model.horizon, arguments.stride});
  if (windows.size() == 0)
    return reportError(fmt::format(
        "{}: no window of {} cycles in and {} out on a battery that the family "
        "was {} on ({} batteries read, {} skipped)",
        arguments.data, model.window, model.horizon,
        validates ? "chosen" : "not trained or chosen", set->batteries.size(),
        set->skipped.size()));

  Compiler compiler;
  CompileOptions options = arguments.options;
  options.prefix = family.name;
  auto figures = measure(compiler, model, windows, options);
  if (mlir::failed(figures))
    return reportError(fmt::format("{}: model {} was not compiled{}",
                                   arguments.family, model.name,
                                   compiler.why()));
  figures->batteries =
      std::set<int>(windows.battery.begin(), windows.battery.end()).size();
  print(model, *figures, *read, describeSoh(taken), arguments.split);

  if (!arguments.json.empty()) {
    if (Status status = writeFile(
            arguments.json, toJson(model, *figures, taken, arguments.split));
        !status)
      return reportError(status.message());
  }
  if (arguments.record) {
    FamilyModel &entry = selected->family.models[selected->index];
    recordErrors(entry, arguments.split, figures->maeFloat, figures->maeInt8);
    if (Status status = writeFamily(family, arguments.family); !status)
      return reportError(status.message());
  }
  return 0;
}

} // namespace

void dlnet::addEvaluate(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "evaluate",
      "Measure a model in float and in int8 beside simple baselines");
  command->add_option("family", arguments->family, "Family file")->required();
  command->add_option("--data", arguments->data, "Folder or file of batteries")
      ->required();
  addBatteryArguments(*command, arguments->reading, " (default: the family's)");
  command->add_option("--model", arguments->model,
                      "Model to measure; default: the first student");
  command
      ->add_option(
          "--split", arguments->split,
          "Batteries to measure on: test (the default: all that neither "
          "trained nor chose the model) or validation (those that "
          "chose it; compile --budget compares these errors)")
      ->check(oneOf({"test", "validation"}));
  command
      ->add_option("--stride", arguments->stride,
                   "Cycles between two windows of a battery")
      ->check(CLI::Range(1, 100000));
  command->add_option("--json", arguments->json, "Also write the figures here");
  command->add_flag("--record", arguments->record,
                    "Write the measured errors into the family");
  addPipelineOptions(*command, arguments->options);
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return evaluate(*arguments); };
  });
}
