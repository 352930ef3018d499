// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc forecast FAMILY: one forecast as a person looks at it, made by the
// integer executor or by a device, beside what the battery really did.
#include "frontend/compile/Compiler.h"
#include "frontend/driver/Commands.h"
#include "frontend/driver/TextPlot.h"
#include "frontend/family/SohFormat.h"
#include "frontend/series/Baselines.h"
#include "frontend/series/CleaningReport.h"
#include "frontend/series/FamilyReading.h"
#include "frontend/support/WriteFiles.h"
#include "passes/Executor.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <sstream>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, model, battery, writeWindow, device;
  std::optional<uint64_t> simulate;
  std::optional<size_t> at;
  uint32_t ageOffset = 0;
  std::optional<int64_t> flashBytes;
  BatteryArguments reading;
  CompileOptions options;
};

/// What the firmware printed, as the emulator's runner recorded it.
struct DeviceRun {
  std::vector<int16_t> forecast;
  int64_t stackBytes = 0, stateBytes = 0;
  int64_t instructions = 0, cyclesLow = 0, cycles = 0, cyclesHigh = 0;
};

Result<DeviceRun> readDeviceRun(const std::string &path, int64_t horizon) {
  std::ifstream stream(path);
  if (!stream)
    return Failure{fmt::format("{}: cannot be read", path)};
  // Exceptions stay within this function.
  try {
    nlohmann::json json = nlohmann::json::parse(stream);
    DeviceRun run;
    std::istringstream lines(json.at("stdout").get<std::string>());
    std::string name;
    int64_t value;
    while (lines >> name >> value) {
      if (name == "forecast")
        run.forecast.push_back(static_cast<int16_t>(value));
      else if (name == "stack_bytes")
        run.stackBytes = value;
      else if (name == "state_bytes")
        run.stateBytes = value;
    }
    if (static_cast<int64_t>(run.forecast.size()) != horizon)
      return Failure{fmt::format("{}: holds {} forecast lines, expected {}",
                                 path, run.forecast.size(), horizon)};
    for (const auto &[function, calls] : json.at("calls").items()) {
      const nlohmann::json &call = calls.at(0);
      run.instructions = call.at("instructions").get<int64_t>();
      run.cyclesLow = call.at("cycles").at("low").get<int64_t>();
      run.cycles = call.at("cycles").at("mid").get<int64_t>();
      run.cyclesHigh = call.at("cycles").at("high").get<int64_t>();
    }
    return run;
  } catch (const nlohmann::json::exception &error) {
    return Failure{fmt::format("{}: {}", path, error.what())};
  }
}

Result<FamilyBatteries> chooseBattery(const Arguments &arguments,
                                      const Family &family,
                                      const FamilyModel &model) {
  if (arguments.battery.empty()) {
    std::vector<std::string> said = arguments.reading.asArguments();
    if (!said.empty())
      return Failure{fmt::format("{}: goes with --battery", said.front())};
    FamilyBatteries batteries;
    batteries.set.batteries = {
        simulatedFor(family.data, "simulated", arguments.simulate.value_or(7))};
    batteries.reading = readingOf(family.data);
    return batteries;
  }
  return readBatteryFor(family, model, arguments.battery, arguments.reading,
                        size_t(model.window));
}

/// A window of an old battery may be far from training, although the battery is
/// not.
void warnOfWindow(const Battery &battery, size_t at, const FamilyModel &model) {
  double sum = 0;
  for (size_t i = at - model.window; i < at; ++i)
    sum += battery.soh[i];
  double mean = sum / static_cast<double>(model.window);
  Range trained = trainedSoh(model);
  if (isFar(mean, trained) && !isFar(firstSoh(battery), trained))
    reportWarning(fmt::format("the window has a mean SOH of {:.2f}, far from "
                              "the {:.2f} to {:.2f} that {} was trained on",
                              mean, trained.low, trained.high, model.name));
}

