// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights times vectors: int8 products on the integer level.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

bool isRow(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto scan = argument ? dyn_cast<ScanOp>(argument.getOwner()->getParentOp())
                       : ScanOp();
  return scan && llvm::is_contained(scan.getRows(), argument);
}

Eigen::MatrixXf matrixOf(ElementsAttr attr) {
  auto shape = attr.getShapedType().getShape();
  auto values = realElements(attr);
  Eigen::MatrixXf matrix(shape[0], shape[1]);
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = static_cast<float>(values[i * matrix.cols() + j]);
  return matrix;
}

struct AffineModel : RealModel<AffineModel, AffineOp> {
  /// Calls `fn(index, input, weights)` for each product.
  template <typename Fn> static void forEachProduct(AffineOp op, Fn fn) {
    for (auto [index, input, attr] :
         llvm::enumerate(op.getInputs(), op.getWeights()))
      fn(index, input, realVector(cast<ElementsAttr>(attr)));
  }

  static void ranges(AffineOp op, RealRanges &ranges) {
    RealVectorRange result = fixed::constants(realVector(op.getBias()));
    forEachProduct(op, [&](size_t, Value input, const auto &weights) {
      result = fixed::addProduct(result, weights, ranges.get(input));
    });
    ranges.set(op.getResult(), result);
  }

  static LogicalResult slopes(AffineOp op, Slopes &slopes) {
    Jacobian sum(sizeOf(op.getResult()), slopes.columnCount());
    forEachProduct(op, [&](size_t, Value input, const auto &weights) {
      if (!slopes.follows(input))
        return;
      Jacobian matrix(sum.rows, weights.size() / sum.rows);
      for (size_t i = 0; i < weights.size(); ++i)
        matrix.entries[i] = Interval<double>::point(weights[i]);
      Jacobian term = matrix.after(slopes.of(input));
      for (size_t i = 0; i < sum.entries.size(); ++i)
        sum.entries[i] = sum.entries[i] + term.entries[i];
    });
    slopes.set(op.getResult(), std::move(sum));
    return success();
  }

  static LogicalResult gains(AffineOp op, const Gains &, GainMap &map) {
    const std::vector<double> rows = map[op.getResult()];
    forEachProduct(op, [&](size_t, Value input, const auto &weights) {
      std::vector<double> &columns = map[input];
      for (size_t i = 0; i < rows.size(); ++i)
        for (size_t j = 0; j < columns.size(); ++j)
          columns[j] += std::abs(weights[i * columns.size() + j]) * rows[i];
    });
    return success();
  }

  static LogicalResult format(AffineOp op, FormatChoice &choice) {
    bool inScan = op->getParentOfType<ScanOp>() != nullptr;
    SmallVector<int32_t> bits;
    for (Value input : op.getInputs())
      bits.push_back(inScan && !isRow(input) ? choice.getStateBits() : 16);
    op->setAttr(kOperandBitsAttr,
                DenseI32ArrayAttr::get(op.getContext(), bits));
    if (failed(choice.narrowOperands(op)))
      return failure();
    return choice.assign(op, choice.resultOfRows(op));
  }

  static FloatStep execute(AffineOp op, FloatProgram &program) {
    auto values = realElements(op.getBias());
    Eigen::VectorXf bias(values.size());
    std::copy(values.begin(), values.end(), bias.begin());
    std::vector<std::pair<size_t, Eigen::MatrixXf>> terms;
    for (auto [input, weights] : llvm::zip(op.getInputs(), op.getWeights()))
      terms.emplace_back(program.slotOf(input),
                         matrixOf(cast<ElementsAttr>(weights)));
    size_t to = program.slotOf(op.getResult());
    return FloatProgram::Step([&slots = program.slots, bias, terms, to] {
      Eigen::VectorXf sum = bias;
      // Column by column, so that one of zeros changes no bit of the sum.
      for (const auto &[from, weights] : terms)
        for (Eigen::Index j = 0; j < weights.cols(); ++j)
          sum += weights.col(j) * slots[from][j];
      slots[to] = sum.array();
    });
  }

  static double rounding(AffineOp op, const RealRanges &ranges, size_t row) {
    double terms = std::abs(realVector(op.getBias())[row]);
    size_t roundings = 2;
    forEachProduct(op, [&](size_t, Value input, const auto &weights) {
      size_t columns = sizeOf(input);
      for (size_t j = 0; j < columns; ++j)
        terms +=
            std::abs(weights[row * columns + j]) * magnitude(ranges, input, j);
      roundings += columns;
    });
    return double(roundings) * kUnitRoundoff * terms;
  }

  template <typename Lowering>
  static LogicalResult emit(AffineOp op, Lowering &lowering) {
    auto bits = op->getAttrOfType<DenseI32ArrayAttr>(kOperandBitsAttr);
    if (!bits)
      return op.emitError("has no ")
             << kOperandBitsAttr << "; run lnn-quantize first";
    std::vector<typename Lowering::Rule::Factor> factors;
    for (auto [index, attr] : llvm::enumerate(op.getWeights())) {
      auto operand = lowering.operand(op, index);
      if (!operand)
        return failure();
      std::vector<double> weights = realVector(cast<ElementsAttr>(attr));
      lowering.expectProduct(
          weights, bits[index] == 8 ? fixed::highByteFormat(operand->format)
                                    : operand->format);
      factors.push_back({*operand, weights, bits[index]});
    }
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(
        op, lowering.rule.affine(factors, realVector(op.getBias()), format),
        format);
  }
};

} // namespace

void operations::registerAffine(MLIRContext &context) {
  AffineOp::attachInterface<AffineModel>(context);
}
