// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What follows from an architecture alone: names, tensors and their shapes.
#include "frontend/family/Family.h"

#include "frontend/family/FamilySchema.h"
#include "frontend/support/Suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dlnet {

namespace {

int64_t elementsOf(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

} // namespace

const char *name(SolverKind kind) { return nameOf(schema::kSolvers, kind); }
const char *name(SohKind kind) { return nameOf(schema::kSohs, kind); }
const char *name(TrainingStage stage) { return nameOf(schema::kStages, stage); }

Result<size_t> findModel(const Family &family, const std::string &name) {
  std::vector<std::string> known;
  for (size_t i = 0; i < family.models.size(); ++i) {
    const FamilyModel &model = family.models[i];
    if (name.empty() ? model.role == "student" : model.name == name)
      return i;
    known.push_back(model.name);
  }
  if (name.empty())
    return Failure{"has no student"};
  return Failure{fmt::format("has no model '{}'; it has {}{}", name,
                             fmt::join(known, ", "), didYouMean(name, known))};
}

bool isIdentifier(const std::string &text) {
  if (text.empty() || text.size() > 32 || text[0] < 'a' || text[0] > 'z')
    return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string::npos;
}

Status checkName(const std::string &option, const std::string &name) {
  if (isIdentifier(name))
    return success();
  std::string possible;
  for (char c : name) {
    bool isUpper = c >= 'A' && c <= 'Z';
    possible += isUpper ? char(c - 'A' + 'a') : c;
    if (!isIdentifier("x" + possible.substr(possible.size() - 1)))
      possible.back() = '_';
  }
  return Failure{fmt::format(
      "{}: '{}' is no name for a family or a model, which names C symbols; "
      "expected a lower-case letter, then up to 31 of letters, digits and _{}",
      option, name,
      isIdentifier(possible) ? fmt::format(", such as '{}'", possible) : "")};
}

std::map<std::string, std::vector<int64_t>>
expectedTensors(const FamilyModel &model) {
  int64_t n = model.units, i = model.featureCount();
  std::map<std::string, std::vector<int64_t>> shapes = {
      {"readout.w", {model.basis, n}},
      {"readout.b", {model.basis}},
      {"basis.curves", {model.horizon, model.basis}},
      {"basis.mean", {model.horizon}}};
  for (const cells::Projection &each : projectionsOf(model.cell)) {
    if (each.readsState())
      shapes[std::string("cell.w") + each.suffix] = {n, n};
    if (each.readsInput())
      shapes[std::string("cell.u") + each.suffix] = {n, i};
    shapes[std::string("cell.b") + each.suffix] = {n};
  }
  for (const cells::UnitParameter &each : unitParametersOf(model.cell))
    shapes[std::string("cell.") + each.key] = {n};
  return shapes;
}

std::string describeSoh(const DataRecord &data) {
  if (data.soh == SohKind::Nominal)
    return fmt::format("capacity over the nominal {:g} Ah", data.nominalAh);
  return fmt::format("capacity over the cell's own initial one, the median of "
                     "its first {} cycles",
                     kInitialCycles);
}

Range trainedSoh(const FamilyModel &model) {
  const Features &features = model.features;
  auto real = [&](double level) {
    return level / features.levelScale + features.levelOffset;
  };
  return {real(model.ranges.level.low), real(model.ranges.level.high)};
}

int64_t countParameters(const FamilyModel &model) {
  int64_t count = 0;
  for (const auto &[key, shape] : expectedTensors(model))
    count += elementsOf(shape);
  return count;
}

int64_t countMacs(const FamilyModel &model) {
  int64_t substeps =
      model.solver.method == SolverKind::ClosedForm ? 1 : model.solver.steps;
  int64_t perStep = 0; // For each unit.
  for (const cells::Projection &each : projectionsOf(model.cell))
    perStep += (each.readsState() ? substeps * model.units : 0) +
               (each.readsInput() ? model.featureCount() : 0);
  return model.blocks() * model.units * perStep +
         model.basis * (model.units + model.horizon);
}

bool isMaskable(const std::string &key) {
  return key.rfind("cell.w", 0) == 0 || key.rfind("cell.u", 0) == 0 ||
         key == "readout.w" || key == "basis.curves";
}

double densityOf(const Tensor &mask) {
  if (mask.values.empty())
    return 1;
  return double(std::count(mask.values.begin(), mask.values.end(), 1.0f)) /
         double(mask.values.size());
}

} // namespace dlnet
