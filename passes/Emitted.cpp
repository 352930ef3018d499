// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the IR as codegen/CEmitter.cpp does, and counts where that one prints.
#include "passes/Emitted.h"

#include "passes/Passes.h"
#include "passes/targets/ProductCost.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <map>
#include <set>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using cost::Term;

namespace {

/// Registers that gcc has for what a loop keeps at hand, beside its
/// temporaries.
constexpr int64_t kFreeRegisters = 6;
/// Greatest literal that an instruction holds itself.
constexpr int64_t kShortLiteral = 255;
/// Up to so many rows of an input sequence gcc makes one after another.
constexpr int64_t kShortStack = 3;

/// What gcc's estimate of code size (its pass cunroll) takes an operation for.
int64_t gccSize(Term term) {
  switch (term) {
  case Term::Lookup:
    return 13;
  case Term::Clamp:
    return 2;
  default:
    return 1;
  }
}

class Counter {
public:
  explicit Counter(ModelOp model) : model(model) {}

  cost::Counts count() {
    counts.stateBytes = stateBytes(model);
    counts.add(Term::Model, 1);
    if (model.getAge())
      counts.add(Term::Age, 1);
    counts.execute(Term::WindowElement, model.getWindowSize());
    countBlock(model.getBody().front(), 1);
    for (const auto &[width, values] : tables)
      counts.tableBytes += width / 8 * static_cast<int64_t>(values.size());
    for (const auto &[op, part] : parts)
      counts += part;
    return counts;
  }

  /// Of each operation in memory, by itself.
  llvm::DenseMap<Operation *, cost::Counts> parts;

private:
  /// Bits of an element, and elements.
  using Table = std::pair<unsigned, std::vector<int64_t>>;

  /// One elementwise loop, or the same without a loop around one element.
  struct Loop {
    int64_t times;                     ///< How often a forecast comes to it.
    int64_t elements;                  ///< Turns of it.
    std::map<Term, int64_t> work = {}; ///< In one turn.
    llvm::SmallSetVector<Value, 8> read = {};    ///< Vectors, at its index.
    llvm::SmallSetVector<Value, 8> scalars = {}; ///< Read before it starts.
    std::set<const void *> lookups = {};         ///< Tables of functions.
    /// Tables with an entry a row, by their place in the IR.
    std::map<const void *, Table> rows = {};
    std::set<int64_t> literals = {};
    bool wide = false, narrow = false, forecast = false;
    int64_t narrowings = 0; ///< Stores of 16 bits.
  };

  // ---- Operations in memory ----

  void countBlock(Block &block, int64_t times) {
    for (Operation &op : block.without_terminator()) {
      cost::Counts around = std::exchange(counts, {});
      llvm::TypeSwitch<Operation *>(&op)
          .Case<BlockSumS16Op, DifferenceOp, StackOp, ScanOp, MatvecS8Op,
                FusedOp>([&](auto op) { count(op, times); });
      parts[&op] = std::exchange(counts, around);
    }
  }

  void count(BlockSumS16Op op, int64_t times) {
    int64_t blocks = sizeOf(op.getResult());
    int64_t size = sizeOf(op.getInput()) / blocks;
    if (Loop inner{1, size, {{Term::Load, 1}, {Term::Add, 1}}};
        isUnrolled(inner)) {
      Loop loop{times, blocks, {{Term::Load, size}, {Term::Store, 1}}};
      if (size > 1)
        loop.work[Term::Add] = size - 1;
      loop.wide = loop.narrow = true;
      return finish(loop);
    }
    counts.print(Term::BlockSum);
    counts.execute(Term::BlockSum, times * blocks);
    counts.execute(Term::BlockElement, times * blocks * size);
  }

  void count(DifferenceOp op, int64_t times) {
    Loop loop{times,
              sizeOf(op.getResult()) - 1,
              {{Term::Load, 1}, {Term::Add, 1}, {Term::Store, 1}}};
    loop.wide = true;
    finish(loop);
  }

