// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-fold-normalization: scaling costs nothing once it is in the weights.
#include "passes/Passes.h"

#include "llvm/ADT/STLExtras.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_FOLDNORMALIZATION
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

double perElement(ArrayRef<double> values, size_t index) {
  return values[values.size() == 1 ? 0 : index];
}

DenseElementsAttr realAttr(ShapedType type, ArrayRef<double> values) {
  return DenseElementsAttr::get(
      type, ArrayRef<float>(llvm::map_to_vector(
                values, [](double v) { return static_cast<float>(v); })));
}

/// Scales the columns of input `index` of an affine and shifts its bias, so
/// that it takes the input before `normalize`.
void foldIntoColumns(AffineOp affine, size_t index, NormalizeOp normalize) {
  auto weights = cast<ElementsAttr>(affine.getWeights()[index]);
  auto matrix = realElements(weights);
  auto bias = realElements(affine.getBias());
  size_t columns = matrix.size() / bias.size();
  for (size_t row = 0; row < bias.size(); ++row)
    for (size_t column = 0; column < columns; ++column) {
      double &weight = matrix[row * columns + column];
      weight *= perElement(normalize.getScale(), column);
      bias[row] -= weight * perElement(normalize.getOffset(), column);
    }
  auto all = llvm::to_vector(affine.getWeights());
  all[index] = realAttr(weights.getShapedType(), matrix);
  affine.setWeightsAttr(ArrayAttr::get(affine.getContext(), all));
  affine.setBiasAttr(realAttr(affine.getBias().getShapedType(), bias));
}

/// Scales the rows of an affine, so that it gives what `normalize` made of
/// its result.
void foldIntoRows(AffineOp affine, NormalizeOp normalize) {
  auto bias = realElements(affine.getBias());
  SmallVector<Attribute> all;
  for (auto weights : affine.getWeights().getAsRange<ElementsAttr>()) {
    auto matrix = realElements(weights);
    size_t columns = matrix.size() / bias.size();
    for (auto [i, weight] : llvm::enumerate(matrix))
      weight *= perElement(normalize.getScale(), i / columns);
    all.push_back(realAttr(weights.getShapedType(), matrix));
  }
  for (auto [row, value] : llvm::enumerate(bias))
    value = (value - perElement(normalize.getOffset(), row)) *
            perElement(normalize.getScale(), row);
  affine.setWeightsAttr(ArrayAttr::get(affine.getContext(), all));
  affine.setBiasAttr(realAttr(affine.getBias().getShapedType(), bias));
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
    if (producer && producer->hasOneUse()) {
      foldIntoRows(producer, op);
      return true;
    }
    SmallVector<std::pair<AffineOp, size_t>> readers;
    for (OpOperand &use : op->getUses()) {
      Value read = op.getResult();
      if (auto scan = dyn_cast<ScanOp>(use.getOwner());
          scan && scan.getSequence() == op.getResult())
        read = *scan.getRow();
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
    for (auto [affine, index] : readers)
      foldIntoColumns(affine, index, op);
    return !readers.empty();
  }
};

} // namespace
