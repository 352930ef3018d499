// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A group of elementwise operations: one loop over their elements.
#include "passes/operations/IntegerModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct FusedModel : IntegerModel<FusedModel, FusedOp> {
  static LogicalResult prove(FusedOp op, RangeProof &proof) {
    Block &body = op.getBody().front();
    if (failed(proof.prove(body)))
      return failure();
    for (auto [result, value] :
         llvm::zip(op.getResults(), body.getTerminator()->getOperands()))
      proof.copy(value, result);
    return success();
  }

  static void plan(FusedOp op, PlanBuilder &builder) {
    int64_t size = sizeOf(op.getResult(0));
    auto curves = llvm::to_vector(op.getBody().getOps<InterpolateS32Op>());
    if (!curves.empty())
      builder.scope([&] { planCurves(op, curves, builder); });
    else if (size == 1)
      builder.scope([&] { planElement(op, Index::at(0), builder); });
    else
      builder.loop("i", 0, size, [&] { planElement(op, {"i"}, builder); });
  }

  /// The loop of a group as one from knot to knot around one over the elements
  /// between them.
  static void planCurves(FusedOp op, ArrayRef<InterpolateS32Op> curves,
                         PlanBuilder &builder) {
    SmallVector<std::pair<int64_t, int64_t>> values; // and what they grow by
    for (InterpolateS32Op curve : curves) {
      Expr start =
          plan::element(builder.vectorOf(curve.getKnots()), Index::at(0));
      Expr value =
          apply(Kind::Multiply, {start, plan::literal(curve.getStep())});
      values.emplace_back(
          builder.define(curve.getResult(), value, /*grows=*/true), 0);
    }
    builder.add(plan::Count{"i", /*starts=*/true});
    InterpolateS32Op any = curves.front();
    builder.loop("knot", 0, sizeOf(any.getKnots()) - 1, [&] {
      for (auto [curve, value] : llvm::zip(curves, values)) {
        plan::VectorId knots =
            builder.vectorOf(InterpolateS32Op(curve).getKnots());
        Index knot{"knot"};
        value.second = builder.define(
            {}, apply(Kind::Subtract, {plan::element(knots, knot + 1),
                                       plan::element(knots, knot)}));
      }
      builder.loop("j", 0, any.getStep(), [&] {
        for (auto [value, growth] : values)
          builder.add(plan::Grow{value, plan::variable(growth)});
        planElement(op, {"i"}, builder);
        builder.add(plan::Count{"i", /*starts=*/false});
      });
    });
  }

  static void planElement(FusedOp op, const Index &at, PlanBuilder &builder) {
    builder.goTo(at);
    Block &body = op.getBody().front();
    for (Operation &inner : body.without_terminator())
      cast<IntegerOpInterface>(inner).addToPlan(builder);
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      builder.add(
          plan::Store{builder.resultOf(op, i), at, builder.operand(value)});
  }
};

} // namespace

void operations::registerFused(MLIRContext &context) {
  FusedOp::attachInterface<FusedModel>(context);
}
