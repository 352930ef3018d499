// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-unroll-products: flash for time, where it buys most. All products of one
// packing and width share a kernel, so they are unrolled together or not at
// all. The choice of a sparse packing was made against a loop, and is looked at
// again here.
#include "passes/Passes.h"
#include "passes/Runs.h"
#include "passes/cost/ProductCost.h"

#include "llvm/ADT/MapVector.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_UNROLLPRODUCTS
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using cost::ProductForm;

namespace {

/// The products that one unrolled kernel would serve.
struct Group {
  Packing packing;
  int64_t bytes = 0;     ///< Of the unrolled kernel, and of tables that grow.
  int64_t saved = 0;     ///< Instructions of a forecast.
  bool hasLoops = false; ///< Some call the kernel with the loop now.
  SmallVector<MatvecS8Op> products;
  bool unrolled = false;
};

/// Whether `a` is the better bargain; bytes that are not positive are a gift.
bool isBetter(const Group &a, int64_t aBytes, const Group &b, int64_t bBytes) {
  if (aBytes <= 0 || bBytes <= 0)
    return aBytes < bBytes;
  return a.saved * bBytes > b.saved * aBytes;
}

struct UnrollProducts : lnn::impl::UnrollProductsBase<UnrollProducts> {
  using UnrollProductsBase::UnrollProductsBase;

  void runOnOperation() override {
    if (flash < 0) {
      getOperation().emitError("cannot unroll within ")
          << flash.getValue() << " bytes of flash; expected 0 or more";
      return signalPassFailure();
    }
    if (failed(findGroups()))
      return signalPassFailure();
    int64_t left = flash;
    while (Group *group = bestGroup(left)) {
      left -= addedBytes(*group);
      group->unrolled = true;
      for (MatvecS8Op op : group->products) {
        op.setPacking(group->packing);
        op.setUnroll(true);
      }
      numUnrolled += group->products.size();
    }
  }

private:
  LogicalResult findGroups() {
    groups.clear();
    llvm::MapVector<std::pair<Packing, int64_t>, Group> found;
    WalkResult result = getOperation().getBody().walk([&](MatvecS8Op op) {
      if (!op.getPacking()) {
        op.emitError("has no packing; run lnn-prove-ranges");
        return WalkResult::interrupt();
      }
      op.setUnroll(false);
      Packing packing = denseOf(*op.getPacking());
      int64_t pairs = (sizeOf(op.getInput()) + 1) / 2;
      addTo(found[{packing, pairs}], packing, op);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
    for (auto &[key, group] : found)
      if (!group.products.empty())
        groups.push_back(std::move(group));
    return success();
  }

  void addTo(Group &group, Packing packing, MatvecS8Op op) {
    auto form = static_cast<ProductForm>(packing);
    auto weights = integerElements(op.getWeights());
    cost::ProductShape shape =
        cost::productShape(sizeOf(op.getResult()), sizeOf(op.getInput()),
                           {weights.begin(), weights.end()});
    cost::ProductCost now =
        cost::productCost(shape, static_cast<ProductForm>(*op.getPacking()));
    cost::ProductCost unrolled = cost::unrolledCost(shape, form);
    if (unrolled.instructions >= now.instructions)
      return; // sparse, and better so
    if (group.products.empty()) {
      group.packing = packing;
      group.bytes = cost::unrolledKernelBytes(form, shape.columns);
    }
    group.bytes += unrolled.tableBytes - now.tableBytes;
    group.saved += runsOf(op) * (now.instructions - unrolled.instructions);
    group.hasLoops |= !isSparse(*op.getPacking());
    group.products.push_back(op);
  }

  /// Bytes that unrolling one more group adds: the last one of its packing
  /// leaves the kernel with the loop without a caller.
  int64_t addedBytes(const Group &group) const {
    bool isLast =
        group.hasLoops && llvm::all_of(groups, [&](const Group &other) {
          return &other == &group || other.packing != group.packing ||
                 !other.hasLoops || other.unrolled;
        });
    auto form = static_cast<ProductForm>(group.packing);
    return group.bytes - (isLast ? cost::kernelBytes(form) : 0);
  }

  /// The group to unroll next, or null.
  Group *bestGroup(int64_t left) {
    Group *best = nullptr;
    for (Group &group : groups) {
      int64_t bytes = addedBytes(group);
      bool wide = sizeOf(group.products[0].getInput()) > kMaxUnrolledColumns;
      if (group.unrolled || wide || bytes > left || bytes > group.saved)
        continue;
      if (!best || isBetter(group, bytes, *best, addedBytes(*best)))
        best = &group;
    }
    return best;
  }

  SmallVector<Group> groups;
};

} // namespace
