// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From one fixed-point format to another: the SMMLAR of the Cortex-M4, and its
// half, shifts that round.
#include "passes/operations/IntegerModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct RequantizeModel : IntegerModel<RequantizeModel, RequantizeOp> {
  static IntegerRange scaled(IntegerRange input, int32_t multiplier,
                             unsigned shift) {
    auto multiply = [=](int64_t v) {
      return multiplyHigh(v, multiplier, shift);
    };
    if (multiplier < 0)
      return IntegerRange::independent(
          {multiply(input.all.high), multiply(input.all.low)});
    return input.mapped(multiply, [&](Interval<int64_t> slope) {
      return roundedSlope(slope, multiplier, 32 - shift);
    });
  }

  static LogicalResult prove(RequantizeOp op, RangeProof &proof) {
    IntegerVectorRange result;
    size_t size = sizeOf(op.getResult());
    for (size_t row = 0; row < size; ++row) {
      IntegerRange input = proof.element(op.getInput(), row);
      Interval<int64_t> shifted =
          input.all * Interval<int64_t>::point(int64_t(1) << op.getShift());
      if (!kWord.contains(shifted))
        return proof.overflow(op, row, shifted);
      IntegerRange sum =
          scaled(input, perElement(op.getMultiplier(), row), op.getShift()) +
          IntegerRange::independent(
              Interval<int64_t>::point(perElement(op.getBias(), row)));
      if (op.getAddend())
        sum = sum + proof.element(op.getAddend(), row);
      if (!kWord.contains(sum.all))
        return proof.overflow(op, row, sum.all);
      if (widthOf(op.getResult()) == 16)
        sum = sum.mapped([](int64_t v) { return saturate16(v); },
                         [](Interval<int64_t> s) { return hull(s, {0, 0}); });
      result.push_back(sum);
    }
    return proof.set(op, result);
  }

  static IntegerStep execute(RequantizeOp op, IntegerProgram &program) {
    auto multiplier = llvm::to_vector(op.getMultiplier());
    auto bias = llvm::to_vector(op.getBias());
    unsigned shift = op.getShift();
    bool narrow = widthOf(op.getResult()) == 16, adds = !!op.getAddend();
    return program.elementwise(
        op.getInput(), adds ? op.getAddend() : op.getInput(), op.getResult(),
        [=](int64_t x, int64_t addend, Eigen::Index i) {
          int64_t sum = multiplyHigh(x, perElement(multiplier, i), shift) +
                        perElement(bias, i) + (adds ? addend : 0);
          return word(narrow ? saturate16(sum) : sum);
        });
  }

  static void plan(RequantizeOp op, PlanBuilder &builder) {
    Expr input = builder.operand(op.getInput());
    if (op.getShift() != 0)
      input = apply(Kind::Multiply,
                    {input, plan::literal(int64_t(1) << op.getShift())});
    Expr sum = builder.perRow("bias", op.getBias());
    if (op.getAddend()) {
      Expr addend = builder.operand(op.getAddend());
      sum = sum.isLiteral(0) ? addend : apply(Kind::Add, {addend, sum});
    }
    Expr value =
        apply(Kind::MultiplyHigh,
              {input, builder.perRow("multiplier", op.getMultiplier()), sum});
    builder.define(op.getResult(), widthOf(op.getResult()) == 16
                                       ? apply(Kind::Saturate, {value})
                                       : value);
  }
};

struct HighByteModel : IntegerModel<HighByteModel, HighByteOp> {
  static LogicalResult prove(HighByteOp op, RangeProof &proof) {
    Interval<int64_t> input = proof.hullOf(op.getInput());
    return proof.set(op, {input.low >> 8, input.high >> 8});
  }

  static IntegerStep execute(HighByteOp op, IntegerProgram &program) {
    return eachElement(op, program, [](int64_t x) { return x >> 8; });
  }

  static void plan(HighByteOp op, PlanBuilder &builder) {
    builder.define(op.getResult(),
                   apply(Kind::HighByte, {builder.operand(op.getInput())}));
  }
};