  void count(StackOp op, int64_t times) {
    auto type = op.getResult().getType();
    int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
    int64_t filled = op.getColumns().size();
    if (rows <= kShortStack) {
      counts.add(Term::Straight, times);
      counts.add(Term::StraightLoad, times, rows * filled);
      counts.add(Term::Store, times, rows * columns);
      return;
    }
    Term row = filled == columns ? Term::StackFullRow : Term::StackRow;
    counts.print(row);
    counts.execute(row, times * rows);
  }

  void count(MatvecS8Op op, int64_t times) {
    constexpr Term kCalls[] = {Term::DualRow, Term::Sxtb16, Term::DualRowSparse,
                               Term::Sxtb16Sparse};
    int index = static_cast<int>(*op.getPacking());
    auto form = static_cast<cost::ProductForm>(index);
    auto weights = integerElements(op.getWeights());
    cost::ProductShape shape =
        cost::productShape(sizeOf(op.getResult()), sizeOf(op.getInput()),
                           {weights.begin(), weights.end()});
    bool unroll = op.getUnroll();
    cost::ProductCost product = cost::productCost(shape, form, unroll);
    counts.add(kCalls[index], times);
    counts.kernelInstructions += times * product.instructions;
    counts.kernelCycles += times * product.cycles;
    // Equal tables are one; words are in another order in straight kernels.
    if (products
            .insert({index, isSparse(*op.getPacking()) && unroll,
                     op.getWeights().getAsOpaquePointer()})
            .second)
      counts.tableBytes += product.tableBytes;
    cost::ProductKernel kernel = cost::productKernel(shape, form, unroll);
    if (!kernels.insert(kernel).second)
      return;
    counts.kernelBytes += cost::kernelBytes(kernel);
    if (!unroll && !isSparse(*op.getPacking()))
      counts.print(Term::LoopKernel);
  }

  /// A state that is copied or cleared, by two elements.
  void countMove(Term entry, Term pair, int64_t times, int64_t elements) {
    counts.add(entry, times);
    counts.execute(pair, times * ((elements + 1) / 2));
  }
  void countCopy(int64_t times, int64_t elements) {
    countMove(Term::Copy, Term::CopyPair, times, elements);
  }
  void countClear(int64_t times, int64_t elements) {
    countMove(Term::Clear, Term::ClearPair, times, elements);
  }

  void count(ScanOp op, int64_t times) {
    int64_t steps = op.getTripCount();
    // The window and the age have none: what starts from them is copied.
    auto bufferOf = [](Value value) {
      Operation *producer = value.getDefiningOp();
      if (!producer)
        producer = value.getParentBlock()->getParentOp();
      auto buffers = producer->getAttrOfType<ArrayAttr>(kBuffersAttr);
      return buffers ? buffers[0] : Attribute();
    };
    counts.print(Term::Scan);
    counts.execute(Term::Scan, times);
    counts.execute(Term::ScanStep, times * steps);
    if (op.getInit().getDefiningOp<ConstantOp>())
      countClear(times, sizeOf(op.getResult()));
    else if (bufferOf(op.getInit()) != bufferOf(op.getResult()))
      countCopy(times, sizeOf(op.getResult()));
    if (bufferOf(op.getNextState()) != bufferOf(op.getResult()))
      countCopy(times * steps, sizeOf(op.getResult()));
    countBlock(op.getBody().front(), times * steps);
  }

  void count(FusedOp op, int64_t times) {
    Loop loop{times, sizeOf(op.getResult(0))};
    Block &body = op.getBody().front();
    for (Operation &inner : body.without_terminator())
      llvm::TypeSwitch<Operation *>(&inner)
          .Case<HighByteOp, RequantizeOp, LutS16Op, AddS32Op, SubS32Op,
                MulS32Op, ScaleS32Op, RoundShiftS32Op, ClampS32Op,
                EulerStepS16Op>([&](auto op) {
            count(loop, op);
            for (Value operand : op->getOperands())
              countOperand(loop, operand);
          })
          .Case([&](InterpolateS32Op op) { count(loop, op); });
    for (auto [result, value] :
         llvm::zip(op.getResults(), body.getTerminator()->getOperands())) {
      add(loop, Term::Store);
      loop.narrowings += widthOf(value) == 16;
      if (llvm::any_of(result.getUsers(), llvm::IsaPred<ReturnOp>))
        loop.forecast = true;
      else
        (widthOf(value) == 16 ? loop.narrow : loop.wide) = true;
    }
    finish(loop);
  }

