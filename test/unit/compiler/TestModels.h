// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random models of every cell, and a loader for their emitted C.
#ifndef DLNET_TEST_UNIT_COMPILER_TESTMODELS_H
#define DLNET_TEST_UNIT_COMPILER_TESTMODELS_H

#include "frontend/Compiler.h"
#include "passes/Executor.h"

#include <memory>
#include <random>

namespace dlnet::test {

/// A model of random shape and weights whose solver is stable; every third seed
/// (2, 5, 8, ...) gives one that reads the age.
FamilyModel randomModel(CellKind cell, uint32_t seed);

/// An age as the model was trained on, or any at all; 0 for a model that does
/// not read it.
uint32_t randomAge(const FamilyModel &model, std::mt19937 &random);
uint32_t extremeAge(std::mt19937 &random);

/// A smooth ageing curve with noise, in SOH.
std::vector<float> randomWindow(size_t size, std::mt19937 &random);

/// The emitted C of a model, compiled by the host's compiler and loaded.
class LoadedModel {
public:
  /// Compiles with warnings as errors and `flags`; null with a test failure.
  static std::unique_ptr<LoadedModel> load(const codegen::EmittedC &c,
                                           const std::string &prefix,
                                           const std::string &flags = "-O1");
  ~LoadedModel();

  int init(void *state) const;
  int push(void *state, int32_t soh) const;
  int forecast(void *state, int16_t *out, uint32_t capacity) const;
  int predict(void *state, const int16_t *history, uint32_t cycles,
              int16_t *out, uint32_t capacity) const;

  // Of a model that reads the age.
  int setAge(void *state, uint32_t age) const;
  int predictAt(void *state, const int16_t *history, uint32_t cycles,
                uint32_t age, int16_t *out, uint32_t capacity) const;

  /// Either one, as the model wants it.
  int predict(const FamilyModel &model, void *state,
              const std::vector<int16_t> &window, uint32_t age,
              std::vector<int16_t> &out) const;

private:
  LoadedModel(void *handle, std::string prefix)
      : handle(handle), prefix(std::move(prefix)) {}
  void *symbol(const char *suffix) const;
  void *handle;
  std::string prefix;
};

} // namespace dlnet::test

#endif // DLNET_TEST_UNIT_COMPILER_TESTMODELS_H
