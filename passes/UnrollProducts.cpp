// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-unroll-products: flash for time, where it buys most. The choice of a
// sparse packing was made between loops, and is looked at again here.
#include "passes/Passes.h"
#include "passes/Runs.h"
#include "passes/TargetOption.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"

#include <map>
#include <optional>

namespace dlnet::lnn {
#define GEN_PASS_DEF_UNROLLPRODUCTS
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using cost::ProductForm;

namespace {

/// One way to do a product.
struct Form {
  Packing packing;
  bool unroll;
  int64_t tableBytes, instructions; ///< Instructions are those of a forecast.
  unsigned kernel;                  ///< Its place among all kernels.
};

struct Product {
  MatvecS8Op op;
  int64_t runs;
  cost::ProductShape shape;
};

/// A change to be made or not: products, in order, get new forms.
using Move = SmallVector<std::pair<unsigned, Form>>;

/// What all products cost together.
struct Total {
  int64_t bytes = 0, instructions = 0;
};

/// What a move adds and saves.
struct Bargain {
  int64_t bytes, saved;

  /// Bytes that are not positive are a gift.
  bool isBetterThan(const Bargain &other) const {
    if (bytes <= 0 || other.bytes <= 0)
      return bytes < other.bytes;
    return saved * other.bytes > other.saved * bytes;
  }
};

struct UnrollProducts : lnn::impl::UnrollProductsBase<UnrollProducts> {
  using UnrollProductsBase::UnrollProductsBase;

  void runOnOperation() override {
    if (flash < 0) {
      getOperation().emitError("cannot unroll within ")
          << flash.getValue() << " bytes of flash; expected 0 or more";
      return signalPassFailure();
    }
    core = targetNamed(target, getOperation());
    if (!core || failed(findProducts()))
      return signalPassFailure();
    std::vector<Move> moves = allMoves();
    for (int64_t left = flash;;) {
      std::optional<Bargain> best;
      Move bestMove;
      for (const Move &move : moves) {
        Move faster = fasterPart(move);
        Bargain bargain = bargainOf(faster);
        if (bargain.saved <= 0 || bargain.bytes > left ||
            bargain.bytes > bargain.saved)
          continue;
        if (!best || bargain.isBetterThan(*best)) {
          best = bargain;
          bestMove = faster;
        }
      }
      if (!best)
        break;
      left -= best->bytes;
      apply(bestMove, forms);
    }
    for (auto [product, form] : llvm::zip(products, forms)) {
      product.op.setPacking(form.packing);
      product.op.setUnroll(form.unroll);
      numUnrolled += form.unroll;
    }
  }

private:
  LogicalResult findProducts() {
    products.clear();
    forms.clear();
    kernels.clear();
    WalkResult result = getOperation().getBody().walk([&](MatvecS8Op op) {
      if (!op.getPacking()) {
        op.emitError("has no packing; run lnn-prove-ranges");
        return WalkResult::interrupt();
      }
      if (!core->has(static_cast<ProductForm>(*op.getPacking()))) {
        reportForeignPacking(op, *core);
        return WalkResult::interrupt();
      }
      auto weights = integerElements(op.getWeights());
      products.push_back(
          {op, runsOf(op),
           cost::productShape(sizeOf(op.getResult()), sizeOf(op.getInput()),
                              {weights.begin(), weights.end()})});
      forms.push_back(formOf(products.back(), *op.getPacking(), false));
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  Form formOf(const Product &product, Packing packing, bool unroll) {
    auto form = static_cast<ProductForm>(packing);
    cost::ProductCost cost =
        cost::productCost(*core, product.shape, form, unroll);
    auto kernel = cost::productKernel(product.shape, form, unroll);
    unsigned number = kernels.insert({kernel, kernels.size()}).first->second;
    return {packing, unroll, cost.tableBytes, product.runs * cost.instructions,
            number};
  }

  /// Dense products of one packing and width share an unrolled kernel, so they
  /// move together. Each may become straight alone, or with those, since the
  /// last one to leave a kernel takes its bytes with it.
  std::vector<Move> allMoves() {
    std::vector<Move> moves;
    if (!core->unrolls())
      return moves;
    llvm::MapVector<std::pair<Packing, int64_t>, std::pair<Move, Move>> groups;
    for (auto [index, product] : llvm::enumerate(products)) {
      Packing dense = denseOf(*product.op.getPacking());
      auto &[unrolled, straight] =
          groups[{dense, (product.shape.columns + 1) / 2}];
      if (product.shape.columns <= maxUnrolledColumns(dense))
        unrolled.push_back({index, formOf(product, dense, true)});
      Packing sparse = sparseOf(dense);
      if (product.shape.columns <= maxUnrolledColumns(sparse)) {
        straight.push_back({index, formOf(product, sparse, true)});
        moves.push_back({straight.back()});
      }
    }
    for (auto &[key, group] : groups) {
      moves.push_back(std::move(group.first));
      moves.push_back(std::move(group.second));
    }
    return moves;
  }

  Move fasterPart(const Move &move) const {
    Move faster;
    for (const auto &[index, form] : move)
      if (form.instructions < forms[index].instructions)
        faster.push_back({index, form});
    return faster;
  }

  Bargain bargainOf(const Move &move) const {
    std::vector<Form> after = forms;
    apply(move, after);
    Total from = totalOf(forms), to = totalOf(after);
    return {to.bytes - from.bytes, from.instructions - to.instructions};
  }

  static void apply(const Move &move, std::vector<Form> &to) {
    for (const auto &[index, form] : move)
      to[index] = form;
  }

  /// With the bytes of each kernel that any product uses.
  Total totalOf(const std::vector<Form> &some) const {
    Total total;
    llvm::BitVector used(kernels.size());
    for (const Form &form : some) {
      total.bytes += form.tableBytes;
      total.instructions += form.instructions;
      used.set(form.kernel);
    }
    for (const auto &[kernel, number] : kernels)
      if (used.test(number))
        total.bytes += cost::kernelBytes(*core, kernel);
    return total;
  }

  const cost::Target *core = nullptr;
  std::vector<Product> products;
  std::vector<Form> forms; ///< Of the products, as far as was decided.
  std::map<cost::ProductKernel, unsigned> kernels;
};

} // namespace
