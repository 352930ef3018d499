// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family file is checked once, here, completely: whoever holds a `Family`
// may index its tensors and divide by its sizes without looking again.
#include "frontend/family/GraphJson.h"
#include "frontend/family/TensorValues.h"
#include "frontend/support/FileKind.h"

#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dlnet {
namespace {

using nlohmann::json;
using namespace schema;

std::vector<std::string>
readBatteries(Members &members, const char *key,
              std::map<std::string, std::string> &owner, Checker &checker) {
  std::vector<std::string> cells;
  const json *list = members.array(key, 0, kMaxBatteries);
  if (!list)
    return cells;
  for (size_t i = 0; i < list->size(); ++i) {
    std::string where = fmt::format("{}[{}]", members.pathOf(key), i);
    if (!isLine((*list)[i])) {
      checker.expect(where, "the name of a cell", (*list)[i]);
      return cells;
    }
    cells.push_back((*list)[i].get<std::string>());
    auto [first, inserted] = owner.emplace(cells.back(), where);
    if (!inserted)
      checker.fail(where, fmt::format("cell {} is already {}",
                                      quote(cells.back()), first->second));
  }
  return cells;
}

DataRecord readData(Members members, Checker &checker) {
  DataRecord data;
  data.source = members.line("source");
  data.nominalAh = members.positive("nominal_ah");
  if (members.optional("soh"))
    data.soh = members.choice("soh", kSohs);
  if (members.optional("column"))
    data.column = members.line("column");
  if (members.optional("unit"))
    data.unit = nameOf(kUnits, members.choice("unit", kUnits));
  data.splitSeed = members.seed("split_seed");
  if (members.optional("split"))
    data.split = members.line("split");
  std::map<std::string, std::string> owner;
  data.train = readBatteries(members, "train", owner, checker);
  data.validation = readBatteries(members, "validation", owner, checker);
  data.test = readBatteries(members, "test", owner, checker);
  data.cleaning = members.line("cleaning");
  members.finish();
  return data;
}

Features readFeatures(Members members) {
  Features features;
  Members difference = members.object("difference");
  features.differenceScale = difference.positive("scale");
  features.differenceClip = difference.positive("clip");
  difference.finish();
  Members relative = members.object("relative");
  features.relativeScale = relative.positive("scale");
  relative.finish();
  Members level = members.object("level");
  features.levelOffset = level.number("offset", -kMaxMagnitude, kMaxMagnitude);
  features.levelScale = level.positive("scale");
  level.finish();
  if (members.optional("age")) {
    Members age = members.object("age");
    features.age.emplace();
    features.age->offset = age.number("offset", -kMaxMagnitude, kMaxMagnitude);
    features.age->scale = age.positive("scale");
    age.finish();
  }
  members.finish();
  return features;
}

Calibration readRanges(Members members, size_t basis, bool readsAge) {
  Calibration ranges;
  ranges.difference = members.range("difference");
  ranges.relative = members.range("relative");
  ranges.level = members.range("level");
  ranges.state = members.range("state");
  if (readsAge)
    ranges.age = members.range("age");
  if (const json *list = members.array("coefficients", basis, basis))
    for (size_t i = 0; i < list->size(); ++i)
      ranges.coefficients.push_back(members.rangeAt(
          (*list)[i],
          fmt::format("{}[{}]", members.pathOf("coefficients"), i)));
  members.finish();
  return ranges;
}

std::map<std::string, MeasuredError> readMeasured(Members members,
                                                  Checker &checker) {
  std::map<std::string, MeasuredError> measured;
  for (const char *subset : {"validation", "test"}) {
    const json *found = members.optional(subset);
    if (!found)
      continue;
    Members errors(found, members.pathOf(subset), checker);
    MeasuredError &entry = measured[subset];
    if (errors.optional("mae_float"))
      entry.maeFloat = errors.number("mae_float", 0, kMaxMagnitude);
    if (errors.optional("mae_int8"))
      entry.maeInt8 = errors.number("mae_int8", 0, kMaxMagnitude);
    if (errors.optional(kDigestKey))
      entry.digest = errors.digest(kDigestKey);
    errors.finish();
  }
  members.finish();
  return measured;
}

/// Each stage at most once, in the order in which they can happen.
std::vector<TrainingStage> readStages(Members &members, Checker &checker) {
  std::vector<TrainingStage> stages;
  const json *list = members.array("stages", 0, std::size(kStages));
  for (size_t i = 0; list && i < list->size(); ++i) {
    std::string where = fmt::format("{}[{}]", members.pathOf("stages"), i);
    TrainingStage stage = members.choiceAt((*list)[i], where, kStages);
    if (!stages.empty() && stage <= stages.back())
      checker.fail(where, fmt::format("{} cannot come after {}", name(stage),
                                      name(stages.back())));
    stages.push_back(stage);
  }
  return stages;
}

TrainingRecord readTrained(Members members, Checker &checker) {
  TrainingRecord trained;
  trained.stages = readStages(members, checker);
  if (members.optional("teacher"))
    trained.teacher = members.line("teacher");
  members.finish();
  return trained;
}

/// The network of few numbers; in schema 1 they are members of the model.
void readRecipe(Members &members, network::SohRecipe &recipe,
                Checker &checker) {
  recipe.cell = members.choice("cell", kCells);
  recipe.units = members.integer("units", 1, 1024);
  recipe.window = members.integer("window", 2, 4096);
  recipe.horizon = members.integer("horizon", 1, 4096);
  recipe.block = members.integer("block", 1, 4096);
  if (recipe.window % recipe.block != 0)
    checker.fail(members.pathOf("block"),
                 fmt::format("expected a divisor of the window {}, found {}",
                             recipe.window, recipe.block));
  recipe.basis = members.integer("basis", 1, 64);

  Members solver = members.object("solver");
  recipe.solver.method = solver.choice("method", kSolvers);
  if ((recipe.solver.method == SolverKind::ClosedForm) !=
      isClosedForm(recipe.cell))
    checker.fail(solver.pathOf("method"),
                 fmt::format("{} does not solve a {} cell",
                             name(recipe.solver.method), name(recipe.cell)));
  recipe.solver.steps = solver.integer("steps", 1, 64);
  recipe.solver.dt = solver.positive("dt", 100);
  solver.finish();

  recipe.features = readFeatures(members.object("features"));
  recipe.outputScale = members.positive("output_scale");
  recipe.ranges = readRanges(members.object("ranges"), size_t(recipe.basis),
                             recipe.features.age.has_value());
}

/// The graph of schema 2, which must be the one of the recipe if there is one.
void readNetwork(Members &members, FamilyModel &model, Checker &checker) {
  bool hasRecipe = members.optional("recipe");
  if (hasRecipe) {
    Members recipe = members.object("recipe");
    readRecipe(recipe, model, checker);
    recipe.finish();
  }
  std::string path = members.pathOf("graph");
  network::Graph graph = readGraph(members.object("graph"), path, checker);
  const json *calibration = members.required("calibration");
  if (checker.failed())
    return;
  std::string ranges = members.pathOf("calibration");
  readCalibration(*calibration, ranges, graph, checker);
  if (!hasRecipe && !checker.failed())
    model.useGraph(std::move(graph));
  if (!hasRecipe)
    return;
  network::Graph made = buildSohNetwork(model);
  std::string recipe = members.pathOf("recipe");
  std::string difference =
      firstDifference(toJson(graph), toJson(made), path, recipe);
  if (difference.empty())
    difference =
        firstDifference(*calibration, calibrationOf(made), ranges, recipe);
  checker.refuse(difference);
}

/// Everything of a model but its tensors.
FamilyModel readModel(Members members, int64_t schema, Checker &checker) {
  FamilyModel model;
  model.name = members.identifier("name");
  static constexpr schema::Named<bool> kRoles[] = {{"student", true},
                                                   {"teacher", false}};
  model.role = members.choice("role", kRoles) ? "student" : "teacher";
  if (schema == 1)
    readRecipe(members, model, checker);
  else
    readNetwork(members, model, checker);
  model.seed = members.seed("seed");
  // For readers that do not count themselves; what they say is not believed.
  members.integer("parameters", 0, int64_t(1) << 40);
  members.integer("macs", 0, int64_t(1) << 60);
  model.measured = readMeasured(members.object("measured"), checker);
  if (members.optional("trained"))
    model.trained = readTrained(members.object("trained"), checker);
  members.finish();
  if (checker.failed())
    return model;
  // A recipe within its limits may still make numbers beyond the graph's.
  if (Status status = verify(graphOf(model)); !status)
    checker.fail(members.pathOf("graph"), status.message());
  return model;
}

/// Checks a stored tensor's shape.
bool hasShape(const StoredTensor &stored, const std::string &path,
              const std::vector<int64_t> &shape, Checker &checker) {
  if (stored.shape != shape) {
    checker.fail(path + ".shape", fmt::format("expected [{}], found [{}]",
                                              fmt::join(shape, ", "),
                                              fmt::join(stored.shape, ", ")));
    return false;
  }
  return true;
}

/// Copies the weights of a model out of the container and takes them off it.
void takeWeights(FamilyModel &model, Safetensors &file, Checker &checker) {
  for (const auto &[key, use] : network::tensorsOf(graphOf(model))) {
    std::string path = model.name + "." + key;
    auto found = file.tensors.find(path);
    if (found == file.tensors.end())
      return checker.fail(path, "missing tensor");
    const StoredTensor &stored = found->second;
    if (!isFloatType(stored.dtype))
      return checker.expect(path + ".dtype", "F32, F16, BF16 or F64",
                            stored.dtype);
    if (!hasShape(stored, path, use.shape, checker))
      return;
    Tensor tensor{use.shape, floatValues(stored)};
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      float value = tensor.values[i];
      if (!std::isfinite(value) || (use.positive && !(value > 0)))
        return checker.fail(
            path, fmt::format("expected {} numbers, found {} at element {}",
                              use.positive ? "positive" : "finite", value, i));
    }
    model.tensors.emplace(key, std::move(tensor));
    file.tensors.erase(found);
  }
}

