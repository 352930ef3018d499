// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows come from integers alone: floating point, or a library's random
// distributions, could give other bytes elsewhere.
#include "codegen/SelfTest.h"

#include "codegen/Noise.h"
#include "codegen/PortsApi.h"
#include "codegen/Templates.h"
#include "passes/Executor.h"
#include "passes/OutputPorts.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::codegen;

namespace {

/// From `level` on, `linear` is lost evenly over the window and `bend` with the
/// square of time, all in 1/1000 of `one`; with noise up to 1/`quiet` of it.
std::vector<int16_t> fade(int64_t size, int64_t one, int64_t level,
                          int64_t linear, int64_t bend, int64_t quiet,
                          Noise &noise) {
  std::vector<int16_t> window(size);
  for (int64_t k = 0; k < size; ++k) {
    int64_t lost = one * k * (linear * size + bend * k) / (1000 * size * size);
    window[k] = static_cast<int16_t>(std::clamp<int64_t>(
        one * level / 1000 - lost + noise.around(one / quiet), 0, INT16_MAX));
  }
  return window;
}

/// The ends of the range in turn, then anything at all. Forecasts start from
/// the newest cycle, which is `one`: from an end they would be clipped, and
/// hide what came before.
std::vector<int16_t> extremes(int64_t size, int64_t one, Noise &noise) {
  std::vector<int16_t> window(size);
  int64_t period = std::max<int64_t>(size / 5, 1);
  for (int64_t k = 0; k < size; ++k)
    window[k] = 2 * k >= size ? noise.any() : k / period % 2 ? INT16_MAX : 0;
  window.back() = static_cast<int16_t>(one);
  return window;
}

/// Rows of an array of arrays.
std::string rows(ArrayRef<GoldenVector> vectors,
                 std::vector<int16_t> GoldenVector::*member) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const GoldenVector &vector : vectors) {
    os << "\n    {";
    for (auto [i, value] : llvm::enumerate(vector.*member))
      os << (i % 12 == 0 ? "\n        " : " ") << value << ",";
    os << "\n    },";
  }
  return text;
}

} // namespace

FailureOr<std::vector<GoldenVector>>
dlnet::codegen::goldenVectors(lnn::ModelOp model) {
  auto executor = lnn::IntegerExecutor::compile(model);
  if (failed(executor))
    return failure();
  int64_t size = model.getWindowSize(), one = 1ll << model.getFractionBits();
  Noise noise;
  std::vector<GoldenVector> vectors = {
      {fade(size, one, 980, 4, 6, 4096, noise), 300, {}},
      {fade(size, one, 870, 20, 60, 4096, noise), 1200, {}},
      {fade(size, one, 950, 100, 0, 64, noise), 0, {}},
      {extremes(size, one, noise), UINT32_MAX, {}}};
  for (GoldenVector &vector : vectors) {
    vector.forecast.resize(model.getHorizonSize());
    executor->run(vector.window.data(), vector.forecast.data(), vector.age);
  }
  return vectors;
}

FailureOr<std::string> dlnet::codegen::emitSelfTest(lnn::ModelOp model,
                                                    const EmitOptions &options,
                                                    const EmittedC &c,
                                                    unsigned count) {
  if (lnn::hasOwnPorts(model)) {
    Fields fields = commonFields(model, options, c.digest);
    addPortFields(model, fields);
    if (failed(addGoldenFields(model, fields, count)))
      return failure();
    return apiText("ports_selftest.c.in", fields);
  }
  auto vectors = goldenVectors(model);
  if (failed(vectors))
    return failure();
  std::string ages;
  for (const GoldenVector &vector : *vectors)
    ages += (ages.empty() ? "" : ", ") + std::to_string(vector.age) + "u";
  Fields fields = commonFields(model, options, c.digest);
  fields.texts.insert({{"vectors", std::to_string(vectors->size())},
                       {"ages", ages},
                       {"windows", rows(*vectors, &GoldenVector::window)},
                       {"forecasts", rows(*vectors, &GoldenVector::forecast)}});
  return apiText("selftest.c.in", fields);
}