struct RoundShiftModel : IntegerModel<RoundShiftModel, RoundShiftS32Op> {
  static LogicalResult prove(RoundShiftS32Op op, RangeProof &proof) {
    unsigned shift = op.getShift();
    int64_t half = shift == 0 ? 0 : int64_t(1) << (shift - 1);
    IntegerVectorRange result;
    for (auto [row, input] : llvm::enumerate(proof.get(op.getInput()))) {
      Interval<int64_t> rounded = input.all + Interval<int64_t>::point(half);
      if (!kWord.contains(rounded))
        return proof.overflow(op, row, rounded);
      result.push_back(input.mapped(
          [&](int64_t v) { return roundShift(v, shift); },
          [&](Interval<int64_t> s) { return roundedSlope(s, 1, shift); }));
    }
    return proof.set(op, result);
  }

  static IntegerStep execute(RoundShiftS32Op op, IntegerProgram &program) {
    unsigned shift = op.getShift();
    return eachElement(op, program,
                       [shift](int64_t x) { return roundShift(x, shift); });
  }

  /// Whether Euler steps alone use what is shifted: each does it itself, for
  /// the sum is free.
  static bool isPartOfSteps(RoundShiftS32Op op) {
    return op.getShift() > 1 &&
           llvm::all_of(op->getUsers(), llvm::IsaPred<EulerStepS16Op>);
  }

  /// `sum` and the shifted value. C leaves shifts of negative numbers open, so
  /// that it is a product; by 1, -v / 2 rounded up and v, as 2^31 is no int.
  static Expr shiftedOnto(Expr sum, RoundShiftS32Op op, PlanBuilder &builder) {
    Expr input = builder.operand(op.getInput());
    if (op.getShift() == 1)
      return apply(Kind::MultiplyHigh,
                   {input, plan::literal(INT32_MIN), input});
    return apply(
        Kind::MultiplyHigh,
        {input, plan::literal(int64_t(1) << (32 - op.getShift())), sum});
  }

  static void plan(RoundShiftS32Op op, PlanBuilder &builder) {
    if (isPartOfSteps(op))
      return;
    builder.define(op.getResult(),
                   op.getShift() == 0
                       ? builder.operand(op.getInput())
                       : shiftedOnto(plan::literal(0), op, builder));
  }
};

struct EulerStepModel : IntegerModel<EulerStepModel, EulerStepS16Op> {
  static LogicalResult prove(EulerStepS16Op op, RangeProof &proof) {
    IntegerVectorRange result;
    for (int64_t row = 0, rows = sizeOf(op.getResult()); row < rows; ++row) {
      IntegerRange sum =
          proof.element(op.getState(), row) + proof.element(op.getDelta(), row);
      if (!kHalf.contains(sum.all) && proof.isUnfollowed(op.getState())) {
        // It is proved where its own state is followed; here it saturates.
        sum = IntegerRange::independent({std::max(sum.all.low, kHalf.low),
                                         std::min(sum.all.high, kHalf.high)});
      } else if (!kHalf.contains(sum.all)) {
        InFlightDiagnostic diag =
            op.emitError("has a state that could overflow in row ")
            << row << ": the step may reach [" << sum.all.low << ", "
            << sum.all.high << "], beyond 16 bits";
        diag.attachNote() << "a wider state format or a smaller dt would hold";
        return diag;
      }
      result.push_back(sum);
    }
    return proof.set(op, result);
  }

  static IntegerStep execute(EulerStepS16Op op, IntegerProgram &program) {
    return program.elementwise(op.getState(), op.getDelta(), op.getResult(),
                               [](int64_t x, int64_t delta, Eigen::Index) {
                                 return word(saturate16(x + delta));
                               });
  }

  static void plan(EulerStepS16Op op, PlanBuilder &builder) {
    Expr state = builder.operand(op.getState());
    auto shift = op.getDelta().getDefiningOp<RoundShiftS32Op>();
    Expr sum = shift && RoundShiftModel::isPartOfSteps(shift)
                   ? RoundShiftModel::shiftedOnto(state, shift, builder)
                   : apply(Kind::Add, {state, builder.operand(op.getDelta())});
    builder.define(op.getResult(), apply(Kind::Saturate, {sum}));
  }
};

} // namespace

void operations::registerRequantize(MLIRContext &context) {
  RequantizeOp::attachInterface<RequantizeModel>(context);
  HighByteOp::attachInterface<HighByteModel>(context);
  RoundShiftS32Op::attachInterface<RoundShiftModel>(context);
  EulerStepS16Op::attachInterface<EulerStepModel>(context);
}