/// The same for the masks, which are optional, after the weights.
void takeMasks(FamilyModel &model, Safetensors &file, Checker &checker) {
  std::string prefix = model.name + "." + std::string(schema::kMaskPrefix);
  auto found = file.tensors.lower_bound(prefix);
  while (found != file.tensors.end() && found->first.rfind(prefix, 0) == 0) {
    const std::string &path = found->first;
    std::string key = path.substr(prefix.size());
    auto weight = model.tensors.find(key);
    if (weight == model.tensors.end() || weight->second.shape.size() != 2)
      return checker.fail(path, "expected the mask of a weight matrix that the "
                                "model has");
    const Tensor &weights = weight->second;
    const std::string &dtype = found->second.dtype;
    if (dtype != "U8" && dtype != "BOOL")
      return checker.expect(path + ".dtype", "U8 or BOOL", dtype);
    if (!hasShape(found->second, path, weights.shape, checker))
      return;
    Tensor mask;
    mask.shape = weights.shape;
    for (char byte : found->second.bytes) {
      size_t i = mask.values.size();
      if (byte != 0 && byte != 1)
        return checker.fail(path,
                            fmt::format("expected 0 or 1, found {} at element "
                                        "{}",
                                        uint8_t(byte), i));
      if (byte == 0 && weights.values[i] != 0)
        return checker.fail(path, fmt::format("masks element {}, but the "
                                              "weight there is {} and not 0",
                                              i, weights.values[i]));
      mask.values.push_back(byte);
    }
    model.masks.emplace(std::move(key), std::move(mask));
    found = file.tensors.erase(found);
  }
}