/// The newest cycle of the window: as asked, or late in the battery's life,
/// with the whole horizon known where the battery is long enough.
Result<size_t> chooseCycle(const Arguments &arguments, const Battery &battery,
                           const FamilyModel &model) {
  size_t first = model.window, last = battery.soh.size();
  if (last < first)
    return Failure{fmt::format("{}: has {} cycles, a forecast needs {}",
                               battery.name, last, first)};
  if (arguments.at) {
    if (*arguments.at < first || *arguments.at > last)
      return Failure{
          fmt::format("--at {}: {} can be forecast from after cycles "
                      "{} to {}",
                      *arguments.at, battery.name, first, last)};
    return *arguments.at;
  }
  if (last < first + model.horizon)
    return last;
  return std::max(first, (last - model.horizon) * 19 / 20);
}

void printForecast(const FamilyBatteries &from, const DataRecord &data,
                   size_t at, const FamilyModel &model,
                   const std::vector<double> &forecast) {
  const Battery &battery = from.set.batteries.front();
  DataRecord soh = data;
  recordReading(from.reading, {}, soh);
  fmt::print("{}", printReading(from.set));
  size_t truth = std::min<size_t>(model.horizon, battery.target.size() - at);
  PlotSeries history{'.', "history", {}, {}}, real{'+', "truth", {}, {}},
      made{'o', "forecast", {}, {}};
  for (size_t i = at - model.window; i < at; ++i)
    history.x.push_back(i + 1), history.y.push_back(battery.soh[i]);
  for (size_t h = 0; h < truth; ++h)
    real.x.push_back(at + h + 1), real.y.push_back(battery.target[at + h]);
  for (size_t h = 0; h < forecast.size(); ++h)
    made.x.push_back(at + h + 1), made.y.push_back(forecast[h]);
  fmt::print("{}: SOH ({}), cycles {} to {}\n\n{}\n", battery.name,
             describeSoh(soh), at - model.window + 1, at + forecast.size(),
             drawPlot({history, real, made}, 68, 17));

  fmt::print("{:>8} {:>10} {:>10} {:>10}\n", "cycle", "forecast", "truth",
             "error");
  for (size_t h : {size_t(1), forecast.size() / 10, forecast.size() / 4,
                   forecast.size() / 2, forecast.size()}) {
    if (h == 0)
      continue;
    std::string tail =
        h <= truth
            ? fmt::format("{:>10.4f} {:>+10.4f}", battery.target[at + h - 1],
                          forecast[h - 1] - battery.target[at + h - 1])
            : fmt::format("{:>10} {:>10}", "-", "-");
    fmt::print("{:>8} {:>10.4f} {}\n", at + h, forecast[h - 1], tail);
  }
  if (truth == 0)
    return;
  RowMatrix input(1, model.window), target(1, truth), output(1, truth);
  for (int64_t i = 0; i < model.window; ++i)
    input(0, i) = static_cast<float>(battery.soh[at - model.window + i]);
  for (size_t h = 0; h < truth; ++h) {
    target(0, h) = static_cast<float>(battery.target[at + h]);
    output(0, h) = static_cast<float>(forecast[h]);
  }
  fmt::print("\nMAE over {} cycles: {:.5f}", truth, maeOf(output, target));
  for (const Baseline &baseline : measureBaselines(input, target))
    fmt::print("; {} {:.5f}", baseline.name, baseline.mae);
  fmt::print("\n");
}

