// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums, differences and products of two vectors, and of one with a number.
#include "passes/operations/IntegerModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// Of an operation that applies Fn to each two elements.
template <typename Op, Kind kind, typename Fn>
struct BinaryModel : IntegerModel<BinaryModel<Op, kind, Fn>, Op> {
  static LogicalResult prove(Op op, RangeProof &proof) {
    IntegerVectorRange result;
    size_t size =
        std::max(proof.get(op.getLhs()).size(), proof.get(op.getRhs()).size());
    for (size_t i = 0; i < size; ++i)
      result.push_back(
          Fn()(proof.element(op.getLhs(), i), proof.element(op.getRhs(), i)));
    return proof.set(op, result);
  }

  static IntegerStep execute(Op op, IntegerProgram &program) {
    return program.elementwise(
        op.getLhs(), op.getRhs(), op.getResult(),
        [](int64_t a, int64_t b, Eigen::Index) { return word(Fn()(a, b)); });
  }

  static void plan(Op op, PlanBuilder &builder) {
    builder.define(op.getResult(), apply(kind, {builder.operand(op.getLhs()),
                                                builder.operand(op.getRhs())}));
  }
};
using AddModel = BinaryModel<AddS32Op, Kind::Add, std::plus<>>;
using SubModel = BinaryModel<SubS32Op, Kind::Subtract, std::minus<>>;
using MulModel = BinaryModel<MulS32Op, Kind::Multiply, std::multiplies<>>;

struct ScaleModel : IntegerModel<ScaleModel, ScaleS32Op> {
  static LogicalResult prove(ScaleS32Op op, RangeProof &proof) {
    IntegerVectorRange result;
    auto factor =
        IntegerRange::independent(Interval<int64_t>::point(op.getFactor()));
    for (const IntegerRange &element : proof.get(op.getInput()))
      result.push_back(element * factor);
    return proof.set(op, result);
  }

  static IntegerStep execute(ScaleS32Op op, IntegerProgram &program) {
    int64_t factor = op.getFactor();
    return eachElement(op, program, [factor](int64_t x) { return x * factor; });
  }

  static void plan(ScaleS32Op op, PlanBuilder &builder) {
    builder.define(op.getResult(),
                   apply(Kind::Multiply, {builder.operand(op.getInput()),
                                          plan::literal(op.getFactor())}));
  }
};

} // namespace

void operations::registerIntegerSums(MLIRContext &context) {
  AddS32Op::attachInterface<AddModel>(context);
  SubS32Op::attachInterface<SubModel>(context);
  MulS32Op::attachInterface<MulModel>(context);
  ScaleS32Op::attachInterface<ScaleModel>(context);
}
