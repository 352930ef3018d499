// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-fuse-elementwise: list scheduling of a block into products and loops.
// Whatever is not elementwise goes first, so that the groups grow large.
#include "passes/Passes.h"

#include "llvm/ADT/SetVector.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

bool isElementwise(Operation *op) { return op->hasTrait<ElementwiseInteger>(); }

struct FuseElementwise : lnn::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    SmallVector<Block *> blocks = {&getOperation().getBody().front()};
    getOperation().walk(
        [&](ScanOp scan) { blocks.push_back(&scan.getBody().front()); });
    for (Block *block : blocks)
      schedule(*block);
  }

private:
  /// Whether everything that `op` (with its regions) reads from `block` has
  /// been placed already.
  static bool isReady(Operation *op, Block &block,
                      const DenseSet<Operation *> &waiting) {
    WalkResult result = op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *producer = operand.getDefiningOp())
          if (producer != op && producer->getBlock() == &block &&
              waiting.contains(producer))
            return WalkResult::interrupt();
      return WalkResult::advance();
    });
    return !result.wasInterrupted();
  }

  /// An interpolation has its knots from outside its group, and the group one
  /// number of knots.
  static bool mayJoin(Operation *op, ArrayRef<Operation *> group) {
    auto interpolation = dyn_cast<InterpolateS32Op>(op);
    if (!interpolation)
      return true;
    Value knots = interpolation.getKnots();
    return llvm::none_of(group, [&](Operation *member) {
      auto other = dyn_cast<InterpolateS32Op>(member);
      return member == knots.getDefiningOp() ||
             (other && sizeOf(other.getKnots()) != sizeOf(knots));
    });
  }

  void schedule(Block &block) {
    SmallVector<Operation *> order;
    DenseSet<Operation *> waiting;
    for (Operation &op : block.without_terminator()) {
      order.push_back(&op);
      waiting.insert(&op);
    }
    Operation *terminator = block.getTerminator();
    auto place = [&](Operation *op) {
      op->moveBefore(terminator);
      waiting.erase(op);
    };
    while (!waiting.empty()) {
      bool moved = false;
      for (Operation *op : order)
        if (waiting.contains(op) && !isElementwise(op) &&
            isReady(op, block, waiting)) {
          place(op);
          moved = true;
        }
      if (moved)
        continue;
      SmallVector<Operation *> group;
      for (Operation *op : order) {
        if (!waiting.contains(op) || !isElementwise(op) ||
            !isReady(op, block, waiting))
          continue;
        if (!group.empty() &&
            (sizeOf(op->getResult(0)) != sizeOf(group[0]->getResult(0)) ||
             !mayJoin(op, group)))
          continue;
        group.push_back(op);
        place(op);
      }
      fuse(group, terminator);
    }
  }

  void fuse(ArrayRef<Operation *> group, Operation *before) {
    DenseSet<Operation *> members(group.begin(), group.end());
    SmallVector<Value> leaving;
    for (Operation *op : group)
      if (llvm::any_of(op->getUsers(), [&](Operation *user) {
            return !members.contains(user);
          }))
        leaving.push_back(op->getResult(0));
    if (leaving.empty()) {
      // Nothing reads the group: it is dead, and a loop must give something.
      for (Operation *op : llvm::reverse(group))
        op->erase();
      return;
    }
    OpBuilder builder(before);
    auto fused = builder.create<FusedOp>(group.front()->getLoc(),
                                         TypeRange(ValueRange(leaving)));
    Block *body = builder.createBlock(&fused.getBody());
    for (Operation *op : group)
      op->moveBefore(body, body->end());
    builder.setInsertionPointToEnd(body);
    builder.create<YieldOp>(fused.getLoc(), leaving);
    for (auto [value, result] : llvm::zip(leaving, fused.getResults()))
      value.replaceUsesWithIf(result, [&](OpOperand &use) {
        return !fused->isAncestor(use.getOwner());
      });
    ++numGroups;
  }
};

} // namespace
