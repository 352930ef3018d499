// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a forecast's time goes, operation by operation.
#include "frontend/report/Report.h"

#include "passes/Emitted.h"

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

class Lister {
public:
  explicit Lister(lnn::ModelOp model) : parts(lnn::countParts(model)) {
    list(model.getBody().front(), 1);
    // The rest: what calls, checks, and copies the window.
    cost::ModelCost frame = cost::price(lnn::countEmitted(model));
    for (const json &layer : layers) {
      frame.instructions -= layer["instructions"].get<int64_t>();
      frame.cycles -= layer["cycles"].get<int64_t>();
    }
    layers.insert(
        layers.begin(),
        withCost({{"operation", "frame"}, {"name", ""}, {"times", 1}}, frame));
  }

  json layers = json::array();

private:
  static json withCost(json entry, const cost::ModelCost &cost) {
    entry["instructions"] = cost.instructions;
    entry["cycles"] = cost.cycles;
    return entry;
  }

  void list(Block &block, int64_t times) {
    for (Operation &op : block.without_terminator()) {
      // Neither has code of its own.
      if (isa<lnn::ConstantOp, lnn::LastOp>(op))
        continue;
      auto product = dyn_cast<lnn::MatvecS8Op>(op);
      json entry = product ? productOf(product, times) : json::object();
      entry["operation"] = op.getName().stripDialect().str();
      entry["name"] = report::nameOf(op.getLoc());
      entry["times"] = times;
      layers.push_back(
          withCost(std::move(entry), cost::price(parts.lookup(&op))));
      if (auto scan = dyn_cast<lnn::ScanOp>(op))
        list(scan.getBody().front(), times * scan.getTripCount());
    }
  }

  llvm::DenseMap<Operation *, cost::Counts> parts;
};

} // namespace

json report::layersOf(lnn::ModelOp model) { return Lister(model).layers; }
