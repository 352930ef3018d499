// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-specialize-shape: a network written by its equations gets its shape from
// its weights, so that no size is written twice and none can contradict them.
#include "passes/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_SPECIALIZESHAPE
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// One dimension of a value.
using Dimension = std::pair<Value, unsigned>;

unsigned lastDimension(Value value) {
  return cast<ShapedType>(value.getType()).getRank() - 1;
}

/// The operation that an error about a value names: the one that makes it, or
/// whose body takes it.
Operation *ownerOf(Value value) {
  if (Operation *op = value.getDefiningOp())
    return op;
  return cast<BlockArgument>(value).getOwner()->getParentOp();
}

/// What is known of the sizes of a model, and who said so first.
class Sizes {
public:
  /// `ShapedType::kDynamic` as long as nothing is known.
  int64_t get(Dimension dimension) const {
    int64_t size = cast<ShapedType>(dimension.first.getType())
                       .getDimSize(dimension.second);
    auto it = found.find(dimension);
    return it == found.end() ? size : it->second.size;
  }
  bool isKnown(Dimension dimension) const {
    return !ShapedType::isDynamic(get(dimension));
  }

  /// `op` says that a dimension has a size; nothing if it does not know it.
  LogicalResult fix(Dimension dimension, int64_t size, Operation *op) {
    if (ShapedType::isDynamic(size))
      return success();
    if (isKnown(dimension))
      return get(dimension) == size ? success()
                                    : contradict(dimension, size, op);
    found[dimension] = {size, op};
    changed = true;
    return success();
  }

  /// `op` says that two dimensions have one size.
  LogicalResult unify(Dimension a, Dimension b, Operation *op) {
    if (!isKnown(a) || !isKnown(b) || get(a) == get(b))
      return failed(fix(a, get(b), op)) ? failure() : fix(b, get(a), op);
    InFlightDiagnostic diag = contradict(a, get(b), op);
    if (sourceOf(b) != op)
      diag.attachNote(sourceOf(b)->getLoc()) << "this makes it " << get(b);
    return diag;
  }

  /// Whether anything was learnt since the last call.
  bool takeChanged() { return std::exchange(changed, false); }

private:
  struct Found {
    int64_t size;
    Operation *by;
  };

  Operation *sourceOf(Dimension dimension) const {
    auto it = found.find(dimension);
    return it == found.end() ? ownerOf(dimension.first) : it->second.by;
  }

  InFlightDiagnostic contradict(Dimension dimension, int64_t size,
                                Operation *op) {
    Operation *source = sourceOf(dimension);
    InFlightDiagnostic diag = op->emitOpError("wants size ")
                              << dimension.second << " of "
                              << dimension.first.getType() << " to be " << size
                              << "; '" << source->getName() << "' makes it "
                              << get(dimension);
    diag.attachNote(source->getLoc()) << "this makes it " << get(dimension);
    return diag;
  }

  llvm::DenseMap<Dimension, Found> found;
  bool changed = false;
};

/// Carries sizes through one operation.
class Propagation {
public:
  Propagation(Sizes &sizes, int64_t blocks) : sizes(sizes), blocks(blocks) {}

  LogicalResult visit(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<AffineOp, LayerNormOp, ConcatOp, NormalizeOp, BlockMeanOp, LastOp,
              StackOp, ScanOp, OdeOp>([&](auto op) { return carry(op); })
        .Case<AddOp, SubOp, MulOp>([&](auto op) { return carryBinary(op); })
        .Case<ClampOp, DifferenceOp, ActivateOp, EulerStepOp, FusedStepOp>(
            [&](Operation *op) { return carryAlike(op); })
        .Default(success());
  }

private:
  LogicalResult carry(AffineOp op) {
    if (failed(
            sizes.fix({op.getResult(), 0}, op.getBias().getNumElements(), op)))
      return failure();
    for (auto [input, weights] : llvm::zip(op.getInputs(), op.getWeights()))
      if (failed(sizes.fix(
              {input, 0},
              cast<ElementsAttr>(weights).getShapedType().getDimSize(1), op)))
        return failure();
    return success();
  }

