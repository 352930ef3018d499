// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-choose-packing: whether leaving out zeros pays is a question of cost, and
// of what else in the model makes a kernel pay.
#include "passes/Passes.h"
#include "passes/Runs.h"
#include "passes/TargetOption.h"

#include <tuple>

namespace dlnet::lnn {
#define GEN_PASS_DEF_CHOOSEPACKING
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using cost::ProductForm;

namespace {

static_assert(static_cast<int>(ProductForm::DualRow) ==
                      static_cast<int>(Packing::DualRow) &&
                  static_cast<int>(ProductForm::BytePair) ==
                      static_cast<int>(Packing::BytePair) &&
                  static_cast<int>(ProductForm::DualRowSparse) ==
                      static_cast<int>(Packing::DualRowSparse) &&
                  static_cast<int>(ProductForm::BytePairSparse) ==
                      static_cast<int>(Packing::BytePairSparse) &&
                  static_cast<int>(ProductForm::FourRows) ==
                      static_cast<int>(Packing::FourRows),
              "the two enumerations are converted by value");

/// What is to be least, and what decides where that is equal.
struct Cost {
  int64_t first = 0, second = 0;
  bool operator<(const Cost &other) const {
    return std::tie(first, second) < std::tie(other.first, other.second);
  }
  void operator+=(const Cost &other) {
    first += other.first;
    second += other.second;
  }
};

/// One way to do a product.
struct Choice {
  Packing packing;
  Cost cost;
};

struct Product {
  MatvecS8Op op;
  SmallVector<Choice, 2> choices; ///< Dense, then sparse if that can be.
};

/// A set of kernels, a bit for each packing.
using Kernels = unsigned;
Kernels bitOf(Packing packing) { return 1u << static_cast<unsigned>(packing); }

struct ChoosePacking : lnn::impl::ChoosePackingBase<ChoosePacking> {
  using ChoosePackingBase::ChoosePackingBase;

  void runOnOperation() override {
    if (objective != "speed" && objective != "size") {
      getOperation().emitError("unknown objective '")
          << objective << "'; expected speed or size";
      return signalPassFailure();
    }
    core = targetNamed(target, getOperation());
    if (!core)
      return signalPassFailure();
    SmallVector<Product> products;
    WalkResult result = getOperation().getBody().walk([&](MatvecS8Op op) {
      if (!op.getPacking()) {
        op.emitError("has no packing; run lnn-prove-ranges");
        return WalkResult::interrupt();
      }
      products.push_back({op, choicesOf(op)});
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    Kernels kernels = cheapestKernels(products);
    for (Product &product : products) {
      Packing packing = cheapest(product, kernels)->packing;
      product.op.setPacking(packing);
      product.op.setUnroll(false); // These are the costs of loops.
      numSparse += isSparse(packing);
    }
  }

private:
  SmallVector<Choice, 2> choicesOf(MatvecS8Op op) {
    auto weights = integerElements(op.getWeights());
    cost::ProductShape shape =
        cost::productShape(sizeOf(op.getResult()), sizeOf(op.getInput()),
                           {weights.begin(), weights.end()});
    SmallVector<Choice, 2> choices;
    auto offer = [&](ProductForm form) {
      cost::ProductCost cost = cost::productCost(*core, shape, form);
      choices.push_back(
          {static_cast<Packing>(form),
           costOf(cost.tableBytes, runsOf(op) * cost.instructions)});
    };
    bool dual = denseOf(*op.getPacking()) == Packing::DualRow;
    offer(core->dense(dual));
    if (shape.columns <= kMaxSparseColumns)
      offer(core->sparse(dual));
    return choices;
  }

  Cost costOf(int64_t bytes, int64_t instructions) const {
    // For speed a byte is worth an instruction of a forecast.
    return {objective == "size" ? bytes : bytes + instructions, instructions};
  }

  /// The cheapest choice that the kernels allow, or null.
  static const Choice *cheapest(const Product &product, Kernels kernels) {
    const Choice *best = nullptr;
    for (const Choice &choice : product.choices)
      if ((kernels & bitOf(choice.packing)) &&
          (!best || choice.cost < best->cost))
        best = &choice;
    return best;
  }

  /// The set of kernels with which the model is cheapest. There are but
  /// 32, so all are tried.
  Kernels cheapestKernels(ArrayRef<Product> products) const {
    Kernels best = 0;
    Cost bestCost{INT64_MAX, INT64_MAX};
    for (Kernels kernels = 0; kernels < 1u << cost::kProductForms; ++kernels) {
      Cost sum;
      bool possible =
          llvm::all_of(llvm::seq(cost::kProductForms), [&](int index) {
            auto form = static_cast<ProductForm>(index);
            bool chosen = kernels & (1u << index);
            if (chosen && core->has(form))
              sum += costOf(cost::kernelBytes(*core, {form, 0, {}}), 0);
            return !chosen || core->has(form);
          });
      possible =
          possible && llvm::all_of(products, [&](const Product &product) {
            const Choice *choice = cheapest(product, kernels);
            if (choice)
              sum += choice->cost;
            return choice != nullptr;
          });
      if (possible && sum < bestCost) {
        best = kernels;
        bestCost = sum;
      }
    }
    return best;
  }

  const cost::Target *core = nullptr;
};

} // namespace
