// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes are small enough to compile in a moment and odd enough to meet every
// padding and tail of the kernels.
#include "TestModels.h"

#include "frontend/WriteFiles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>

using namespace dlnet;
namespace fs = std::filesystem;

namespace {

template <typename T> T pick(std::mt19937 &random, std::vector<T> values) {
  return values[random() % values.size()];
}

double uniform(std::mt19937 &random, double low, double high) {
  return low + (high - low) * (random() / 4294967296.0);
}

double normal(std::mt19937 &random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i)
    sum += uniform(random, -0.5, 0.5);
  return sum;
}

} // namespace

FamilyModel dlnet::test::randomModel(CellKind cell, uint32_t seed) {
  std::mt19937 random(seed * 4 + static_cast<uint32_t>(cell));
  FamilyModel model;
  model.name = "random";
  model.role = "student";
  model.cell = cell;
  model.units = 1 + random() % 33;
  model.block = pick<int64_t>(random, {1, 3, 5, 10});
  model.window = model.block * (2 + random() % 18);
  model.horizon = 1 + random() % 70;
  model.basis = 1 + random() % 11;
  model.ranges = {{-8, 8}, {-2, 8}, {-2, 1}, {-1, 1}, {}, {}};
  model.ranges.coefficients.assign(model.basis, {-3, 3});
  if (seed % 3 == 2) {
    model.features.age =
        Features::Age{uniform(random, 0, 1500), 1 / uniform(random, 50, 900)};
    // Now and then a range so narrow that its unit would be too fine.
    double first = uniform(random, 0, 900);
    double last = first + pick<double>(random, {0, 1, 700, 2500});
    model.ranges.age = {
        (first - model.features.age->offset) * model.features.age->scale,
        (last - model.features.age->offset) * model.features.age->scale};
  }
  if (cell == CellKind::Cfc) {
    model.solver.method = SolverKind::ClosedForm;
  } else {
    model.solver.method =
        random() % 2 ? SolverKind::ExplicitEuler : SolverKind::Fused;
    model.solver.steps = 1 + random() % 4;
    model.solver.dt = pick<double>(random, {0.25, 0.5, 0.7, 1.0});
  }
  // An explicit LTC step of dt * (1/tau + f) > 1 overshoots: stable, but with
  // no box that the compiler can prove, so it would refuse.
  if (cell == CellKind::Ltc && model.solver.method == SolverKind::ExplicitEuler)
    model.solver.steps = std::max<int64_t>(model.solver.steps, 2);
  // Beyond about 1.5 random networks turn chaotic and magnify any rounding.
  double recurrent = uniform(random, 0.3, 1.2) / std::sqrt(model.units);
  for (const auto &[key, shape] : expectedTensors(model)) {
    Tensor tensor{shape, {}};
    int64_t size = 1;
    for (int64_t extent : shape)
      size *= extent;
    for (int64_t i = 0; i < size; ++i) {
      double value = normal(random);
      if (key == "cell.tau")
        value = uniform(random, 1.5, 20.0);
      else if (key == "cell.alpha")
        value = uniform(random, 0.05, 0.9);
      else if (key == "basis.mean")
        value *= 0.5;
      else if (shape.size() == 2 && shape[1] == model.units)
        value *= recurrent;
      tensor.values.push_back(static_cast<float>(value));
    }
    // A unit that nothing drives, a row of zeros: both happen in practice.
    if (shape.size() == 2 && random() % 4 == 0)
      std::fill_n(tensor.values.begin(), shape[1], 0.0f);
    model.tensors[key] = std::move(tensor);
  }
  return model;
}

uint32_t dlnet::test::randomAge(const FamilyModel &model,
                                std::mt19937 &random) {
  if (!model.features.age)
    return 0;
  const Features::Age &age = *model.features.age;
  double low = model.ranges.age.low / age.scale + age.offset;
  double high = model.ranges.age.high / age.scale + age.offset;
  return static_cast<uint32_t>(uniform(random, low, high) + 0.5);
}

uint32_t dlnet::test::extremeAge(std::mt19937 &random) {
  return pick<uint32_t>(random, {0, 1, 32766, 32767, 32768, UINT32_MAX,
                                 static_cast<uint32_t>(random() % 32768),
                                 static_cast<uint32_t>(random())});
}

