// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is proved of the integers' error, beside what was measured of it.
#include "passes/ErrorBound.h"
#include "frontend/report/Report.h"

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

FailureOr<json> report::errorBoundOf(lnn::ModelOp quantized,
                                     const CompileOptions &options) {
  auto bound =
      lnn::boundError(quantized, static_cast<unsigned>(options.lutBits));
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
