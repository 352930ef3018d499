// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family file is checked once, here, completely: whoever holds a `Family`
// may index its tensors and divide by its sizes without looking again.
#include "frontend/Family.h"

#include "frontend/Safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

namespace dlnet {
namespace {

using nlohmann::json;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "tensor data is copied as it is stored, in little endian");

constexpr char kFormat[] = "dlnet-family";
constexpr char kVersion[] = "1";
constexpr size_t kMaxModels = 256;
constexpr size_t kMaxCells = 4096;
constexpr size_t kMaxText = 1024;
/// No scale or range of a battery model comes near it; what is beyond would
/// only overflow later and further from its cause.
constexpr double kMaxMagnitude = 1e6;

template <typename Kind> struct Named {
  const char *text;
  Kind kind;
};
constexpr Named<CellKind> kCells[] = {{"liquid", CellKind::Liquid},
                                      {"ltc", CellKind::Ltc},
                                      {"ctrnn", CellKind::CtRnn},
                                      {"cfc", CellKind::Cfc}};
constexpr Named<SolverKind> kSolvers[] = {
    {"explicit_euler", SolverKind::ExplicitEuler},
    {"fused", SolverKind::Fused},
    {"closed_form", SolverKind::ClosedForm}};

template <typename Kind, size_t N>
const char *nameOf(const Named<Kind> (&table)[N], Kind kind) {
  for (const Named<Kind> &entry : table)
    if (entry.kind == kind)
      return entry.text;
  return "unknown";
}

/// Keeps the first problem: later ones are mostly its consequences.
class Checker {
public:
  bool failed() const { return !problem.empty(); }
  Failure failure() const { return Failure{problem}; }
  void fail(const std::string &path, const std::string &text) {
    if (!failed())
      problem = path + ": " + text;
  }
  void expect(const std::string &path, const std::string &expected,
              const json &found) {
    fail(path, fmt::format("expected {}, found {}", expected, quote(found)));
  }

private:
  std::string problem;
};

bool isIdentifier(const std::string &text) {
  if (text.empty() || text.size() > 32 || text[0] < 'a' || text[0] > 'z')
    return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string::npos;
}

/// One line of text that may be printed or put into a generated comment.
bool isLine(const json &value) {
  if (!value.is_string())
    return false;
  const std::string &text = value.get_ref<const std::string &>();
  if (text.empty() || text.size() > kMaxText)
    return false;
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      return false;
  return true;
}

/// Access to the members of a JSON object, each checked when it is taken.
/// After a failure members read as defaults, so that callers need no branches.
class Members {
public:
  Members(const json *value, std::string path, Checker &checker)
      : value(value), path(std::move(path)), checker(checker) {
    if (value && !value->is_object()) {
      checker.expect(this->path, "an object", *value);
      this->value = nullptr;
    }
  }

  std::string pathOf(const char *key) const {
    return path.empty() ? key : path + "." + key;
  }

  const json *optional(const char *key) {
    known.insert(key);
    if (!value)
      return nullptr;
    auto found = value->find(key);
    return found == value->end() ? nullptr : &*found;
  }

  const json *required(const char *key) {
    const json *found = optional(key);
    if (value && !found)
      checker.fail(pathOf(key), "missing");
    return found;
  }

  Members object(const char *key) {
    return Members(required(key), pathOf(key), checker);
  }

  int64_t integer(const char *key, int64_t low, int64_t high) {
    const json *found = required(key);
    if (!found)
      return low;
    if (!found->is_number_integer() ||
        (found->is_number_unsigned() &&
         found->get<uint64_t>() > uint64_t(INT64_MAX)) ||
        found->get<int64_t>() < low || found->get<int64_t>() > high) {
      checker.expect(pathOf(key),
                     fmt::format("an integer in [{}, {}]", low, high), *found);
      return low;
    }
    return found->get<int64_t>();
  }

  uint64_t seed(const char *key) {
    const json *found = required(key);
    if (!found)
      return 0;
    if (!found->is_number_unsigned()) {
      checker.expect(pathOf(key), "an unsigned 64-bit integer", *found);
      return 0;
    }
    return found->get<uint64_t>();
  }

  /// A number in (0, high].
  double positive(const char *key, double high = kMaxMagnitude) {
    const json *found = required(key);
    if (!found)
      return 1;
    if (!found->is_number() || !(found->get<double>() > 0) ||
        !(found->get<double>() <= high)) {
      checker.expect(pathOf(key), fmt::format("a number in (0, {}]", high),
                     *found);
      return 1;
    }
    return found->get<double>();
  }

