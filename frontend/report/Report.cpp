// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frame of the report; each part of the selected model has its own file.
#include "frontend/report/Report.h"

#include "mlir/IR/Location.h"

#include <cmath>

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

std::string report::nameOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (std::string name = nameOf(part); !name.empty())
        return name;
  return "";
}

double report::rounded(double value) { return std::round(value * 1e6) / 1e6; }

namespace {

json measuredOf(const FamilyModel &model) {
  json measured = json::object();
  for (const auto &[split, error] : model.measured) {
    json &entry = measured[split] = json::object();
    if (error.maeFloat)
      entry["mae_float"] = *error.maeFloat;
    if (error.maeInt8)
      entry["mae_int8"] = *error.maeInt8;
    entry["verifiable"] = error.isVerifiable();
  }
  return measured;
}

json outdatedOf(const FamilyModel &model) {
  json splits = json::array();
  for (const auto &[split, error] : model.outdated)
    splits.push_back(split);
  return splits;
}

json stagesOf(const FamilyModel &model) {
  json stages = json::array();
  for (TrainingStage stage : model.trained.stages)
    stages.push_back(name(stage));
  return stages;
}

/// Share of the weights in matrices that masks leave.
double densityOf(const FamilyModel &model) {
  double kept = 0, all = 0;
  for (const auto &[key, tensor] : model.tensors) {
    if (!tensor.isMatrix())
      continue;
    double size = static_cast<double>(tensor.values.size());
    auto mask = model.masks.find(key);
    all += size;
    kept += mask == model.masks.end() ? size
                                      : size * dlnet::densityOf(mask->second);
  }
  return all > 0 ? kept / all : 1.0;
}

json candidateOf(const Candidate &candidate, const Target &target) {
  const FamilyModel &source = *candidate.source;
  const Cost &cost = candidate.cost;
  bool inRam = candidate.place == codegen::Place::Ram;
  json entry = {{"name", candidate.name},
                {"place", inRam ? "ram" : "flash"},
                {"cell", kindOf(source)},
                {"units", source.units},
                {"steps", source.blocks()},
                {"basis", source.basis},
                {"solver", name(source.solver.method)},
                {"solver_steps", source.solver.steps},
                {"parameters", countParameters(source)},
                {"macs", countMacs(source)},
                {"density", report::rounded(densityOf(source))},
                {"trained", stagesOf(source)},
                {"measured", measuredOf(source)},
                {"measured_of_other_weights", outdatedOf(source)},
                {"flash_bytes", cost.flash},
                {"ram_bytes", cost.ram},
                {"stack_bytes", cost.stack},
                {"instructions", cost.instructions},
                {"cycles", cost.cycles},
                {"ms", report::rounded(cost.milliseconds(target.clockMhz))},
                {"status", candidate.status},
                {"reason", candidate.reason}};
  if (!candidate.by.empty())
    entry["dominated_by"] = candidate.by;
  return entry;
}

json familyOf(const Family &family, const FamilyModel &selected) {
  const DataRecord &data = family.data;
  Range trained = trainedSoh(selected);
  return {{"name", family.name},
          {"producer", family.producer},
          {"data", data.source},
          {"soh", name(data.soh)},
          {"nominal_ah",
           data.soh == SohKind::Nominal ? json(data.nominalAh) : json(nullptr)},
          {"soh_is", describeSoh(data)},
          {"trained_soh",
           {report::rounded(trained.low), report::rounded(trained.high)}},
          {"cleaning", data.cleaning},
          {"split", data.split},
          {"cells",
           {{"train", data.train.size()},
            {"validation", data.validation.size()},
            {"test", data.test.size()}}}};
}

json budgetOf(const Budget &budget) {
  json limits = json::object();
  if (budget.flash)
    limits["flash_bytes"] = budget.flash;
  if (budget.ram)
    limits["ram_bytes"] = budget.ram;
  if (budget.ms)
    limits["ms"] = budget.ms;
  if (budget.mae)
    limits["mae"] = budget.mae;
  return limits;
}

json timesOf(const PassTimes &times, double seconds) {
  json passes = json::array();
  for (const PassTimes::Entry &entry : times.entries())
    passes.push_back({{"name", entry.name},
                      {"runs", entry.runs},
                      {"seconds", report::rounded(entry.seconds())}});
  return {{"seconds", report::rounded(seconds)}, {"passes", passes}};
}

} // namespace

FailureOr<json> report::makeReport(Compiler &compiler, const Subject &subject) {
  const Candidate &selected = subject.candidates.selected();
  // Before the selected model is compiled again.
  json compilation = timesOf(compiler.times, subject.seconds);
  auto forecasts = forecastsOf(compiler, subject.family, *selected.source,
                               selected.model, subject.options);
  auto quantized = compiler.import(*selected.source, selected.source->name);
  if (failed(quantized) ||
      failed(compiler.discretize(*quantized, subject.options)) ||
      failed(compiler.quantize(*quantized, subject.options)))
    return failure();
  auto quantization = quantizationOf(quantized->model(), *selected.source);
  auto errorBound = errorBoundOf(quantized->model(), subject.options);
  if (failed(forecasts) || failed(quantization) || failed(errorBound))
    return failure();
  const Target &target = subject.candidates.forTarget();
  json candidates = json::array();
  for (const Candidate &candidate : subject.candidates.all())
    candidates.push_back(candidateOf(candidate, target));
  return json{{"schema", 1},
              {"producer", "dlnetc " DLNET_VERSION},
              {"family", familyOf(subject.family, *selected.source)},
              {"budget", budgetOf(subject.budget)},
              {"target", target.core->name},
              {"target_is", target.core->title},
              {"cycles_are_modelled", target.core->modelsCycles},
              {"clock_mhz", target.clockMhz},
              {"flash_wait_states", target.flashWaitStates},
              {"selected", selected.name},
              {"candidates", candidates},
              {"memory", memoryOf(selected.model, selected.cost)},
              {"layers", layersOf(selected.model, *target.core)},
              {"quantization", *quantization},
              {"error_bound", *errorBound},
              {"forecasts", *forecasts},
              {"compilation", compilation}};
}