  // ---- Elementwise operations ----

  void add(Loop &loop, Term term) { ++loop.work[term]; }

  /// Whether gcc writes a loop out, as its cunroll estimates at -O2: all turns,
  /// a third less for what folding saves, may be no larger than the loop.
  static bool isUnrolled(const Loop &loop) {
    int64_t turn = loop.narrowings;
    for (auto [term, count] : loop.work)
      turn += gccSize(term) * count;
    // The loop's own, which one turn after another does without.
    int64_t own = 5;
    for (const auto &[key, table] : loop.rows)
      own += table.first == 16 ? 2 : 1;
    return 2 * loop.elements * turn / 3 <= turn + own;
  }

  void finish(const Loop &loop) {
    bool unrolled = loop.elements == 1 || isUnrolled(loop);
    int64_t copies = unrolled ? loop.elements : 1;
    for (const auto &[each, count] : loop.work) {
      Term term = unrolled && each == Term::Load ? Term::StraightLoad : each;
      counts.print(term, copies * count);
      counts.execute(term, loop.times * loop.elements * count);
    }
    int64_t rows = loop.rows.size();
    int64_t held =
        loop.literals.size() + loop.scalars.size() + loop.lookups.size();
    if (unrolled) {
      counts.add(Term::Straight, loop.times);
      counts.add(Term::Pointer, loop.times, held);
      counts.add(Term::TableLiteral, loop.times, rows * loop.elements);
      return;
    }
    for (const auto &[key, table] : loop.rows)
      tables.insert(table);
    held += rows;
    counts.add(Term::Loop, loop.times);
    counts.execute(Term::LoopStep, loop.times * loop.elements);
    counts.add(Term::Pointer, loop.times, held);
    counts.print(Term::TableLoad, rows);
    counts.execute(Term::TableLoad, loop.times * loop.elements * rows);
    held += loop.wide + loop.narrow + loop.forecast;
    int64_t spilled = std::max<int64_t>(0, held - kFreeRegisters);
    counts.print(Term::Spill, spilled);
    counts.execute(Term::Spill, loop.times * loop.elements * spilled);
  }

  void countOperand(Loop &loop, Value value) {
    Operation *op = value.getDefiningOp();
    if (op && op->getParentOfType<FusedOp>())
      return; // in a register
    if (auto constant = dyn_cast_or_null<ConstantOp>(op)) {
      auto values = integerElements(constant.getValue());
      if (llvm::all_equal(values))
        return countLiteral(loop, values.front());
      loop.rows.insert({constant.getValue().getAsOpaquePointer(),
                        {widthOf(value), {values.begin(), values.end()}}});
      return;
    }
    if (sizeOf(value) == 1 && loop.elements != 1) {
      loop.scalars.insert(value);
      return;
    }
    if (loop.read.insert(value))
      add(loop, Term::Load);
    (widthOf(value) == 16 ? loop.narrow : loop.wide) = true;
  }

  /// Of an instruction that may hold a literal itself.
  void countLiteral(Loop &loop, int64_t value) {
    if (std::abs(value) > kShortLiteral)
      loop.literals.insert(value);
  }

  void countPerRow(Loop &loop, ArrayRef<int32_t> values) {
    RowForm form = rowForm(values);
    if (form == RowForm::Literal) {
      loop.literals.insert(values.front());
      return;
    }
    loop.rows.insert(
        {values.data(),
         {form == RowForm::Int16 ? 16u : 32u, {values.begin(), values.end()}}});
  }

  /// An addition an element; what stands between knots is in the other term.
  void count(Loop &loop, InterpolateS32Op op) {
    add(loop, Term::Add);
    int64_t stretches = sizeOf(op.getKnots()) - 1;
    if (stretches > 1)
      counts.print(Term::Knot);
    counts.execute(Term::Knot, loop.times * stretches);
  }

  void count(Loop &loop, HighByteOp) { add(loop, Term::Add); }

