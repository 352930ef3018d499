// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forecasts to look at. The compiler has no data set, so that the cells are
// simulated, and their errors illustrate; they measure nothing.
#include "frontend/report/Report.h"

#include "frontend/family/SohFormat.h"
#include "frontend/series/Baselines.h"
#include "frontend/series/FamilyReading.h"
#include "passes/Executor.h"

#include <algorithm>

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

namespace {

constexpr uint64_t kSeeds[] = {7, 11, 23};

/// One window late in a cell's life, where a forecast is hardest.
WindowSet lateWindow(const Battery &cell, const FamilyModel &model) {
  WindowSet windows = makeWindows({cell}, {model.window, model.horizon, 1});
  if (windows.size() == 0)
    return windows;
  Eigen::Index row = (windows.size() - 1) * 9 / 10;
  WindowSet late = windows;
  late.inputs = windows.inputs.row(row);
  late.targets = windows.targets.row(row);
  late.first = {windows.first[row]};
  return late;
}

json series(const RowMatrix &values) {
  json list = json::array();
  for (float value : values.row(0))
    list.push_back(report::rounded(value));
  return list;
}

/// The polynomial that comes nearest on this very window; no forecaster could
/// know which one that is.
json bestPolynomial(const WindowSet &window) {
  Baseline best =
      bestPolynomialBaseline(measureBaselines(window.inputs, window.targets));
  for (const PolynomialBaseline &baseline :
       polynomialBaselines(window.inputs.cols()))
    if (baseline.name == best.name)
      return {{"name", best.name},
              {"mae", report::rounded(best.mae)},
              {"values",
               series(forecastPolynomial(window.inputs, window.targets.cols(),
                                         baseline.degree, baseline.points))}};
  return nullptr;
}

} // namespace

FailureOr<json> report::forecastsOf(Compiler &compiler, const Family &family,
                                    const FamilyModel &source,
                                    lnn::ModelOp integer,
                                    const CompileOptions &options) {
  auto real = compiler.import(source, source.name);
  if (failed(real) || failed(compiler.discretize(*real, options)))
    return failure();
  auto inReal = lnn::FloatExecutor::compile(real->model());
  auto inInt8 = lnn::IntegerExecutor::compile(integer);
  if (failed(inReal) || failed(inInt8))
    return failure();
  SohFormat format(integer.getFractionBits());
  json examples = json::array();
  for (uint64_t seed : kSeeds) {
    WindowSet window = lateWindow(
        simulatedFor(family.data, "simulated " + std::to_string(seed), seed),
        source);
    if (window.size() == 0)
      continue;
    auto age = static_cast<uint32_t>(window.first[0] + source.window);
    RowMatrix byFloat(1, source.horizon), byInt8(1, source.horizon);
    inReal->run(window.inputs.data(), byFloat.data(), age);
    std::vector<int16_t> input(source.window), output(source.horizon);
    std::transform(window.inputs.data(), window.inputs.data() + source.window,
                   input.begin(),
                   [&](float soh) { return format.toInteger(soh); });
    inInt8->run(input.data(), output.data(), age);
    std::transform(output.begin(), output.end(), byInt8.data(),
                   [&](int16_t soh) { return format.toReal(soh); });
    examples.push_back({{"cell", window.names[0]},
                        {"cycle", age},
                        {"window", series(window.inputs)},
                        {"truth", series(window.targets)},
                        {"float",
                         {{"mae", rounded(maeOf(byFloat, window.targets))},
                          {"values", series(byFloat)}}},
                        {"int8",
                         {{"mae", rounded(maeOf(byInt8, window.targets))},
                          {"values", series(byInt8)}}},
                        {"baseline", bestPolynomial(window)}});
  }
  return examples;
}
