// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both levels share, and the sums of a window, on the integer level.
#include "passes/OutputPorts.h"
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

  static void plan(LastOp op, PlanBuilder &builder) {
    if (isNewestElement(op))
      return;
    int64_t width = columnsOf(op.getInput());
    plan::VectorId from = builder.vectorOf(op.getInput());
    plan::VectorId to = builder.resultOf(op);
    auto store = [&](const Index &at) {
      builder.add(plan::Store{
          to, at,
          plan::element(from, at + (sizeOf(op.getInput()) - 1) * width)});
    };
    builder.add(plan::Comment{describe(op)});
    if (width == 1)
      store(Index::at(0));
    else
      builder.loop("i", 0, width, [&] {
        store({"i"});
        builder.add(plan::KeepLoop{});
      });
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
    int64_t width = columnsOf(op.getInput());
    Index i{"i"};
    builder.add(plan::Comment{describe(op)});
    auto clear = [&](const Index &at) {
      builder.add(plan::Store{to, at, plan::literal(0)});
    };
    if (width == 1)
      clear(Index::at(0));
    else
      builder.loop("i", 0, width, [&] { clear(i); });
    builder.loop("i", width, sizeOf(op.getInput()) * width, [&] {
      builder.add(plan::Store{
          to, i,
          apply(Kind::Subtract,
                {plan::element(from, i), plan::element(from, i + -width)})});
    });
  }
};

struct StackModel : IntegerModel<StackModel, StackOp> {
  static LogicalResult prove(StackOp op, RangeProof &proof) {
    IntegerVectorRange result;
    for (Value column : op.getColumns())
      result.append(columnsOf(column),
                    IntegerRange::independent(proof.hullOf(column)));
    result.resize(op.getResult().getType().getDimSize(1),
                  IntegerRange::independent({0, 0}));
    return proof.set(op, result);
  }

  static void plan(StackOp op, PlanBuilder &builder) {
    int64_t rows = op.getResult().getType().getDimSize(0);
    int64_t width = op.getResult().getType().getDimSize(1);
    builder.add(
        plan::Comment{formatv("{0}: {1} columns a row", describe(op), width)});
    builder.loop("i", 0, rows, [&] {
      int64_t at = 0;
      auto store = [&](Expr value) {
        builder.add(plan::Store{
            builder.resultOf(op), {"i", width, at++}, std::move(value)});
      };
      for (Value column : op.getColumns()) {
        int64_t own = columnsOf(column);
        if (cast<ShapedType>(column.getType()).getRank() == 1)
          store(builder.element(column, {"i"}));
        else
          for (int64_t c = 0; c < own; ++c)
            store(plan::element(builder.vectorOf(column), {"i", own, c}));
      }
      while (at < width)
        store(plan::literal(0));
    });
  }
};

struct ScanModel : IntegerModel<ScanModel, ScanOp> {
  static LogicalResult prove(ScanOp op, RangeProof &proof) {
    for (Value state : op.getStates())
      if (widthOf(state) != 16)
        return op.emitError("carries a state of ")
               << state.getType() << "; only 16 bits can be proved";
    auto around = proof.enter();
    for (auto [sequence, row] : llvm::zip(op.getSequences(), op.getRows()))
      proof.copy(sequence, row);
    // Every 16-bit state is possible; that the step keeps it there is shown
    // where it is made, by how it follows the state: one state at a time.
    SmallVector<IntegerRange> results;
    for (auto [index, state] : llvm::enumerate(op.getStates())) {
      proof.follow(op, state);
      if (failed(proof.prove(op.getBody().front())))
        return failure();
      results.push_back(IntegerRange::independent(
          hull(proof.hullOf(op.getNextStates()[index]),
               proof.hullOf(op.getInits()[index]))));
    }
    for (Value row : op.getOutputRows())
      results.push_back(IntegerRange::independent(proof.hullOf(row)));
    proof.leave(std::move(around));
    for (auto [result, range] : llvm::zip(op.getResults(), results))
      proof.assume(result, range);
    return success();
  }

  static void plan(ScanOp op, PlanBuilder &builder) {
    std::string t = formatv("t{0}", builder.scans.size());
    builder.add(plan::Comment{describe(op)});
    for (auto [index, init] : llvm::enumerate(op.getInits()))
      builder.moveTo(builder.resultOf(op, index), init);
    builder.loop(t, 0, op.getTripCount(), [&] {
      builder.scans.push_back(op);
      for (auto [row, sequence] : llvm::zip(op.getRows(), op.getSequences()))
        builder.add(plan::Point{builder.vectorOf(row),
                                builder.vectorOf(sequence),
                                {t, columnsOf(sequence), 0}});
      builder.addParts(op.getBody().front());
      builder.endStep(op, t);
      builder.scans.pop_back();
    });
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
