// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums and differences of two vectors.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// `kSign` is what the right operand is multiplied by.
template <typename Model, typename Op, int kSign>
struct SumModel : RealModel<Model, Op> {
  static void ranges(Op op, RealRanges &ranges) {
    const RealVectorRange &lhs = ranges.get(op.getLhs());
    const RealVectorRange &rhs = ranges.get(op.getRhs());
    ranges.set(op.getResult(),
               kSign > 0 ? fixed::sum(lhs, rhs) : fixed::difference(lhs, rhs));
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
