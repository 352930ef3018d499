// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-fold-normalization: scaling costs nothing once it is in the weights.
#include "passes/CheckResults.h"
#include "passes/FixedFormat.h"
#include "passes/Passes.h"
#include "passes/fixed/Weights.h"

#include "llvm/ADT/STLExtras.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_FOLDNORMALIZATION
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

DenseElementsAttr realAttr(ShapedType type, ArrayRef<double> values) {
  return DenseElementsAttr::get(
      type, ArrayRef<float>(llvm::map_to_vector(
                values, [](double v) { return static_cast<float>(v); })));
}

bool areFinite(ArrayRef<double> values) {
  return llvm::all_of(values, [](double value) {
    return std::isfinite(static_cast<float>(value));
  });
}

/// Whether a normalization of a value of unknown size is one of `size`
/// elements.
bool isOf(NormalizeOp op, int64_t size) {
  return llvm::all_of(ArrayRef{op.getOffset().size(), op.getScale().size()},
                      [&](size_t n) { return n == 1 || int64_t(n) == size; });
}

/// Scales the columns of input `index` of an affine and shifts its bias, so
/// that it takes the input before `normalize`. Does nothing, and returns false,
/// where that is no affine any more; `apply` is whether to do it at all.
bool foldIntoColumns(AffineOp affine, size_t index, NormalizeOp normalize,
                     bool apply) {
  auto weights = cast<ElementsAttr>(affine.getWeights()[index]);
  if (!isOf(normalize, weights.getShapedType().getDimSize(1)))
    return false;
  fixed::Matrix matrix = realVector(weights);
  std::vector<double> bias = realVector(affine.getBias());
  fixed::foldColumns(matrix, bias, normalize.getOffset().vec(),
                     normalize.getScale().vec());
  if (!areFinite(matrix) || !areFinite(bias))
    return false;
  if (!apply)
    return true;
  auto all = llvm::to_vector(affine.getWeights());
  all[index] = realAttr(weights.getShapedType(), matrix);
  affine.setWeightsAttr(ArrayAttr::get(affine.getContext(), all));
  affine.setBiasAttr(realAttr(affine.getBias().getShapedType(), bias));
  return true;
}

/// Scales the rows of an affine, so that it gives what `normalize` made of
/// its result. Does nothing, and returns false, where that is no affine.
bool foldIntoRows(AffineOp affine, NormalizeOp normalize) {
  if (!isOf(normalize, affine.getBias().getNumElements()))
    return false;
  std::vector<fixed::Matrix> matrices;
  for (auto weights : affine.getWeights().getAsRange<ElementsAttr>())
    matrices.push_back(realVector(weights));
  std::vector<double> bias = realVector(affine.getBias());
  fixed::foldRows(matrices, bias, normalize.getOffset().vec(),
                  normalize.getScale().vec());
  if (!areFinite(bias) || !llvm::all_of(matrices, areFinite))
    return false;
  SmallVector<Attribute> all;
  for (auto [weights, matrix] : llvm::zip(affine.getWeights(), matrices))
    all.push_back(
        realAttr(cast<ElementsAttr>(weights).getShapedType(), matrix));
  affine.setWeightsAttr(ArrayAttr::get(affine.getContext(), all));
  affine.setBiasAttr(realAttr(affine.getBias().getShapedType(), bias));
  return true;
}

/// The affines that read a value, each with the index of the input; nothing
/// when something else reads it too.
std::optional<SmallVector<std::pair<AffineOp, size_t>>>
affineReaders(Value value) {
  SmallVector<std::pair<AffineOp, size_t>> readers;
  for (OpOperand &use : value.getUses()) {
    auto affine = dyn_cast<AffineOp>(use.getOwner());
    if (!affine)
      return std::nullopt;
    readers.emplace_back(affine, use.getOperandNumber());
  }
  return readers;
}

struct FoldNormalization : lnn::impl::FoldNormalizationBase<FoldNormalization> {
  void runOnOperation() override {
    WalkResult checked = getOperation().getBody().walk([](Operation *op) {
      return WalkResult(checkUnformatted(op, "lnn-fold-normalization"));
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    SmallVector<NormalizeOp> ops;
    getOperation().walk([&](NormalizeOp op) { ops.push_back(op); });
    for (NormalizeOp op : ops)
      if (fold(op)) {
        op.getResult().replaceAllUsesWith(op.getInput());
        op.erase();
        ++numFolded;
      }
  }

private:
  bool fold(NormalizeOp op) {
    auto producer = op.getInput().getDefiningOp<AffineOp>();
    if (producer && producer->hasOneUse() && foldIntoRows(producer, op))
      return true;
    SmallVector<std::pair<AffineOp, size_t>> readers;
    for (OpOperand &use : op->getUses()) {
      Value read = op.getResult();
      unsigned index = use.getOperandNumber();
      if (auto scan = dyn_cast<ScanOp>(use.getOwner());
          scan && index < scan.getSequences().size())
        read = scan.getRows()[index];
      else if (!isa<AffineOp>(use.getOwner()))
        return false;
      auto found = affineReaders(read);
      if (!found)
        return false;
      if (read == op.getResult()) {
        readers.emplace_back(cast<AffineOp>(use.getOwner()),
                             use.getOperandNumber());
        continue;
      }
      readers.append(*found);
    }
    // All of them or none.
    for (bool apply : {false, true})
      for (auto [affine, index] : readers)
        if (!foldIntoColumns(affine, index, op, apply) && !apply)
          return false;
    return !readers.empty();
  }
};

} // namespace
