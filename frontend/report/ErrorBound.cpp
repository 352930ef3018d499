// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is proved of the integers' error, beside what was measured of it.
#include "passes/ErrorBound.h"
#include "frontend/report/Report.h"

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

FailureOr<json> report::errorBoundOf(Compiler &compiler,
                                     const FamilyModel &source,
                                     const CompileOptions &options) {
  auto quantized = compiler.import(source, source.name);
  if (failed(quantized) || failed(compiler.discretize(*quantized, options)) ||
      failed(compiler.quantize(*quantized, options)))
    return failure();
  auto bound = lnn::boundError(quantized->model(),
                               static_cast<unsigned>(options.lutBits));
  if (failed(bound))
    return failure();
  json assumed = json::array();
  for (Value value : bound->mustFit)
    assumed.push_back(nameOf(value.getLoc()));
  return json{{"mean", rounded(bound->mean())},
              {"greatest", rounded(bound->greatest())},
              {"step", rounded(bound->step)},
              {"growth", rounded(bound->growth)},
              {"assumed_to_fit", assumed}};
}
