// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function from a table, and the limits of a number.
#include "passes/operations/IntegerModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct LutModel : IntegerModel<LutModel, LutS16Op> {
  static LogicalResult prove(LutS16Op op, RangeProof &proof) {
    // Interpolation never leaves the table's own range.
    auto [low, high] =
        std::minmax_element(op.getTable().begin(), op.getTable().end());
    return proof.set(op, {*low, *high});
  }

  static IntegerStep execute(LutS16Op op, IntegerProgram &program) {
    std::vector<int16_t> table = op.getTable().vec();
    unsigned bits = op.getIndexBits();
    return eachElement(op, program, [=](int64_t x) {
      return interpolate(table.data(), bits, x);
    });
  }

  static void plan(LutS16Op op, PlanBuilder &builder) {
    plan::VectorId table = builder.table(
        "table", plan::Type::S16, {op.getTable().begin(), op.getTable().end()});
    builder.define(
        op.getResult(),
        plan::lookup(table, op.getIndexBits(), builder.operand(op.getInput())));
  }
};

struct ClampModel : IntegerModel<ClampModel, ClampS32Op> {
  static LogicalResult prove(ClampS32Op op, RangeProof &proof) {
    IntegerVectorRange result;
    for (const IntegerRange &element : proof.get(op.getInput()))
      result.push_back(element.mapped(
          [&](int64_t v) {
            return std::clamp<int64_t>(v, op.getMin(), op.getMax());
          },
          [](Interval<int64_t> s) { return hull(s, {0, 0}); }));
    return proof.set(op, result);
  }

  static IntegerStep execute(ClampS32Op op, IntegerProgram &program) {
    int64_t low = op.getMin(), high = op.getMax();
    return eachElement(op, program,
                       [=](int64_t x) { return std::clamp(x, low, high); });
  }

  static void plan(ClampS32Op op, PlanBuilder &builder) {
    Expr input = builder.operand(op.getInput());
    Expr value = apply(Kind::Clamp, {input, plan::literal(op.getMin()),
                                     plan::literal(op.getMax())});
    if (op.getMax() == INT16_MAX && op.getMin() == INT16_MIN)
      value = apply(Kind::Saturate, {input});
    else if (op.getMax() == INT16_MAX && op.getMin() == 0)
      value = apply(Kind::Positive, {input});
    builder.define(op.getResult(), value);
  }
};

} // namespace

void operations::registerLutS16(MLIRContext &context) {
  LutS16Op::attachInterface<LutModel>(context);
  ClampS32Op::attachInterface<ClampModel>(context);
}
