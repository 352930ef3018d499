// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No family is written that the reader would refuse.
#include "frontend/family/GraphJson.h"
#include "frontend/family/Safetensors.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <list>

namespace dlnet {
namespace {

using nlohmann::json;
using namespace schema;

json toJson(const Range &range) { return {range.low, range.high}; }

json toJson(const TrainingRecord &trained) {
  json stages = json::array();
  for (TrainingStage stage : trained.stages)
    stages.push_back(name(stage));
  json value = {{"stages", std::move(stages)}};
  if (trained.teacher)
    value["teacher"] = *trained.teacher;
  return value;
}

json toJson(const MeasuredError &errors) {
  json entry = json::object();
  if (errors.maeFloat)
    entry["mae_float"] = *errors.maeFloat;
  if (errors.maeInt8)
    entry["mae_int8"] = *errors.maeInt8;
  if (errors.isVerifiable())
    entry[kDigestKey] = errors.digest;
  return entry;
}

json toJson(const network::SohRecipe &recipe) {
  json coefficients = json::array();
  for (const Range &range : recipe.ranges.coefficients)
    coefficients.push_back(toJson(range));
  const Features &features = recipe.features;
  json object = {
      {"cell", name(recipe.cell)},
      {"units", recipe.units},
      {"window", recipe.window},
      {"horizon", recipe.horizon},
      {"block", recipe.block},
      {"basis", recipe.basis},
      {"solver",
       {{"method", name(recipe.solver.method)},
        {"steps", recipe.solver.steps},
        {"dt", recipe.solver.dt}}},
      {"features",
       {{"difference",
         {{"scale", features.differenceScale},
          {"clip", features.differenceClip}}},
        {"relative", {{"scale", features.relativeScale}}},
        {"level",
         {{"offset", features.levelOffset}, {"scale", features.levelScale}}}}},
      {"output_scale", recipe.outputScale},
      {"ranges",
       {{"difference", toJson(recipe.ranges.difference)},
        {"relative", toJson(recipe.ranges.relative)},
        {"level", toJson(recipe.ranges.level)},
        {"state", toJson(recipe.ranges.state)},
        {"coefficients", std::move(coefficients)}}}};
  if (features.age) {
    object["features"]["age"] = {{"offset", features.age->offset},
                                 {"scale", features.age->scale}};
    object["ranges"]["age"] = toJson(recipe.ranges.age);
  }
  return object;
}

json toJson(const FamilyModel &model) {
  json measured = json::object();
  for (const auto *list : {&model.outdated, &model.measured})
    for (const auto &[subset, errors] : *list)
      measured[subset] = toJson(errors);
  network::Graph graph = graphOf(model);
  json object = {{"name", model.name},
                 {"role", model.role},
                 {"graph", dlnet::toJson(graph)},
                 {"calibration", calibrationOf(graph)},
                 {"seed", model.seed},
                 {"parameters", network::countParameters(graph)},
                 {"macs", network::countMacs(graph)},
                 {"measured", std::move(measured)},
                 {"trained", toJson(model.trained)}};
  if (model.hasRecipe())
    object["recipe"] = toJson(static_cast<const network::SohRecipe &>(model));
  return object;
}

/// A mask as bytes 0 and 1.
Result<std::string> packMask(const Tensor &mask) {
  std::string bytes;
  for (size_t i = 0; i < mask.values.size(); ++i) {
    float value = mask.values[i];
    if (value != 0 && value != 1)
      return Failure{
          fmt::format("expected 0 or 1, found {} at element {}", value, i)};
    bytes.push_back(value != 0);
  }
  return bytes;
}

} // namespace

Result<std::string> serializeFamily(const Family &family) {
  json models = json::array();
  Safetensors file;
  std::list<std::string> packed; // the container only views the bytes
  for (const FamilyModel &model : family.models) {
    models.push_back(toJson(model));
    for (const auto &[key, mask] : model.masks) {
      Result<std::string> bytes = packMask(mask);
      if (!bytes)
        return Failure{fmt::format("{}.{}{}: {}", model.name, kMaskPrefix, key,
                                   bytes.message())};
      packed.push_back(std::move(*bytes));
      file.tensors[fmt::format("{}.{}{}", model.name, kMaskPrefix, key)] = {
          "U8", mask.shape, packed.back()};
    }
    for (const auto &[key, tensor] : model.tensors) {
      const char *data = reinterpret_cast<const char *>(tensor.values.data());
      StoredTensor stored;
      stored.dtype = "F32";
      stored.shape = tensor.shape;
      stored.bytes =
          std::string_view(data, tensor.values.size() * sizeof(float));
      file.tensors[model.name + "." + key] = std::move(stored);
    }
  }
  json text = {{"name", family.name},
               {"producer", family.producer},
               {"data",
                {{"source", family.data.source},
                 {"nominal_ah", family.data.nominalAh},
                 {"soh", name(family.data.soh)},
                 {"split_seed", family.data.splitSeed},
                 {"split", family.data.split},
                 {"train", family.data.train},
                 {"validation", family.data.validation},
                 {"test", family.data.test},
                 {"cleaning", family.data.cleaning}}},
               {"models", std::move(models)}};
  if (family.data.column)
    text["data"]["column"] = *family.data.column;
  if (family.data.unit)
    text["data"]["unit"] = *family.data.unit;
  file.metadata["format"] = kFormat;
  file.metadata["version"] = kVersion;
  try {
    file.metadata["family"] = text.dump();
  } catch (const json::exception &) {
    return Failure{"family: a text is not valid UTF-8"};
  }
  Result<std::string> bytes = serializeSafetensors(file);
  if (!bytes)
    return bytes;
  // The reader knows all the rules; asking it keeps them in one place.
  if (Result<Family> check = parseFamily(*bytes, ""); !check)
    return check.failure();
  return bytes;
}

Status writeFamily(const Family &family, const std::string &path) {
  Result<std::string> bytes = serializeFamily(family);
  if (!bytes)
    return Failure{path + ": " + bytes.message()};
  return writeFile(path, *bytes);
}

} // namespace dlnet
