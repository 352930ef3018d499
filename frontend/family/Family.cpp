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

void FamilyModel::useGraph(network::Graph graph) {
  static_cast<network::SohRecipe &>(*this) = {};
  block = 1;
  auto steps = [&](network::Value value) {
    return graph[value].shape[0] == network::kAnySteps ? 1
                                                       : graph[value].shape[0];
  };
  window = steps(graph.body.arguments[0]);
  horizon = steps(graph.body.yields[0]);
  composed = std::move(graph);
}

network::Graph graphOf(const FamilyModel &model) {
  return model.composed ? *model.composed : buildSohNetwork(model);
}

std::string kindOf(const FamilyModel &model) {
  return model.composed ? "graph" : name(model.cell);
}

std::map<std::string, std::vector<int64_t>>
expectedTensors(const FamilyModel &model) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (auto &[key, use] : network::tensorsOf(graphOf(model)))
    shapes[key] = use.shape;
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
  if (model.composed)
    return {model.composed->inputs[0].low, model.composed->inputs[0].high};
  const Features &features = model.features;
  auto real = [&](double level) {
    return level / features.levelScale + features.levelOffset;
  };
  return {real(model.ranges.level.low), real(model.ranges.level.high)};
}

int64_t countParameters(const FamilyModel &model) {
  return network::countParameters(graphOf(model));
}

int64_t countMacs(const FamilyModel &model) {
  return network::countMacs(graphOf(model));
}

double densityOf(const Tensor &mask) {
  if (mask.values.empty())
    return 1;
  return double(std::count(mask.values.begin(), mask.values.end(), 1.0f)) /
         double(mask.values.size());
}

} // namespace dlnet
