// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory plan as lnn-plan-memory wrote it, with words for its numbers.
#include "frontend/report/Report.h"

#include "passes/BuildPlan.h"

using namespace mlir;
using namespace dlnet;
using nlohmann::json;

namespace {

/// The operations in the order in which lnn-plan-memory numbers them; a scan
/// stands before its body.
void listOperations(Block &block, json &steps) {
  for (Operation &op : block) {
    steps.push_back({{"operation", op.getName().stripDialect().str()},
                     {"name", report::nameOf(op.getLoc())}});
    if (auto scan = dyn_cast<lnn::ScanOp>(op))
      listOperations(scan.getBody().front(), steps);
  }
}

} // namespace

json report::memoryOf(lnn::ModelOp model, const Cost &cost) {
  json buffers = json::array();
  int64_t arena = 0;
  for (auto buffer : model->getAttrOfType<ArrayAttr>(lnn::kArenaAttr)
                         .getAsRange<DictionaryAttr>()) {
    int64_t elements = buffer.getAs<IntegerAttr>("elements").getInt();
    int64_t bits = buffer.getAs<IntegerAttr>("width").getInt();
    arena += elements * bits / 8;
    json lifetimes = json::array();
    auto ends = buffer.getAs<DenseI64ArrayAttr>("lifetimes").asArrayRef();
    for (size_t i = 0; i < ends.size(); i += 2)
      lifetimes.push_back({ends[i], ends[i + 1]});
    buffers.push_back({{"name", buffer.getAs<StringAttr>("name").str()},
                       {"elements", elements},
                       {"bits", bits},
                       {"bytes", elements * bits / 8},
                       {"lifetimes", lifetimes}});
  }
  int64_t state = lnn::buildPlan(model).plan.stateBytes();
  json steps = json::array();
  listOperations(model.getBody().front(), steps);
  return {{"arena_bytes", arena},
          {"state_bytes", state},
          {"table_ram_bytes", cost.ram - state},
          {"stack_bytes", cost.stack},
          {"buffers", buffers},
          {"steps", steps}};
}
