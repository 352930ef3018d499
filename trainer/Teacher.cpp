// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members may read other blocks than the student: each makes its own inputs
// of the same windows.
#include "trainer/Teacher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <utility>

namespace dlnet {

namespace {

/// What `FILE:MODEL,MODEL` says; no models where a file has the whole name.
std::pair<std::string, std::vector<std::string>>
splitSource(const std::string &source) {
  std::error_code error;
  size_t colon = source.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(source, error))
    return {source, {}};
  std::vector<std::string> names;
  std::istringstream list(source.substr(colon + 1) + ",");
  for (std::string name; std::getline(list, name, ',');)
    names.push_back(name);
  return {source.substr(0, colon), names};
}

std::string namesOf(const Family &family) {
  std::vector<std::string> names;
  for (const FamilyModel &model : family.models)
    names.push_back(model.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

Result<Family> readTeachers(const std::string &source) {
  auto [path, names] = splitSource(source);
  Result<Family> family = readFamily(path);
  if (!family)
    return family;
  std::vector<FamilyModel> chosen;
  for (const std::string &name : names) {
    if (name.empty())
      return Failure{
          fmt::format("--teacher {}: a model without a name", source)};
    Result<size_t> index = findModel(*family, name);
    if (!index)
      return Failure{fmt::format("{}: {}", path, index.message())};
    for (const FamilyModel &model : chosen)
      if (model.name == name)
        return Failure{
            fmt::format("--teacher {}: names {} twice", source, name)};
    chosen.push_back(family->models[*index]);
  }
  if (names.empty() && family->models.size() == 1)
    chosen = family->models;
  for (const FamilyModel &model : family->models)
    if (names.empty() && family->models.size() > 1 && model.role == "teacher")
      chosen.push_back(model);
  if (chosen.empty())
    return Failure{fmt::format(
        "{0}: none of its {1} models has the role teacher; name those that "
        "teach, as {0}:MODEL or {0}:MODEL,MODEL; it has {2}",
        path, family->models.size(), namesOf(*family))};
  family->models = std::move(chosen);
  return family;
}

Result<Teacher> Teacher::load(const std::vector<Family> &families) {
  Teacher teacher;
  for (const Family &family : families) {
    for (const FamilyModel &model : family.models) {
      Result<std::shared_ptr<Network>> network = loadNetwork(model);
      if (!network)
        return Failure{fmt::format("teacher family {}: {}", family.name,
                                   network.message())};
      teacher.networks.push_back(*network);
      teacher.models.push_back(model);
    }
    teacher.seen.insert(teacher.seen.end(), family.data.train.begin(),
                        family.data.train.end());
  }
  if (teacher.models.empty())
    return Failure{"the teacher families hold no model"};
  return teacher;
}

Teacher::Lesson Teacher::teach(const View &view) const {
  torch::NoGradGuard guard;
  Lesson lesson;
  for (size_t i = 0; i < networks.size(); ++i) {
    torch::Tensor features = makeFeatures(view, models[i]);
    if (i == 0) {
      Network::Outputs outputs = networks[i]->run(features);
      lesson = {outputs.forecast, outputs.states};
    } else {
      lesson.forecast = lesson.forecast + networks[i]->forward(features);
    }
  }
  lesson.forecast = lesson.forecast / double(networks.size());
  return lesson;
}

torch::Tensor Teacher::forecast(const View &view) const {
  return teach(view).forecast;
}

Status Teacher::checkFor(const FamilyModel &student,
                         const std::vector<std::string> &hidden) const {
  for (const FamilyModel &model : models)
    if (model.window != student.window || model.horizon != student.horizon ||
        model.outputScale != student.outputScale)
      return Failure{fmt::format("teacher {} forecasts {} cycles from {}, and "
                                 "student {} {} from {}",
                                 model.name, model.horizon, model.window,
                                 student.name, student.horizon,
                                 student.window)};
  for (const std::string &name : hidden)
    if (std::count(seen.begin(), seen.end(), name))
      return Failure{fmt::format("the teacher was trained on {}, on which the "
                                 "student is judged",
                                 name)};
  return success();
}

std::string Teacher::description() const {
  std::set<std::string> names;
  for (const FamilyModel &model : models)
    names.insert(model.name);
  return models.size() == 1
             ? models.front().name
             : fmt::format("mean of {} networks: {}", models.size(),
                           fmt::join(names, ", "));
}

} // namespace dlnet