std::vector<float> dlnet::test::randomWindow(size_t size,
                                             std::mt19937 &random) {
  std::vector<float> window(size);
  double level = uniform(random, 0.8, 1.05), slope = uniform(random, 0, 3e-4);
  double bend = uniform(random, 0, 4e-6);
  for (size_t i = 0; i < size; ++i)
    window[i] = static_cast<float>(level - slope * i - bend * i * i +
                                   2e-4 * normal(random));
  return window;
}

std::unique_ptr<test::LoadedModel>
dlnet::test::LoadedModel::load(const codegen::EmittedC &c,
                               const std::string &prefix,
                               const std::string &flags) {
  std::string pattern = (fs::temp_directory_path() / "dlnet-XXXXXX").string();
  const char *made = mkdtemp(pattern.data());
  if (!made) {
    ADD_FAILURE() << "cannot make a temporary folder";
    return nullptr;
  }
  fs::path folder = made;
  std::unique_ptr<LoadedModel> loaded;
  Status status = writeFiles(
      folder.string(), {{prefix + ".h", c.header}, {prefix + ".c", c.source}});
  std::string command =
      DLNET_C_COMPILER
      " -std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror " +
      flags + " -shared -fPIC -o " + (folder / "model.so").string() + " " +
      (folder / (prefix + ".c")).string();
  void *handle = nullptr;
  if (!status)
    ADD_FAILURE() << status.message();
  else if (std::system(command.c_str()) != 0)
    ADD_FAILURE() << "emitted C does not compile: " << command;
  else if (!(handle = dlopen((folder / "model.so").c_str(), RTLD_NOW)))
    ADD_FAILURE() << dlerror();
  else
    loaded.reset(new LoadedModel(handle, prefix));
  fs::remove_all(folder);
  return loaded;
}

test::LoadedModel::~LoadedModel() { dlclose(handle); }

void *test::LoadedModel::symbol(const char *suffix) const {
  void *found = dlsym(handle, (prefix + suffix).c_str());
  EXPECT_NE(found, nullptr) << prefix << suffix;
  return found;
}

int test::LoadedModel::init(void *state) const {
  return reinterpret_cast<int (*)(void *)>(symbol("_init"))(state);
}
int test::LoadedModel::push(void *state, int32_t soh) const {
  return reinterpret_cast<int (*)(void *, int32_t)>(symbol("_push"))(state,
                                                                     soh);
}
int test::LoadedModel::forecast(void *state, int16_t *out,
                                uint32_t capacity) const {
  return reinterpret_cast<int (*)(void *, int16_t *, uint32_t)>(
      symbol("_forecast"))(state, out, capacity);
}
int test::LoadedModel::predict(void *state, const int16_t *history,
                               uint32_t cycles, int16_t *out,
                               uint32_t capacity) const {
  return reinterpret_cast<int (*)(void *, const int16_t *, uint32_t, int16_t *,
                                  uint32_t)>(symbol("_predict"))(
      state, history, cycles, out, capacity);
}
int test::LoadedModel::setAge(void *state, uint32_t age) const {
  return reinterpret_cast<int (*)(void *, uint32_t)>(symbol("_set_age"))(state,
                                                                         age);
}
int test::LoadedModel::predictAt(void *state, const int16_t *history,
                                 uint32_t cycles, uint32_t age, int16_t *out,
                                 uint32_t capacity) const {
  return reinterpret_cast<int (*)(void *, const int16_t *, uint32_t, uint32_t,
                                  int16_t *, uint32_t)>(symbol("_predict"))(
      state, history, cycles, age, out, capacity);
}
int test::LoadedModel::predict(const FamilyModel &model, void *state,
                               const std::vector<int16_t> &window, uint32_t age,
                               std::vector<int16_t> &out) const {
  uint32_t cycles = window.size(), capacity = out.size();
  return model.features.age
             ? predictAt(state, window.data(), cycles, age, out.data(),
                         capacity)
             : predict(state, window.data(), cycles, out.data(), capacity);
}
