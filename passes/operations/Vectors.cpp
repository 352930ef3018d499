// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of vectors and vectors of parts. No arithmetic: ranges, derivatives and
// formats go along with the elements.
#include "passes/operations/RealModel.h"
#include "passes/operations/VectorSteps.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// Another place is that of another unit's state: what was known of how an
/// element follows its own is given up.
Ranged<double> moved(const Ranged<double> &element) {
  return Ranged<double>::independent(element.all);
}

struct SliceModel : RealModel<SliceModel, SliceOp> {
  static void ranges(SliceOp op, RealRanges &ranges) {
    const RealVectorRange &in = ranges.get(op.getInput());
    RealVectorRange result;
    for (int64_t i = 0; i < sizeOf(op.getResult()); ++i)
      result.push_back(moved(elementOf(in, op.getStart() + i)));
    ranges.set(op.getResult(), result);
  }

  static LogicalResult slopes(SliceOp op, Slopes &slopes) {
    Jacobian in = slopes.of(op.getInput());
    Jacobian result(sizeOf(op.getResult()), in.columns);
    for (size_t i = 0; i < result.rows; ++i)
      for (size_t j = 0; j < result.columns; ++j)
        result.at(i, j) = in.at(op.getStart() + i, j);
    slopes.set(op.getResult(), std::move(result));
    return success();
  }

  static LogicalResult gains(SliceOp op, const Gains &, GainMap &map) {
    const std::vector<double> gain = map[op.getResult()];
    std::vector<double> &input = map[op.getInput()];
    for (size_t i = 0; i < gain.size(); ++i)
      input[op.getStart() + i] += gain[i];
    return success();
  }

  static LogicalResult format(SliceOp op, FormatChoice &choice) {
    FixedFormat in = choice.formatOf(op.getInput()), result{in.width, {}, {}};
    if (in.size() == 1)
      return choice.assign(op, in);
    for (int64_t i = 0; i < sizeOf(op.getResult()); ++i) {
      result.scale.push_back(in.scaleOf(op.getStart() + i));
      result.zero.push_back(in.zeroOf(op.getStart() + i));
    }
    return choice.assign(op, result);
  }

  static FloatStep execute(SliceOp op, FloatProgram &program) {
    return stepOf(op, program);
  }

  static double rounding(SliceOp, const RealRanges &, size_t) { return 0; }

  template <typename Lowering>
  static LogicalResult emit(SliceOp op, Lowering &lowering) {
    return lowering.set(
        op,
        lowering.emitter.slice(lowering.get(op.getInput()).value, op.getStart(),
                               sizeOf(op.getResult())),
        lowering.formatOf(op));
  }
};

struct ConcatModel : RealModel<ConcatModel, ConcatOp> {
  static void ranges(ConcatOp op, RealRanges &ranges) {
    RealVectorRange result;
    for (Value part : op.getParts())
      for (int64_t i = 0; i < sizeOf(part); ++i)
        result.push_back(moved(elementOf(ranges.get(part), i)));
    ranges.set(op.getResult(), result);
  }

  static LogicalResult slopes(ConcatOp op, Slopes &slopes) {
    Jacobian result(sizeOf(op.getResult()), slopes.columnCount());
    size_t row = 0;
    for (Value part : op.getParts())
      for (size_t i = 0; i < size_t(sizeOf(part)); ++i, ++row)
        for (size_t j = 0; slopes.follows(part) && j < result.columns; ++j)
          result.at(row, j) = slopes.of(part).at(i, j);
    slopes.set(op.getResult(), std::move(result));
    return success();
  }

  static LogicalResult gains(ConcatOp op, const Gains &, GainMap &map) {
    const std::vector<double> gain = map[op.getResult()];
    size_t row = 0;
    for (Value part : op.getParts())
      for (double &each : map[part])
        each += gain[row++];
    return success();
  }

  /// One unit for all, but products take each part in its own.
  static LogicalResult format(ConcatOp op, FormatChoice &choice) {
    FixedFormat result{16, {}, {}};
    for (Value part : op.getParts()) {
      FailureOr<FixedFormat> format = choice.narrowed(op, part);
      if (failed(format))
        return failure();
      for (int64_t i = 0; i < sizeOf(part); ++i) {
        result.scale.push_back(format->scaleOf(i));
        result.zero.push_back(format->zeroOf(i));
      }
    }
    if (llvm::all_of(op->getUsers(), llvm::IsaPred<AffineOp>))
      return choice.assign(op, result);
    double scale = 0;
    for (size_t i = 0; i < result.size(); ++i)
      scale =
          std::max(scale, result.scale[i] + std::abs(result.zero[i]) / 32768);
    return choice.assign(op, FixedFormat::uniform(16, scale));
  }

  static FloatStep execute(ConcatOp op, FloatProgram &program) {
    return stepOf(op, program);
  }

  static double rounding(ConcatOp, const RealRanges &, size_t) { return 0; }

  template <typename Lowering>
  static LogicalResult emit(ConcatOp op, Lowering &lowering) {
    using Integers = typename Lowering::Rule::Value;
    FixedFormat format = lowering.formatOf(op);
    std::vector<Integers> parts;
    size_t start = 0;
    for (Value part : op.getParts()) {
      FixedFormat own{16, {}, {}};
      for (int64_t i = 0; i < sizeOf(part); ++i) {
        own.scale.push_back(format.scaleOf(start + i));
        own.zero.push_back(format.zeroOf(start + i));
      }
      if (llvm::all_equal(own.scale) && llvm::all_equal(own.zero))
        own = FixedFormat::uniform(16, own.scale[0], own.zero[0]);
      start += sizeOf(part);
      std::optional<Integers> value = lowering.as(part, own);
      if (!value)
        return lowering.set(op, value, format);
      parts.push_back(*value);
    }
    return lowering.set(op, lowering.emitter.concat(parts), format);
  }
};

} // namespace

void operations::registerVectors(MLIRContext &context) {
  SliceOp::attachInterface<SliceModel>(context);
  ConcatOp::attachInterface<ConcatModel>(context);
}
