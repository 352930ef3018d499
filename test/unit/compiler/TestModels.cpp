// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Through a shared library, as a program would link it.
#include "TestModels.h"

#include "frontend/support/WriteFiles.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>

using namespace dlnet;
namespace fs = std::filesystem;

std::unique_ptr<test::LoadedModel> dlnet::test::LoadedModel::load(
    const codegen::EmittedC &c, const std::string &prefix,
    const std::string &flags, const std::string &selfTest) {
  std::string pattern = (fs::temp_directory_path() / "dlnet-XXXXXX").string();
  const char *made = mkdtemp(pattern.data());
  if (!made) {
    ADD_FAILURE() << "cannot make a temporary folder";
    return nullptr;
  }
  fs::path folder = made;
  std::unique_ptr<LoadedModel> loaded;
  std::map<std::string, std::string> files = {{prefix + ".h", c.header},
                                              {prefix + ".c", c.source}};
  if (!selfTest.empty())
    files[prefix + "_selftest.c"] = selfTest;
  Status status = writeFiles(folder.string(), files);
  std::string command =
      DLNET_C_COMPILER
      " -std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror " +
      flags + " -shared -fPIC -o " + (folder / "model.so").string() + " " +
      (folder / (prefix + "*.c")).string();
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
int test::LoadedModel::selfTest(void *state, int16_t *out,
                                uint32_t capacity) const {
  return reinterpret_cast<int (*)(void *, int16_t *, uint32_t)>(
      symbol("_selftest"))(state, out, capacity);
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