  LogicalResult carry(LayerNormOp op) {
    if (failed(
            sizes.fix({op.getInput(), 0}, op.getGain().getNumElements(), op)))
      return failure();
    return carryAlike(op);
  }

  LogicalResult carry(ConcatOp op) {
    int64_t size = 0;
    for (Value part : op.getParts()) {
      if (!sizes.isKnown({part, 0}))
        return success();
      size += sizes.get({part, 0});
    }
    return sizes.fix({op.getResult(), 0}, size, op);
  }

  LogicalResult carry(NormalizeOp op) {
    unsigned last = lastDimension(op.getInput());
    for (int64_t entries : {op.getOffset().size(), op.getScale().size()})
      if (entries != 1 && failed(sizes.fix({op.getInput(), last}, entries, op)))
        return failure();
    return carryAlike(op);
  }

  LogicalResult carry(BlockMeanOp op) {
    Dimension input{op.getInput(), 0}, result{op.getResult(), 0};
    if (blocks != 0 && failed(sizes.fix(result, blocks, op)))
      return failure();
    if (sizes.isKnown(input) && sizes.isKnown(result) &&
        sizes.get(input) % sizes.get(result) != 0)
      return op.emitOpError("cannot cut ")
             << sizes.get(input) << " elements into " << sizes.get(result)
             << " equal blocks";
    return success();
  }

  /// A column of one element stands in every row, so it says nothing, and one
  /// of unknown size may be such a column.
  LogicalResult carry(StackOp op) {
    for (Value column : op.getColumns())
      if (sizes.isKnown({column, 0}) &&
          (lastDimension(column) == 1 || sizes.get({column, 0}) != 1) &&
          failed(sizes.unify({column, 0}, {op.getResult(), 0}, op)))
        return failure();
    return success();
  }

  LogicalResult carry(LastOp op) {
    auto input = cast<RankedTensorType>(op.getInput().getType());
    Dimension result{op.getResult(), 0};
    return input.getRank() == 2 ? sizes.unify({op.getInput(), 1}, result, op)
                                : sizes.fix(result, 1, op);
  }

  LogicalResult carry(ScanOp op) {
    Dimension steps =
        op.getCount() ? Dimension() : Dimension(op.getSequences()[0], 0);
    for (Value walked : op.getSequences())
      if (failed(sizes.unify({walked, 0}, steps, op)))
        return failure();
    for (Value output : op.getOutputs())
      if (failed(op.getCount() ? sizes.fix({output, 0}, *op.getCount(), op)
                               : sizes.unify({output, 0}, steps, op)))
        return failure();
    for (auto [row, sequence] : llvm::zip(op.getRows(), op.getSequences()))
      if (failed(sizes.unify({row, 0}, {sequence, 1}, op)))
        return failure();
    for (auto [row, output] : llvm::zip(op.getOutputRows(), op.getOutputs()))
      if (failed(sizes.unify({row, 0}, {output, 1}, op)))
        return failure();
    for (auto [init, state, next, last] : llvm::zip(
             op.getInits(), op.getStates(), op.getNextStates(), op.getFinals()))
      if (failed(carryTogether(op, {init, state, next, last})))
        return failure();
    return success();
  }

  LogicalResult carry(OdeOp op) {
    return carryTogether(op, {op.getState(), op.getBody().getArgument(0),
                              op.getDerivative(), op.getResult()});
  }

  LogicalResult carryAlike(Operation *op) {
    SmallVector<Value> values(op->getOperands());
    values.append(op->result_begin(), op->result_end());
    return carryTogether(op, values);
  }

  /// The values have the same type.
  LogicalResult carryTogether(Operation *op, ArrayRef<Value> values) {
    for (unsigned index = 0; index <= lastDimension(values[0]); ++index) {
      auto known = llvm::find_if(
          values, [&](Value v) { return sizes.isKnown({v, index}); });
      if (known == values.end())
        continue;
      for (Value value : values)
        if (failed(sizes.unify({value, index}, {*known, index}, op)))
          return failure();
    }
    return success();
  }