int forecast(const Arguments &arguments) {
  auto selected = readModel(arguments.family, arguments.model);
  if (!selected)
    return reportError(selected.message());
  const Family &family = selected->family;
  const FamilyModel &model = selected->model();
  auto chosen = chooseBattery(arguments, family, model);
  if (!chosen)
    return reportError(chosen.message());
  const Battery *battery = &chosen->set.batteries.front();
  auto at = chooseCycle(arguments, *battery, model);
  if (!at)
    return reportError(at.message());
  if (arguments.writeWindow.empty()) {
    for (const std::string &warning : chosen->warnings)
      reportWarning(warning);
    warnOfWindow(*battery, *at, model);
  }

  Compiler compiler;
  CompileOptions options = arguments.options;
  options.prefix = family.name;
  auto compiled = compiler.compile(model, options);
  if (mlir::failed(compiled))
    return reportError(fmt::format("{}: model {} was not compiled{}",
                                   arguments.family, model.name,
                                   compiler.why()));
  SohFormat format(compiled->model().getFractionBits());
  std::vector<int16_t> window;
  for (size_t i = *at - model.window; i < *at; ++i)
    window.push_back(format.toInteger(battery->soh[i]));

  uint32_t age = arguments.ageOffset + static_cast<uint32_t>(*at);
  if (!arguments.writeWindow.empty()) {
    uint32_t count = 1;
    std::string bytes(reinterpret_cast<const char *>(&count), sizeof count);
    bytes.append(reinterpret_cast<const char *>(window.data()),
                 window.size() * sizeof(int16_t));
    if (model.features.age)
      bytes.append(reinterpret_cast<const char *>(&age), sizeof age);
    Status status = writeFile(arguments.writeWindow, bytes);
    return status ? 0 : reportError(status.message());
  }

  auto executor = lnn::IntegerExecutor::compile(compiled->model());
  if (mlir::failed(executor))
    return reportError("the model does not run");
  std::vector<int16_t> integers(model.horizon);
  executor->run(window.data(), integers.data(), age);
  std::vector<double> values;
  for (int16_t value : integers)
    values.push_back(format.toReal(value));

  if (arguments.device.empty()) {
    printForecast(*chosen, family.data, *at, model, values);
    return 0;
  }
  auto run = readDeviceRun(arguments.device, model.horizon);
  if (!run)
    return reportError(run.message());
  if (run->forecast != integers)
    return reportError(fmt::format("{}: the device's forecast differs from the "
                                   "compiler's own",
                                   arguments.device));
  printForecast(*chosen, family.data, *at, model, values);
  fmt::print("\non the simulated Cortex-M4, bit for bit the compiler's own "
             "forecast:\n");
  if (arguments.flashBytes)
    fmt::print("  flash         {:>7} B, code and tables\n",
               *arguments.flashBytes);
  fmt::print("  RAM           {:>7} B of state\n", run->stateBytes);
  fmt::print("  stack         {:>7} B\n", run->stackBytes);
  fmt::print("  instructions  {:>7}\n", run->instructions);
  fmt::print("  cycles        {:>7} (model: {} to {}), {:.2f} ms at 64 MHz\n",
             run->cycles, run->cyclesLow, run->cyclesHigh,
             static_cast<double>(run->cycles) / 64e3);
  return 0;
}

} // namespace

void dlnet::addForecast(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "forecast", "Forecast one battery in int8 and draw it beside the truth");
  command->add_option("family", arguments->family, "Family file")->required();
  command->add_option("--model", arguments->model,
                      "Model to run; default: the first student");
  auto *battery = command->add_option("--battery", arguments->battery,
                                      "CSV file with the battery's capacities");
  command
      ->add_option("--simulate", arguments->simulate,
                   "Seed of a simulated battery; default: 7")
      ->excludes(battery);
  addBatteryArguments(*command, arguments->reading, " (default: the family's)");
  command->add_option("--at", arguments->at,
                      "Forecast from after this cycle; default: late in life");
  command
      ->add_option(
          "--age-offset", arguments->ageOffset,
          "Cycles that the battery had lived before the first one of its "
          "file, for a model that reads the age; default: 0")
      ->check(CLI::Range(0, 1000000));
  command->add_option("--write-window", arguments->writeWindow,
                      "Only write the window for a device's demo program");
  command->add_option("--device", arguments->device,
                      "Show what a device forecast (JSON of m4run.py), and "
                      "fail if it differs from the compiler's own");
  command->add_option("--flash-bytes", arguments->flashBytes,
                      "Size of the model on that device, to be printed");
  addPipelineOptions(*command, arguments->options);
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return forecast(*arguments); };
  });
}
