// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both levels share, and the sums of a window, on the integer level.
#include "passes/operations/IntegerModel.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;
using llvm::formatv;

namespace {

struct ConstantModel : IntegerModel<ConstantModel, ConstantOp> {
  static LogicalResult prove(ConstantOp op, RangeProof &proof) {
    IntegerVectorRange result;
    for (int64_t value : integerElements(op.getValue()))
      result.push_back(
          IntegerRange::independent(Interval<int64_t>::point(value)));
    return proof.set(op, result);
  }
};

struct LastModel : IntegerModel<LastModel, LastOp> {
  static LogicalResult prove(LastOp op, RangeProof &proof) {
    return proof.set(op, proof.hullOf(op.getInput()));
  }
};

struct DifferenceModel : IntegerModel<DifferenceModel, DifferenceOp> {
  static LogicalResult prove(DifferenceOp op, RangeProof &proof) {
    Interval<int64_t> input = proof.hullOf(op.getInput());
    return proof.set(op, hull(input - input, {0, 0}));
  }

  static void plan(DifferenceOp op, PlanBuilder &builder) {
    plan::VectorId from = builder.vectorOf(op.getInput());
    plan::VectorId to = builder.resultOf(op);
    Index i{"i"};
    builder.add(plan::Comment{describe(op)});
    builder.add(plan::Store{to, Index::at(0), plan::literal(0)});
    builder.loop("i", 1, sizeOf(op.getResult()), [&] {
      builder.add(
          plan::Store{to, i,
                      apply(Kind::Subtract, {plan::element(from, i),
                                             plan::element(from, i + -1)})});
    });
  }
};

struct StackModel : IntegerModel<StackModel, StackOp> {
  static LogicalResult prove(StackOp op, RangeProof &proof) {
    IntegerVectorRange result;
    for (Value column : op.getColumns())
      result.push_back(IntegerRange::independent(proof.hullOf(column)));
    result.resize(op.getResult().getType().getDimSize(1),
                  IntegerRange::independent({0, 0}));
    return proof.set(op, result);
  }

  static void plan(StackOp op, PlanBuilder &builder) {
    int64_t rows = op.getResult().getType().getDimSize(0);
    int64_t width = op.getResult().getType().getDimSize(1);
    int64_t filled = op.getColumns().size();
    builder.add(
        plan::Comment{formatv("{0}: {1} columns a row", describe(op), width)});
    builder.loop("i", 0, rows, [&] {
      for (int64_t c = 0; c < width; ++c)
        builder.add(plan::Store{builder.resultOf(op),
                                {"i", width, c},
                                c < filled
                                    ? builder.element(op.getColumns()[c], {"i"})
                                    : plan::literal(0)});
    });
  }
};

struct ScanModel : IntegerModel<ScanModel, ScanOp> {
  static LogicalResult prove(ScanOp op, RangeProof &proof) {
    if (widthOf(op.getState()) != 16)
      return op.emitError("carries a state of ")
             << op.getState().getType() << "; only 16 bits can be proved";
    if (op.getSequence())
      proof.copy(op.getSequence(), *op.getRow());
    // Every 16-bit state is possible; that the step keeps it there is shown
    // where it is made.
    proof.assume(op.getState(), IntegerRange::state(kHalf));
    if (failed(proof.prove(op.getBody().front())))
      return failure();
    return proof.set(
        op, hull(proof.hullOf(op.getNextState()), proof.hullOf(op.getInit())));
  }

  static void plan(ScanOp op, PlanBuilder &builder) {
    plan::VectorId state = builder.resultOf(op);
    std::string t = formatv("t{0}", builder.scans.size());
    builder.add(plan::Comment{describe(op)});
    if (op.getInit().getDefiningOp<ConstantOp>() ||
        builder.vectorOf(op.getInit()) != state)
      move(op.getInit(), state, builder);
    builder.loop(t, 0, op.getTripCount(), [&] {
      builder.scans.push_back(op);
      if (auto row = op.getRow())
        builder.add(plan::Point{builder.vectorOf(*row),
                                builder.vectorOf(op.getSequence()),
                                {t, sizeOf(*row), 0}});
      builder.addParts(op.getBody().front());
      if (builder.vectorOf(op.getNextState()) != state)
        move(op.getNextState(), state, builder);
      builder.scans.pop_back();
    });
  }

  /// Copies or clears `to`, by two elements, which compilers join to words
  /// where they may.
  static void move(Value from, plan::VectorId to, PlanBuilder &builder) {
    int64_t size = sizeOf(from);
    auto store = [&](const Index &at) {
      builder.add(plan::Store{to, at, builder.element(from, at)});
    };
    auto storePair = [&] {
      store({"i"});
      store(Index{"i"} + 1);
      builder.add(plan::KeepLoop{});
    };
    if (size > 1)
      builder.loop("i", 0, size / 2 * 2, storePair, 2);
    if (size % 2 != 0)
      store(Index::at(size - 1));
  }
};

struct BlockSumModel : IntegerModel<BlockSumModel, BlockSumS16Op> {
  static int64_t blockSize(BlockSumS16Op op) {
    return sizeOf(op.getInput()) / sizeOf(op.getResult());
  }

  static LogicalResult prove(BlockSumS16Op op, RangeProof &proof) {
    return proof.set(op, proof.hullOf(op.getInput()) *
                             Interval<int64_t>::point(blockSize(op)));
  }

  static IntegerStep execute(BlockSumS16Op op, IntegerProgram &program) {
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    Eigen::Index size = blockSize(op);
    return IntegerProgram::Step([&slots = program.slots, from, to, size] {
      for (Eigen::Index i = 0; i < slots[to].size(); ++i)
        slots[to][i] = slots[from].segment(i * size, size).sum();
    });
  }

  static void plan(BlockSumS16Op op, PlanBuilder &builder) {
    builder.add(plan::Comment{
        formatv("{0}: sums of {1} cycles", describe(op), blockSize(op))});
    builder.add(
        plan::Call{"block_sum",
                   {builder.vectorOf(op.getInput()), builder.resultOf(op)},
                   {sizeOf(op.getResult()), blockSize(op)},
                   ""});
  }
};

} // namespace

void operations::registerIntegerFrame(MLIRContext &context) {
  ConstantOp::attachInterface<ConstantModel>(context);
  LastOp::attachInterface<LastModel>(context);
  DifferenceOp::attachInterface<DifferenceModel>(context);
  StackOp::attachInterface<StackModel>(context);
  ScanOp::attachInterface<ScanModel>(context);
  BlockSumS16Op::attachInterface<BlockSumModel>(context);
}