  double number(const char *key, double low, double high) {
    const json *found = required(key);
    return found ? numberAt(*found, pathOf(key), low, high) : 0;
  }

  double numberAt(const json &found, const std::string &where, double low,
                  double high) {
    if (!found.is_number() || !(found.get<double>() >= low) ||
        !(found.get<double>() <= high)) {
      checker.expect(where, fmt::format("a number in [{}, {}]", low, high),
                     found);
      return 0;
    }
    return found.get<double>();
  }

  std::string line(const char *key) {
    const json *found = required(key);
    if (!found)
      return {};
    if (!isLine(*found)) {
      checker.expect(
          pathOf(key),
          fmt::format("one line of text, 1 to {} bytes long", kMaxText),
          *found);
      return {};
    }
    return found->get<std::string>();
  }

  std::string identifier(const char *key) {
    const json *found = required(key);
    if (!found)
      return {};
    if (!found->is_string() || !isIdentifier(found->get<std::string>())) {
      checker.expect(pathOf(key), "an identifier [a-z][a-z0-9_]{0,31}", *found);
      return {};
    }
    return found->get<std::string>();
  }

  template <typename Kind, size_t N>
  Kind choice(const char *key, const Named<Kind> (&table)[N]) {
    const json *found = required(key);
    if (!found)
      return table[0].kind;
    std::string names;
    for (const Named<Kind> &entry : table) {
      if (*found == entry.text)
        return entry.kind;
      names += (names.empty() ? "" : ", ") + std::string(entry.text);
    }
    checker.expect(pathOf(key), "one of " + names, *found);
    return table[0].kind;
  }

  const json *array(const char *key, size_t low, size_t high) {
    const json *found = required(key);
    if (found &&
        (!found->is_array() || found->size() < low || found->size() > high)) {
      checker.expect(pathOf(key),
                     low == high
                         ? fmt::format("an array of {}", low)
                         : fmt::format("an array of {} to {}", low, high),
                     *found);
      return nullptr;
    }
    return found;
  }

  Range rangeAt(const json &found, const std::string &where) {
    if (!found.is_array() || found.size() != 2) {
      checker.expect(where, "a range [low, high]", found);
      return {};
    }
    Range range;
    range.low =
        numberAt(found[0], where + "[0]", -kMaxMagnitude, kMaxMagnitude);
    range.high =
        numberAt(found[1], where + "[1]", -kMaxMagnitude, kMaxMagnitude);
    if (range.low > range.high)
      checker.fail(where, fmt::format("expected low <= high, found [{}, {}]",
                                      range.low, range.high));
    return range;
  }

  Range range(const char *key) {
    const json *found = required(key);
    return found ? rangeAt(*found, pathOf(key)) : Range{};
  }

  /// To be called when all members are taken: what is left is a mistake.
  void finish() {
    if (!value)
      return;
    for (const auto &item : value->items())
      if (!known.count(item.key()))
        checker.fail(path.empty() ? "family" : path,
                     "unexpected key " + quote(item.key()));
  }

private:
  const json *value;
  std::string path;
  Checker &checker;
  std::set<std::string> known;
};

std::vector<std::string> readCells(Members &members, const char *key,
                                   std::map<std::string, std::string> &owner,
                                   Checker &checker) {
  std::vector<std::string> cells;
  const json *list = members.array(key, 0, kMaxCells);
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
  data.splitSeed = members.seed("split_seed");
  std::map<std::string, std::string> owner;
  data.train = readCells(members, "train", owner, checker);
  data.validation = readCells(members, "validation", owner, checker);
  data.test = readCells(members, "test", owner, checker);
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
  members.finish();
  return features;
}

Calibration readRanges(Members members, size_t basis) {
  Calibration ranges;
  ranges.difference = members.range("difference");
  ranges.relative = members.range("relative");
  ranges.level = members.range("level");
  ranges.state = members.range("state");
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
    errors.finish();
  }
  members.finish();
  return measured;
}

