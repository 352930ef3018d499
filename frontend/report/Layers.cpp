// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a forecast's time goes, operation by operation.
#include "frontend/report/Report.h"

#include "passes/BuildPlan.h"
#include "passes/Runs.h"
#include "passes/targets/PlanCost.h"

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

namespace {

json productOf(lnn::MatvecS8Op op, int64_t times) {
  auto type = cast<ShapedType>(op.getWeights().getType());
  int64_t kept = llvm::count_if(lnn::integerElements(op.getWeights()),
                                [](int64_t weight) { return weight != 0; });
  json entry = {{"rows", type.getDimSize(0)},
                {"columns", type.getDimSize(1)},
                {"macs", type.getNumElements() * times},
                {"density", report::rounded(static_cast<double>(kept) /
                                            type.getNumElements())}};
  if (auto packing = op.getPacking())
    entry["packing"] = lnn::stringifyPacking(*packing).str();
  return entry;
}

json withCost(json entry, const cost::ModelCost &cost) {
  entry["instructions"] = cost.instructions;
  entry["cycles"] = cost.cycles;
  return entry;
}

json layerOf(Operation *op, const cost::Counts &counts,
             const cost::Target &target) {
  auto product = dyn_cast<lnn::MatvecS8Op>(op);
  json entry = product ? productOf(product, lnn::runsOf(op)) : json::object();
  entry["operation"] = op->getName().stripDialect().str();
  entry["name"] = report::nameOf(op->getLoc());
  entry["times"] = lnn::runsOf(op);
  return withCost(std::move(entry), cost::price(target, counts));
}

} // namespace

json report::layersOf(lnn::ModelOp model, const cost::Target &target) {
  lnn::BuiltPlan built = lnn::buildPlan(model);
  cost::PlanCounts counts = cost::countPlan(built.plan, target);
  json layers = json::array();
  // The rest: what calls, checks, and copies the window.
  cost::ModelCost frame = cost::price(target, counts.all);
  for (auto [op, part] : llvm::zip(built.operations, counts.parts)) {
    layers.push_back(layerOf(op, part, target));
    frame.instructions -= layers.back()["instructions"].get<int64_t>();
    frame.cycles -= layers.back()["cycles"].get<int64_t>();
  }
  layers.insert(
      layers.begin(),
      withCost({{"operation", "frame"}, {"name", ""}, {"times", 1}}, frame));
  return layers;
}