  void count(Loop &loop, RequantizeOp op) {
    add(loop, Term::Requantize);
    if (op.getShift() != 0)
      add(loop, Term::Scale);
    countPerRow(loop, op.getMultiplier());
    bool isZero = llvm::all_of(op.getBias(), [](int32_t b) { return b == 0; });
    if (!op.getAddend() || !isZero)
      countPerRow(loop, op.getBias());
    if (op.getAddend() && !isZero)
      add(loop, Term::Add);
    if (widthOf(op.getResult()) == 16)
      add(loop, Term::Saturate);
  }

  void count(Loop &loop, LutS16Op op) {
    add(loop, Term::Lookup);
    loop.lookups.insert(op.getTable().data());
    loop.literals.insert(int64_t(1) << (16 + op.getIndexBits()));
    tables.insert({16, {op.getTable().begin(), op.getTable().end()}});
  }

  void count(Loop &loop, AddS32Op) { add(loop, Term::Add); }
  void count(Loop &loop, SubS32Op) { add(loop, Term::Add); }
  void count(Loop &loop, MulS32Op) { add(loop, Term::Multiply); }

  void count(Loop &loop, ScaleS32Op op) {
    add(loop,
        llvm::isPowerOf2_32(op.getFactor()) ? Term::Scale : Term::Multiply);
  }

  void count(Loop &loop, RoundShiftS32Op op) {
    if (op.getShift() == 0)
      return;
    add(loop, Term::RoundShift);
    loop.literals.insert(int64_t(1) << (32 - op.getShift()));
    if (op.getShift() > 1 && !isPartOfSteps(op))
      loop.literals.insert(0);
  }

  void count(Loop &loop, ClampS32Op op) {
    if (op.getMax() == INT16_MAX && op.getMin() == INT16_MIN)
      return add(loop, Term::Saturate);
    if (op.getMax() == INT16_MAX && op.getMin() == 0)
      return add(loop, Term::Positive);
    add(loop, Term::Clamp);
    countLiteral(loop, op.getMin());
    countLiteral(loop, op.getMax());
  }

  void count(Loop &loop, EulerStepS16Op op) {
    auto shift = op.getDelta().getDefiningOp<RoundShiftS32Op>();
    if (!shift || !isPartOfSteps(shift))
      add(loop, Term::Add);
    add(loop, Term::Saturate);
  }

  ModelOp model;
  cost::Counts counts;
  std::set<Table> tables; ///< Equal ones are printed once.
  std::set<std::tuple<int, bool, const void *>> products;
  std::set<cost::ProductKernel> kernels;
};

} // namespace

int64_t dlnet::lnn::arenaBytes(ModelOp model) {
  int64_t bytes = 0;
  for (auto buffer :
       model->getAttrOfType<ArrayAttr>(kArenaAttr).getAsRange<DictionaryAttr>())
    bytes += buffer.getAs<IntegerAttr>("elements").getInt() *
             buffer.getAs<IntegerAttr>("width").getInt() / 8;
  return bytes;
}

int64_t dlnet::lnn::stateBytes(ModelOp model) {
  int64_t bytes = 4 + 2 * model.getWindowSize() + (model.getAge() ? 2 : 0) +
                  arenaBytes(model);
  return (bytes + 3) / 4 * 4;
}

RowForm dlnet::lnn::rowForm(ArrayRef<int32_t> values) {
  if (llvm::all_equal(values))
    return RowForm::Literal;
  bool narrow = llvm::all_of(
      values, [](int32_t v) { return v >= INT16_MIN && v <= INT16_MAX; });
  return narrow ? RowForm::Int16 : RowForm::Int32;
}

bool dlnet::lnn::isPartOfSteps(RoundShiftS32Op op) {
  return op.getShift() > 1 &&
         llvm::all_of(op->getUsers(), llvm::IsaPred<EulerStepS16Op>);
}

cost::Counts dlnet::lnn::countEmitted(ModelOp model) {
  return Counter(model).count();
}

llvm::DenseMap<Operation *, cost::Counts>
dlnet::lnn::countParts(ModelOp model) {
  Counter counter(model);
  counter.count();
  return std::move(counter.parts);
}