/// Everything of a model but its tensors.
FamilyModel readModel(Members members, Checker &checker) {
  FamilyModel model;
  model.name = members.identifier("name");
  static constexpr Named<bool> kRoles[] = {{"student", true},
                                           {"teacher", false}};
  model.role = members.choice("role", kRoles) ? "student" : "teacher";
  model.cell = members.choice("cell", kCells);
  model.units = members.integer("units", 1, 1024);
  model.window = members.integer("window", 2, 4096);
  model.horizon = members.integer("horizon", 1, 4096);
  model.block = members.integer("block", 1, 4096);
  if (model.window % model.block != 0)
    checker.fail(members.pathOf("block"),
                 fmt::format("expected a divisor of the window {}, found {}",
                             model.window, model.block));
  model.basis = members.integer("basis", 1, 64);

  Members solver = members.object("solver");
  model.solver.method = solver.choice("method", kSolvers);
  if ((model.solver.method == SolverKind::ClosedForm) !=
      (model.cell == CellKind::Cfc))
    checker.fail(solver.pathOf("method"),
                 fmt::format("{} does not solve a {} cell",
                             name(model.solver.method), name(model.cell)));
  model.solver.steps = solver.integer("steps", 1, 64);
  model.solver.dt = solver.positive("dt", 100);
  solver.finish();

  model.features = readFeatures(members.object("features"));
  model.outputScale = members.positive("output_scale");
  model.ranges = readRanges(members.object("ranges"), size_t(model.basis));
  model.seed = members.seed("seed");
  model.parameters = members.integer("parameters", 0, int64_t(1) << 40);
  model.macs = members.integer("macs", 0, int64_t(1) << 40);
  model.measured = readMeasured(members.object("measured"), checker);
  members.finish();
  return model;
}

/// Copies the model's tensors out of the container and takes them off it.
void takeTensors(FamilyModel &model, Safetensors &file, Checker &checker) {
  for (const auto &[key, shape] : expectedTensors(model)) {
    std::string path = model.name + "." + key;
    auto found = file.tensors.find(path);
    if (found == file.tensors.end())
      return checker.fail(path, "missing tensor");
    const StoredTensor &stored = found->second;
    if (stored.dtype != "F32")
      return checker.expect(path + ".dtype", "F32", stored.dtype);
    if (stored.shape != shape)
      return checker.fail(path + ".shape",
                          fmt::format("expected [{}], found [{}]",
                                      fmt::join(shape, ", "),
                                      fmt::join(stored.shape, ", ")));
    Tensor tensor;
    tensor.shape = shape;
    tensor.values.resize(stored.bytes.size() / sizeof(float));
    std::memcpy(tensor.values.data(), stored.bytes.data(), stored.bytes.size());
    bool mustBePositive = key == "cell.tau" || key == "cell.alpha";
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      float value = tensor.values[i];
      if (!std::isfinite(value) || (mustBePositive && !(value > 0)))
        return checker.fail(
            path,
            fmt::format("expected {} numbers, found {} at element {}",
                        mustBePositive ? "positive" : "finite", value, i));
    }
    model.tensors.emplace(key, std::move(tensor));
    file.tensors.erase(found);
  }
}

Result<Family> parseContent(std::string_view bytes) {
  Result<Safetensors> file = parseSafetensors(bytes);
  if (!file)
    return file.failure();

  auto &metadata = file->metadata;
  for (const char *key : {"format", "version", "family"})
    if (!metadata.count(key))
      return Failure{fmt::format("__metadata__.{}: missing", key)};
  if (metadata["format"] != kFormat)
    return Failure{fmt::format("__metadata__.format: expected \"{}\", found {}",
                               kFormat, quote(metadata["format"]))};
  if (metadata["version"] != kVersion)
    return Failure{
        fmt::format("__metadata__.version: expected \"{}\", found {}", kVersion,
                    quote(metadata["version"]))};
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
          readModel(Members(&(*models)[i], path, checker), checker));
      if (!names.insert(family.models.back().name).second)
        checker.fail(path + ".name",
                     fmt::format("another model is already called {}",
                                 quote(family.models.back().name)));
    }
  }
  members.finish();

  for (FamilyModel &model : family.models)
    if (!checker.failed())
      takeTensors(model, *file, checker);
  if (!file->tensors.empty())
    checker.fail(file->tensors.begin()->first, "unexpected tensor");
  if (checker.failed())
    return checker.failure();
  return family;
}

json toJson(const Range &range) { return {range.low, range.high}; }