  /// An operand of one element repeats, so that an unknown one beside a known
  /// result may have either size.
  template <typename Op> LogicalResult carryBinary(Op op) {
    Dimension lhs{op.getLhs(), 0}, rhs{op.getRhs(), 0};
    Dimension result{op.getResult(), 0};
    for (auto [one, other] : {std::pair(lhs, rhs), std::pair(rhs, lhs)}) {
      if (!sizes.isKnown(one))
        continue;
      bool repeats = sizes.get(one) == 1;
      bool sameSize = sizes.isKnown(other) && sizes.get(other) != 1;
      if ((!repeats && sameSize && failed(sizes.unify(one, other, op))) ||
          failed(sizes.unify(repeats ? other : one, result, op)))
        return failure();
    }
    if (sizes.get(result) == 1)
      return failed(sizes.fix(lhs, 1, op)) ? failure() : sizes.fix(rhs, 1, op);
    return success();
  }

  Sizes &sizes;
  int64_t blocks;
};

struct SpecializeShape : lnn::impl::SpecializeShapeBase<SpecializeShape> {
  using SpecializeShapeBase::SpecializeShapeBase;

  void runOnOperation() override {
    if (blocks < 0 || blocks > kMaxSize) {
      getOperation().emitError("cannot cut a window into ")
          << blocks.getValue() << " blocks; expected 1 to " << kMaxSize
          << ", or 0 for as many as the network says";
      return signalPassFailure();
    }
    Sizes sizes;
    if (failed(infer(sizes)) || failed(assign(sizes)))
      return signalPassFailure();
    getOperation().walk([](SplatOp splat) {
      auto constant = OpBuilder(splat).create<ConstantOp>(
          splat.getLoc(),
          DenseElementsAttr::get(splat.getType(), splat.getValue()));
      splat.replaceAllUsesWith(constant.getResult());
      splat.erase();
    });
  }

private:
  LogicalResult infer(Sizes &sizes) {
    Propagation propagation(sizes, blocks);
    do {
      WalkResult walk = getOperation().walk(
          [&](Operation *op) { return WalkResult(propagation.visit(op)); });
      if (walk.wasInterrupted())
        return failure();
    } while (sizes.takeChanged());
    return success();
  }

  /// Writes what was found into the types; an error for the first size that
  /// was not.
  LogicalResult assign(const Sizes &sizes) {
    SmallVector<Value> values;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      llvm::append_range(values, op->getResults());
      for (Region &region : op->getRegions())
        llvm::append_range(values, region.getArguments());
    });
    for (Value value : values)
      if (failed(assign(sizes, value)))
        return failure();
    return success();
  }

  /// How many rows a stream has is never known.
  bool isRowCount(Value value, unsigned dimension) {
    ModelOp model = getOperation();
    return dimension == 0 && model.isStream() &&
           value.getParentBlock() == &model.getBody().front() &&
           cast<ShapedType>(value.getType()).getRank() == 2;
  }

  LogicalResult assign(const Sizes &sizes, Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || type.hasStaticShape())
      return success();
    SmallVector<int64_t> shape(type.getShape());
    for (auto [index, size] : llvm::enumerate(shape)) {
      if (!ShapedType::isDynamic(size) || isRowCount(value, index))
        continue;
      size = sizes.get({value, index});
      if (ShapedType::isDynamic(size))
        return emitError(value.getLoc())
               << "nothing fixes size " << index << " of " << type
               << (isa<BlockArgument>(value) ? ", taken by the body of '"
                                             : ", the result of '")
               << ownerOf(value)->getName() << "'";
      ++numSizes;
    }
    auto known = RankedTensorType::get(shape, type.getElementType());
    if (!hasUsableSizes(known))
      return emitError(value.getLoc())
             << "sizes of 1 to " << kMaxSize << " and at most " << kMaxElements
             << " elements are possible, not " << known;
    value.setType(known);
    return success();
  }
};

} // namespace
