// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loader for the emitted C of models, beside the models themselves.
#ifndef DLNET_TEST_UNIT_COMPILER_TESTMODELS_H
#define DLNET_TEST_UNIT_COMPILER_TESTMODELS_H

#include "frontend/compile/Compiler.h"
#include "passes/Executor.h"
#include "test/tools/random-models/RandomModels.h"

#include <memory>

namespace dlnet::test {

/// The emitted C of a model, compiled by the host's compiler and loaded.
class LoadedModel {
public:
  /// Compiles with warnings as errors and `flags`; null with a test failure.
  /// `selfTest` is the source of the self-test, if it is to be there.
  static std::unique_ptr<LoadedModel> load(const codegen::EmittedC &c,
                                           const std::string &prefix,
                                           const std::string &flags = "-O1",
                                           const std::string &selfTest = "");
  ~LoadedModel();

  int init(void *state) const;
  int push(void *state, int32_t soh) const;
  int forecast(void *state, int16_t *out, uint32_t capacity) const;
  int predict(void *state, const int16_t *history, uint32_t cycles,
              int16_t *out, uint32_t capacity) const;
  int selfTest(void *state, int16_t *out, uint32_t capacity) const;

  // Of a model that reads the age.
  int setAge(void *state, uint32_t age) const;
  int predictAt(void *state, const int16_t *history, uint32_t cycles,
                uint32_t age, int16_t *out, uint32_t capacity) const;

  /// Either one, as the model wants it.
  int predict(const FamilyModel &model, void *state,
              const std::vector<int16_t> &window, uint32_t age,
              std::vector<int16_t> &out) const;

  /// A function of the model: `function<int(void *)>("init")`.
  template <typename Fn> Fn *function(const char *suffix) const {
    return reinterpret_cast<Fn *>(symbol(("_" + std::string(suffix)).c_str()));
  }

private:
  LoadedModel(void *handle, std::string prefix)
      : handle(handle), prefix(std::move(prefix)) {}
  void *symbol(const char *suffix) const;
  void *handle;
  std::string prefix;
};

} // namespace dlnet::test

#endif // DLNET_TEST_UNIT_COMPILER_TESTMODELS_H
