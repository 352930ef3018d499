// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-eliminate-dead-units: what pruning left without a reader costs nothing.
// Which lanes live is decided in Lanes.cpp; here they are taken out.
#include "passes/CheckResults.h"
#include "passes/Lanes.h"
#include "passes/Passes.h"

#include "llvm/ADT/STLExtras.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_ELIMINATEDEADUNITS
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// The lanes that stay of a vector, in order.
using Kept = SmallVector<int64_t>;

Kept iota(int64_t count) { return llvm::to_vector(llvm::seq(count)); }

DenseElementsAttr submatrix(ElementsAttr attr, const Kept &rows,
                            const Kept &columns) {
  SmallVector<float> values;
  auto elements = llvm::to_vector(attr.getValues<float>());
  int64_t width = attr.getShapedType().getDimSize(1);
  for (int64_t row : rows)
    for (int64_t column : columns)
      values.push_back(elements[row * width + column]);
  auto type = RankedTensorType::get(
      {int64_t(rows.size()), int64_t(columns.size())}, attr.getElementType());
  return DenseElementsAttr::get(type, ArrayRef<float>(values));
}

DenseElementsAttr subvector(ElementsAttr attr, const Kept &kept) {
  auto elements = llvm::to_vector(attr.getValues<float>());
  auto values =
      llvm::map_to_vector(kept, [&](int64_t i) { return elements[i]; });
  return DenseElementsAttr::get(
      RankedTensorType::get({int64_t(kept.size())}, attr.getElementType()),
      ArrayRef<float>(values));
}

/// `numbers` holds `each` entries for each lane, or for all of them together.
template <typename T>
SmallVector<T> subarray(ArrayRef<T> numbers, const Kept &kept, int64_t lanes,
                        int64_t each) {
  if (static_cast<int64_t>(numbers.size()) != lanes * each)
    return llvm::to_vector(numbers);
  SmallVector<T> values;
  for (int64_t lane : kept)
    llvm::append_range(values, numbers.slice(lane * each, each));
  return values;
}

struct EliminateDeadUnits
    : lnn::impl::EliminateDeadUnitsBase<EliminateDeadUnits> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    WalkResult checked = model.getBody().walk(
        [&](Operation *op) { return WalkResult(check(op)); });
    if (checked.wasInterrupted())
      return signalPassFailure();
    Lanes found(model);
    lanes = &found;
    chooseKept();
    // First the attributes, by the sizes that they were made for.
    model.getBody().walk([&](Operation *op) { shrinkAttributes(op); });
    model.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
      shrinkConstants(op);
      for (Value result : op->getResults())
        shrinkType(result);
      for (Region &region : op->getRegions())
        if (!region.empty())
          for (BlockArgument argument : region.getArguments())
            shrinkType(argument);
    });
    model.getBody().walk([](ConstantOp op) {
      if (op->use_empty())
        op->erase();
    });
  }

private:
  static LogicalResult check(Operation *op) {
    if (failed(checkUnformatted(op, "lnn-eliminate-dead-units")))
      return failure();
    return checkResults(op,
                        "lnn-eliminate-dead-units takes real-level networks",
                        [](Type type) { return type.isF32(); });
  }

  void chooseKept() {
    kept.clear();
    for (auto [index, alive] : llvm::enumerate(lanes->alive())) {
      Kept &lanesKept = kept.emplace_back();
      for (unsigned lane : alive.set_bits())
        lanesKept.push_back(lane);
      // A vector has one element at least.
      if (lanesKept.empty())
        lanesKept.push_back(0);
      if (lanes->holdsState(index))
        numUnits += lanes->lanesOf(index) - lanesKept.size();
    }
  }

  /// What stays of a value of a class that shrinks, else null.
  const Kept *keptOf(Value value) const {
    auto index = lanes->classOf(value);
    if (!index ||
        static_cast<int64_t>(kept[*index].size()) == lanes->lanesOf(*index))
      return nullptr;
    return &kept[*index];
  }

  void shrinkType(Value value) {
    if (const Kept *stays = keptOf(value))
      value.setType(
          cast<RankedTensorType>(value.getType()).clone(stays->size()));
  }

  void shrinkAttributes(Operation *op) {
    if (auto affine = dyn_cast<AffineOp>(op))
      shrinkAffine(affine);
    if (op->getNumResults() != 1)
      return;
    const Kept *stays = keptOf(op->getResult(0));
    if (!stays)
      return;
    int64_t size = sizeOf(op->getResult(0));
    if (auto normalize = dyn_cast<NormalizeOp>(op)) {
      normalize.setOffset(subarray(normalize.getOffset(), *stays, size, 1));
      normalize.setScale(subarray(normalize.getScale(), *stays, size, 1));
    }
    if (auto range = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr))
      op->setAttr(kRangeAttr, DenseF64ArrayAttr::get(
                                  &getContext(), subarray(range.asArrayRef(),
                                                          *stays, size, 2)));
    if (auto lanes = op->getAttrOfType<DenseI64ArrayAttr>(kLanesAttr))
      op->setAttr(kLanesAttr, DenseI64ArrayAttr::get(
                                  &getContext(), subarray(lanes.asArrayRef(),
                                                          *stays, size, 1)));
  }

  void shrinkAffine(AffineOp op) {
    const Kept *rows = keptOf(op.getResult());
    bool shrinks = rows != nullptr;
    Kept allRows = iota(sizeOf(op.getResult()));
    SmallVector<Attribute> weights;
    for (auto [input, attr] : llvm::zip(op.getInputs(), op.getWeights())) {
      const Kept *columns = keptOf(input);
      shrinks |= columns != nullptr;
      weights.push_back(submatrix(cast<ElementsAttr>(attr),
                                  rows ? *rows : allRows,
                                  columns ? *columns : iota(sizeOf(input))));
    }
    if (!shrinks)
      return;
    op.setWeightsAttr(ArrayAttr::get(&getContext(), weights));
    if (rows) {
      op.setBiasAttr(subvector(op.getBias(), *rows));
      numRows += allRows.size() - rows->size();
    }
    op->removeAttr(kKeysAttr);
    op->removeAttr(kMasksAttr);
  }

  /// Gives an operation the lanes that it needs of constants that it reads.
  void shrinkConstants(Operation *op) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      auto inits = scan.getInitsMutable();
      for (auto [operand, last] : llvm::zip(inits, scan.getFinals()))
        shrinkConstant(operand, last);
      return;
    }
    // What yields goes by the values that its parent makes of it.
    Operation *maker = isa<YieldOp>(op) ? op->getParentOp() : op;
    if (isa<AffineOp>(op))
      return;
    for (OpOperand &operand : op->getOpOperands()) {
      unsigned index = isa<YieldOp>(op) ? operand.getOperandNumber() : 0;
      if (index < maker->getNumResults())
        shrinkConstant(operand, maker->getResult(index));
    }
  }

  /// Leaves of a constant operand the lanes that stay of `like`, which goes
  /// lane by lane with it.
  void shrinkConstant(OpOperand &operand, Value like) {
    const Kept *stays = keptOf(like);
    auto constant = operand.get().getDefiningOp<ConstantOp>();
    if (!stays || !constant || constant.getResult().getType().getRank() != 1 ||
        sizeOf(constant.getResult()) != lanes->lanesOf(*lanes->classOf(like)))
      return;
    OpBuilder builder(constant);
    operand.set(builder.create<ConstantOp>(
        constant.getLoc(), subvector(constant.getValue(), *stays)));
  }

  const Lanes *lanes = nullptr;
  SmallVector<Kept> kept; ///< By class.
};

} // namespace