json toJson(const FamilyModel &model) {
  json coefficients = json::array();
  for (const Range &range : model.ranges.coefficients)
    coefficients.push_back(toJson(range));
  json measured = json::object();
  for (const auto &[subset, errors] : model.measured) {
    json &entry = measured[subset] = json::object();
    if (errors.maeFloat)
      entry["mae_float"] = *errors.maeFloat;
    if (errors.maeInt8)
      entry["mae_int8"] = *errors.maeInt8;
  }
  const Features &features = model.features;
  return {
      {"name", model.name},
      {"role", model.role},
      {"cell", name(model.cell)},
      {"units", model.units},
      {"window", model.window},
      {"horizon", model.horizon},
      {"block", model.block},
      {"basis", model.basis},
      {"solver",
       {{"method", name(model.solver.method)},
        {"steps", model.solver.steps},
        {"dt", model.solver.dt}}},
      {"features",
       {{"difference",
         {{"scale", features.differenceScale},
          {"clip", features.differenceClip}}},
        {"relative", {{"scale", features.relativeScale}}},
        {"level",
         {{"offset", features.levelOffset}, {"scale", features.levelScale}}}}},
      {"output_scale", model.outputScale},
      {"ranges",
       {{"difference", toJson(model.ranges.difference)},
        {"relative", toJson(model.ranges.relative)},
        {"level", toJson(model.ranges.level)},
        {"state", toJson(model.ranges.state)},
        {"coefficients", std::move(coefficients)}}},
      {"seed", model.seed},
      {"parameters", model.parameters},
      {"macs", model.macs},
      {"measured", std::move(measured)}};
}

std::string systemError() { return std::strerror(errno); }

/// Removes the temporary file unless it was renamed to its final name.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &target)
      : path(target + ".XXXXXX"), descriptor(::mkstemp(path.data())) {}
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (descriptor < 0)
      return;
    ::close(descriptor);
    if (!path.empty())
      ::unlink(path.c_str());
  }

  bool isOpen() const { return descriptor >= 0; }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return false;
      bytes.remove_prefix(size_t(count));
    }
    // mkstemp makes private files; a family is as public as any output.
    mode_t mask = ::umask(0);
    ::umask(mask);
    return ::fchmod(descriptor, 0666 & ~mask) == 0 && ::fsync(descriptor) == 0;
  }

  bool moveTo(const std::string &target) {
    if (::rename(path.c_str(), target.c_str()) != 0)
      return false;
    path.clear();
    return true;
  }

private:
  std::string path;
  int descriptor;
};

} // namespace

const char *name(CellKind kind) { return nameOf(kCells, kind); }
const char *name(SolverKind kind) { return nameOf(kSolvers, kind); }

std::map<std::string, std::vector<int64_t>>
expectedTensors(const FamilyModel &model) {
  int64_t n = model.units, i = kFeatureCount;
  std::map<std::string, std::vector<int64_t>> shapes = {
      {"readout.w", {model.basis, n}},
      {"readout.b", {model.basis}},
      {"basis.curves", {model.horizon, model.basis}},
      {"basis.mean", {model.horizon}}};
  auto addAffine = [&](const std::string &suffix) {
    shapes["cell.w" + suffix] = {n, n};
    shapes["cell.u" + suffix] = {n, i};
    shapes["cell.b" + suffix] = {n};
  };
  auto addVectors = [&](const char *first, const char *second) {
    shapes[std::string("cell.") + first] = {n};
    shapes[std::string("cell.") + second] = {n};
  };
  switch (model.cell) {
  case CellKind::Liquid:
    addAffine("f");
    addAffine("a");
    break;
  case CellKind::Ltc:
    addAffine("");
    addVectors("tau", "a");
    break;
  case CellKind::CtRnn:
    addAffine("");
    addVectors("alpha", "beta");
    break;
  case CellKind::Cfc:
    addAffine("g");
    addAffine("h");
    addAffine("t");
    break;
  }
  return shapes;
}

Result<Family> parseFamily(const std::string &bytes,
                           const std::string &origin) {
  Result<Family> family = parseContent(bytes);
  if (!family)
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
  if (size > kMaxFileBytes)
    return Failure{fmt::format("{}: {} bytes, expected at most {}", path, size,
                               kMaxFileBytes)};
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!stream || !stream.read(bytes.data(), std::streamsize(size)))
    return Failure{path + ": cannot be read"};
  return parseFamily(bytes, path);
}

Result<std::string> serializeFamily(const Family &family) {
  json models = json::array();
  Safetensors file;
  for (const FamilyModel &model : family.models) {
    models.push_back(toJson(model));
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
                 {"split_seed", family.data.splitSeed},
                 {"train", family.data.train},
                 {"validation", family.data.validation},
                 {"test", family.data.test},
                 {"cleaning", family.data.cleaning}}},
               {"models", std::move(models)}};
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
  if (Result<Family> check = parseContent(*bytes); !check)
    return check.failure();
  return bytes;
}

Status writeFamily(const Family &family, const std::string &path) {
  Result<std::string> bytes = serializeFamily(family);
  if (!bytes)
    return Failure{path + ": " + bytes.message()};
  TemporaryFile file(path);
  if (!file.isOpen() || !file.write(*bytes) || !file.moveTo(path))
    return Failure{
        fmt::format("{}: cannot be written: {}", path, systemError())};
  return success();
}

} // namespace dlnet
