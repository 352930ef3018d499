// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of vectors, vectors of parts, and vectors over their norm, on the
// integer level.
#include "passes/operations/IntegerModel.h"
#include "passes/operations/VectorSteps.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

/// Elements `from` on of a vector, in another place: what was known of how they
/// follow a state is given up.
void append(IntegerVectorRange &ranges, Value value, int64_t from, int64_t size,
            const RangeProof &proof) {
  for (int64_t i = 0; i < size; ++i)
    ranges.push_back(
        IntegerRange::independent(proof.element(value, from + i).all));
}

struct SliceModel : IntegerModel<SliceModel, SliceOp> {
  static LogicalResult prove(SliceOp op, RangeProof &proof) {
    IntegerVectorRange result;
    append(result, op.getInput(), op.getStart(), sizeOf(op.getResult()), proof);
    return proof.set(op, result);
  }

  static IntegerStep execute(SliceOp op, IntegerProgram &program) {
    return stepOf(op, program);
  }

  static void plan(SliceOp op, PlanBuilder &builder) {
    builder.add(plan::Comment{describe(op)});
    builder.loop("i", 0, sizeOf(op.getResult()), [&] {
      Expr from =
          builder.element(op.getInput(), {"i", 1, int64_t(op.getStart())});
      builder.add(plan::Store{builder.resultOf(op), {"i"}, from});
    });
  }
};

struct ConcatModel : IntegerModel<ConcatModel, ConcatOp> {
  static LogicalResult prove(ConcatOp op, RangeProof &proof) {
    IntegerVectorRange result;
    for (Value part : op.getParts())
      append(result, part, 0, sizeOf(part), proof);
    return proof.set(op, result);
  }

  static IntegerStep execute(ConcatOp op, IntegerProgram &program) {
    return stepOf(op, program);
  }

  static void plan(ConcatOp op, PlanBuilder &builder) {
    builder.add(plan::Comment{describe(op)});
    int64_t start = 0;
    for (Value part : op.getParts()) {
      builder.loop("i", 0, sizeOf(part), [&] {
        Expr from = builder.element(part, {"i"});
        builder.add(plan::Store{builder.resultOf(op), {"i", 1, start}, from});
      });
      start += sizeOf(part);
    }
  }
};

struct UnitNormModel : IntegerModel<UnitNormModel, UnitNormS16Op> {
  static LogicalResult prove(UnitNormS16Op op, RangeProof &proof) {
    int64_t squares = op.getEpsilon();
    for (int64_t i = 0; i < sizeOf(op.getInput()); ++i) {
      int64_t magnitude = proof.element(op.getInput(), i).all.magnitude();
      squares += magnitude * magnitude;
      if (squares > INT32_MAX)
        return proof.overflow(op, i, {0, squares});
    }
    return proof.set(op, kHalf);
  }

  static IntegerStep execute(UnitNormS16Op op, IntegerProgram &program) {
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    int32_t epsilon = op.getEpsilon();
    return IntegerProgram::Step([&slots = program.slots, from, to, epsilon] {
      UnitNorm norm(int64_t(slots[from].matrix().squaredNorm()) + epsilon);
      for (Eigen::Index i = 0; i < slots[to].size(); ++i)
        slots[to][i] = norm.of(slots[from][i]);
    });
  }

  static void plan(UnitNormS16Op op, PlanBuilder &builder) {
    builder.add(
        plan::Call{"unit_norm",
                   {builder.vectorOf(op.getInput()), builder.resultOf(op)},
                   {sizeOf(op.getInput()), op.getEpsilon()},
                   describe(op)});
  }
};

} // namespace

void operations::registerIntegerVectors(MLIRContext &context) {
  SliceOp::attachInterface<SliceModel>(context);
  ConcatOp::attachInterface<ConcatModel>(context);
  UnitNormS16Op::attachInterface<UnitNormModel>(context);
}
