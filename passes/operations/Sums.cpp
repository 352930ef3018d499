// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums and differences of two vectors.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

bool isOne(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant && llvm::all_of(realElements(constant.getValue()),
                                  [](double each) { return each == 1.0; });
}

/// The two values between which a sum lies because it is their weighted mean,
/// t * a + (1 - t) * b or a + t * (b - a), with t from 0 to 1.
struct Mean {
  Value a, b;
};

bool isShare(Value value, const RealRanges &ranges) {
  Interval<double> range = ranges.hullOf(value);
  return range.low >= 0.0 && range.high <= 1.0;
}

/// `value` as t * rest, for each of its factors.
template <typename Fn> std::optional<Mean> forFactors(Value value, Fn fn) {
  auto mul = value.getDefiningOp<MulOp>();
  if (!mul)
    return std::nullopt;
  std::optional<Mean> mean = fn(mul.getLhs(), mul.getRhs());
  return mean ? mean : fn(mul.getRhs(), mul.getLhs());
}

std::optional<Mean> meanOf(Value lhs, Value rhs, const RealRanges &ranges) {
  // a + t * (b - a)
  auto towards = forFactors(rhs, [&](Value t, Value rest) {
    auto sub = rest.getDefiningOp<SubOp>();
    return sub && sub.getRhs() == lhs && isShare(t, ranges)
               ? std::optional(Mean{lhs, sub.getLhs()})
               : std::nullopt;
  });
  if (towards)
    return towards;
  // t * a + (1 - t) * b
  return forFactors(rhs, [&](Value u, Value b) -> std::optional<Mean> {
    auto sub = u.getDefiningOp<SubOp>();
    if (!sub || !isOne(sub.getLhs()) || !isShare(sub.getRhs(), ranges))
      return std::nullopt;
    return forFactors(lhs, [&](Value t, Value a) {
      return t == sub.getRhs() ? std::optional(Mean{a, b}) : std::nullopt;
    });
  });
}

/// The ranges of a sum where it is known to be a mean.
RealVectorRange between(const RealVectorRange &a, const RealVectorRange &b) {
  return fixed::combine(
      a, b, [](const Ranged<double> &x, const Ranged<double> &y) {
        Ranged<double> both{hull(x.all, y.all), hull(x.atLow, y.atLow),
                            hull(x.atHigh, y.atHigh)};
        both.sloped = false;
        return both;
      });
}

/// `kSign` is what the right operand is multiplied by.
template <typename Model, typename Op, int kSign>
struct SumModel : RealModel<Model, Op> {
  static void ranges(Op op, RealRanges &ranges) {
    const RealVectorRange &lhs = ranges.get(op.getLhs());
    const RealVectorRange &rhs = ranges.get(op.getRhs());
    RealVectorRange result =
        kSign > 0 ? fixed::sum(lhs, rhs) : fixed::difference(lhs, rhs);
    std::optional<Mean> mean;
    if (ranges.seesMeans && kSign > 0) {
      mean = meanOf(op.getLhs(), op.getRhs(), ranges);
      if (!mean)
        mean = meanOf(op.getRhs(), op.getLhs(), ranges);
    }
    if (mean)
      result = between(ranges.get(mean->a), ranges.get(mean->b));
    ranges.set(op.getResult(), result);
  }

  static LogicalResult slopes(Op op, Slopes &slopes) {
    return slopes.combine(op, [](unsigned operand, size_t) {
      return Interval<double>::point(operand == 0 ? 1.0 : kSign);
    });
  }

  static LogicalResult gains(Op op, const Gains &, GainMap &map) {
    map.pass(op.getResult(), op.getLhs());
    map.pass(op.getResult(), op.getRhs());
    return success();
  }

  static LogicalResult format(Op op, FormatChoice &choice) {
    return choice.assign(op,
                         fixed::sumFormat(choice.known(op.getLhs()),
                                          choice.known(op.getRhs()),
                                          choice.magnitudeOf(op.getResult())));
  }

  static FloatStep execute(Op op, FloatProgram &program) {
    return program.elementwise(op.getLhs(), op.getRhs(), op.getResult(),
                               [](float a, float b, Eigen::Index) {
                                 return kSign > 0 ? a + b : a - b;
                               });
  }

  template <typename Lowering>
  static LogicalResult emit(Op op, Lowering &lowering) {
    using Sum = typename Lowering::Rule::Sum;
    FixedFormat format = lowering.formatOf(op);
    return lowering.set(op,
                        lowering.rule.add(lowering.get(op.getLhs()),
                                          lowering.get(op.getRhs()), format,
                                          sizeOf(op.getResult()),
                                          kSign > 0 ? Sum::Add : Sum::Sub),
                        format);
  }
};

struct AddModel : SumModel<AddModel, AddOp, 1> {};
struct SubModel : SumModel<SubModel, SubOp, -1> {};

} // namespace

void operations::registerSums(MLIRContext &context) {
  AddOp::attachInterface<AddModel>(context);
  SubOp::attachInterface<SubModel>(context);
}
