// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-annotate-cost: counts of the C's plan times prices (passes/targets).
#include "passes/BuildPlan.h"
#include "passes/CheckResults.h"
#include "passes/Passes.h"
#include "passes/TargetOption.h"
#include "passes/targets/PlanCost.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_ANNOTATECOST
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

struct AnnotateCost : lnn::impl::AnnotateCostBase<AnnotateCost> {
  using AnnotateCostBase::AnnotateCostBase;

  void runOnOperation() override {
    ModelOp model = getOperation();
    if (!model->hasAttr(kArenaAttr)) {
      model.emitError("has no arena; run lnn-plan-memory");
      return signalPassFailure();
    }
    const cost::Target *core = targetNamed(target, model);
    if (!core)
      return signalPassFailure();
    WalkResult levels = model.getBody().walk([](Operation *op) {
      return WalkResult(
          checkResults(op, "lnn-annotate-cost takes integer-level networks",
                       [](Type type) { return type.isSignlessInteger(); }));
    });
    if (levels.wasInterrupted() || failed(checkTarget(model, *core)))
      return signalPassFailure();
    annotate(
        cost::price(*core, cost::countPlan(buildPlan(model).plan, *core).all));
  }

private:
  void annotate(const cost::ModelCost &cost) {
    Builder builder(&getContext());
    auto entry = [&](StringRef name, int64_t value) {
      return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
    };
    getOperation()->setAttr(
        kCostAttr,
        builder.getDictionaryAttr(
            {entry("cycles", cost.cycles), entry("flash", cost.flash),
             entry("instructions", cost.instructions), entry("ram", cost.ram),
             entry("stack", cost.stack)}));
  }
};

} // namespace
