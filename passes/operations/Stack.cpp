// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Columns of a sequence: the inputs of a recurrence, each in a unit of its own.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// Greatest |weight| on each column of a sequence, over the affines that read
/// its rows.
std::vector<double> largestWeights(Value sequence, size_t columns) {
  std::vector<double> largest(columns, 0.0);
  auto visit = [&](Value read) {
    for (OpOperand &use : read.getUses())
      if (auto affine = dyn_cast<AffineOp>(use.getOwner()))
        for (auto [i, weight] : llvm::enumerate(realElements(cast<ElementsAttr>(
                 affine.getWeights()[use.getOperandNumber()]))))
          largest[i % columns] =
              std::max(largest[i % columns], std::abs(weight));
  };
  for (OpOperand &use : sequence.getUses())
    if (auto scan = dyn_cast<ScanOp>(use.getOwner());
        scan && use.getOperandNumber() < scan.getSequences().size())
      visit(scan.getRows()[use.getOperandNumber()]);
  return largest;
}

struct StackModel : RealModel<StackModel, StackOp> {
  static size_t widthOf(StackOp op) {
    return op.getResult().getType().getDimSize(1);
  }

  static void ranges(StackOp op, RealRanges &ranges) {
    RealVectorRange result;
    for (Value column : op.getColumns()) {
      int64_t width = columnsOf(column);
      for (int64_t c = 0; c < width; ++c)
        result.push_back(Ranged<double>::independent(
            width == 1 ? ranges.hullOf(column)
                       : elementOf(ranges.get(column), c).all));
    }
    result.resize(widthOf(op), Ranged<double>::independent({0.0, 0.0}));
    ranges.set(op.getResult(), result);
  }

  static LogicalResult format(StackOp op, FormatChoice &choice) {
    const RealVectorRange &range = choice.getRanges().get(op.getResult());
    std::vector<Interval<double>> recorded;
    for (size_t i = 0; i < widthOf(op); ++i)
      recorded.push_back(choice.recordedRange(op, i, elementOf(range, i).all));
    FixedFormat format = fixed::inputsFormat(
        recorded, largestWeights(op.getResult(), widthOf(op)));
    // The columns of a sequence keep the integers that they have.
    size_t at = 0;
    for (Value column : op.getColumns()) {
      FixedFormat own = choice.formatOf(column);
      int64_t width = columnsOf(column);
      bool isSequence = cast<ShapedType>(column.getType()).getRank() == 2;
      for (int64_t c = 0; c < width; ++c, ++at)
        if (isSequence) {
          format.scale[at] = own.scaleOf(c);
          format.zero[at] = own.zeroOf(c);
        }
    }
    return choice.assign(op, format);
  }

  static double rounding(StackOp, const RealRanges &, size_t) { return 0; }

  template <typename Lowering>
  static LogicalResult emit(StackOp op, Lowering &lowering) {
    FixedFormat format = lowering.formatOf(op);
    using Value = typename Lowering::Rule::Value;
    std::vector<Value> columns;
    size_t i = 0;
    for (mlir::Value column : op.getColumns()) {
      if (cast<ShapedType>(column.getType()).getRank() == 2) {
        columns.push_back(lowering.get(column).value);
        i += columnsOf(column);
        continue;
      }
      std::optional<Value> value = lowering.rule.convert(
          lowering.get(column),
          FixedFormat::uniform(16, format.scaleOf(i), format.zeroOf(i)));
      if (!value)
        return lowering.set(op, value, format);
      columns.push_back(*value);
      ++i;
    }
    int64_t width = Lowering::paddedColumns(widthOf(op));
    format.scale.resize(width, 1.0);
    format.zero.resize(width, 0.0);
    return lowering.set(
        op,
        lowering.emitter.stack(columns, op.getResult().getType().getDimSize(0),
                               width),
        format);
  }
};

} // namespace

void operations::registerStack(MLIRContext &context) {
  StackOp::attachInterface<StackModel>(context);
}