/// Sets aside the errors that are of other weights.
void setAsideOutdated(FamilyModel &model) {
  const std::string digest = digestOf(model);
  for (auto it = model.measured.begin(); it != model.measured.end();) {
    auto next = std::next(it);
    if (it->second.isVerifiable() && it->second.digest != digest)
      model.outdated.insert(model.measured.extract(it));
    it = next;
  }
}

Result<Family> parseContent(std::string_view bytes) {
  Result<Safetensors> file = parseSafetensors(bytes);
  if (!file)
    return file.failure();

  auto &metadata = file->metadata;
  if (!metadata.count("family"))
    return Failure{fmt::format(
        "is safetensors of {} tensors{}, but no family (__metadata__.family is "
        "missing); {}",
        file->tensors.size(),
        file->tensors.empty() ? ""
                              : ", such as " + file->tensors.begin()->first,
        kHowToGetAFamily)};
  // Other tools keep the family and put their own mark here.
  for (const char *mark : {"pt", "tf", "np", "flax", "mlx", "paddle"})
    if (auto found = metadata.find("format");
        found != metadata.end() && found->second == mark)
      found->second = kFormat;
  for (const char *key : {"format", "version", "family"})
    if (!metadata.count(key))
      return Failure{fmt::format("__metadata__.{}: missing", key)};
  if (metadata["format"] != kFormat)
    return Failure{fmt::format("__metadata__.format: expected \"{}\", found {}",
                               kFormat, quote(metadata["format"]))};
  const std::string &version = metadata["version"];
  if (version != kVersion && version != kOldVersion)
    return Failure{
        fmt::format("__metadata__.version: expected \"{}\" or \"{}\", "
                    "found {}",
                    kOldVersion, kVersion, quote(version))};
  int64_t schema = version == kVersion ? 2 : 1;
  Result<json> text = parseStrictJson(metadata["family"], "family");
  if (!text)
    return text.failure();
  if (!text->is_object())
    return Failure{
        fmt::format("family: expected an object, found {}", quote(*text))};

  Checker checker;
  Members members(&*text, "", checker);
  Family family;
  family.name = members.identifier("name");
  family.producer = members.line("producer");
  family.data = readData(members.object("data"), checker);
  std::set<std::string> names;
  if (const json *models = members.array("models", 1, kMaxModels)) {
    for (size_t i = 0; i < models->size() && !checker.failed(); ++i) {
      std::string path = fmt::format("models[{}]", i);
      family.models.push_back(
          readModel(Members(&(*models)[i], path, checker), schema, checker));
      if (!names.insert(family.models.back().name).second)
        checker.fail(path + ".name",
                     fmt::format("another model is already called {}",
                                 quote(family.models.back().name)));
    }
  }
  members.finish();

  for (FamilyModel &model : family.models)
    if (!checker.failed())
      takeWeights(model, *file, checker);
  for (FamilyModel &model : family.models)
    if (!checker.failed())
      takeMasks(model, *file, checker);
  if (!file->tensors.empty())
    checker.fail(file->tensors.begin()->first, "unexpected tensor");
  if (checker.failed())
    return checker.failure();
  for (FamilyModel &model : family.models)
    setAsideOutdated(model);
  return family;
}

} // namespace

