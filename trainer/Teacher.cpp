// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members may read other blocks than the student: each makes its own inputs
// of the same windows.
#include "trainer/Teacher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace dlnet {

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