Result<Family> parseFamily(const std::string &bytes,
                           const std::string &origin) {
  Result<Family> family = parseContent(bytes);
  if (!family && !origin.empty())
    return Failure{origin + ": " + family.message()};
  return family;
}

Result<Family> readFamily(const std::string &path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return Failure{path + ": no such file"};
  if (!std::filesystem::is_regular_file(path, error))
    return Failure{path + ": not a regular file"};
  uintmax_t size = std::filesystem::file_size(path, error);
  if (error)
    return Failure{fmt::format("{}: {}", path, error.message())};
  // The beginning of a file that is too large still says what it is.
  constexpr uintmax_t kHead = 4096;
  bool fits = size <= kMaxFileBytes;
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(fits ? size : kHead, '\0');
  if (!stream || !stream.read(bytes.data(), std::streamsize(bytes.size())))
    return Failure{path + ": cannot be read"};
  std::string kind = fits ? "" : describeForeignFile(bytes);
  if (!kind.empty())
    return Failure{fmt::format("{}: is {}; {}", path, kind, kHowToGetAFamily)};
  if (!fits)
    return Failure{fmt::format("{}: {} bytes, expected at most {}", path, size,
                               kMaxFileBytes)};
  return parseFamily(bytes, path);
}

} // namespace dlnet
