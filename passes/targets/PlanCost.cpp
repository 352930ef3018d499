// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear but in one respect: gcc writes a short loop out, and what is written
// out costs less to run and more to keep.
#include "passes/targets/PlanCost.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

using namespace dlnet;
using namespace dlnet::cost;
using plan::Expr;
using plan::Home;
using Kind = plan::Expr::Kind;

namespace {

/// Registers that gcc has for what a loop keeps at hand, beside its
/// temporaries.
constexpr int64_t kFreeRegisters = 6;
/// Greatest literal that an instruction holds itself.
constexpr int64_t kShortLiteral = 255;

/// Of an integer root of 16 bits with its scaling, and of its reciprocal, both
/// bit by bit.
constexpr int64_t kRootInstructions = 240;

bool isPowerOfTwo(int64_t value) {
  return value > 0 && (value & (value - 1)) == 0;
}

/// What gcc's estimate of code size (its pass cunroll) takes an operation for.
int64_t gccSize(Term term) {
  return term == Term::Lookup ? 13 : term == Term::Clamp ? 2 : 1;
}

/// What one turn of an elementwise loop does, or the same without a loop.
struct Turn {
  std::map<Term, int64_t> work = {};
  std::set<plan::VectorId> read = {};    ///< Vectors, at its index.
  std::set<plan::VectorId> rows = {};    ///< Tables with an entry a row.
  std::set<plan::VectorId> lookups = {}; ///< Tables of functions.
  std::set<int64_t> literals = {};
  /// Single elements, read before it starts.
  std::set<std::pair<plan::VectorId, int64_t>> scalars = {};
  std::set<std::pair<Home, plan::Type>> memory = {}; ///< Read or written.
  int64_t narrowings = 0;                            ///< Stores of 16 bits.
  bool kept = false; ///< Whether it stands for a call of memmove.
};

class Counter {
public:
  Counter(const plan::Plan &plan, const Target &target)
      : plan(plan), target(target) {
    result.parts.resize(plan.parts);
  }

  PlanCounts count() {
    counts.stateBytes = plan.stateBytes();
    counts.add(Term::Model, 1);
    if (plan.readsAge)
      counts.add(Term::Age, 1);
    counts.execute(Term::WindowElement, plan.windowSize);
    countBlock(plan.body, 1);
    for (plan::VectorId id : tables)
      counts.tableBytes += plan::bytesOf(plan.vectors[id].type) *
                           static_cast<int64_t>(plan.vectors[id].values.size());
    result.all = counts;
    for (const Counts &part : result.parts)
      result.all += part;
    return std::move(result);
  }

private:
  /// What stands between loops counts together.
  void countBlock(const plan::Block &block, int64_t times) {
    Turn straight;
    for (const plan::Statement &statement : block)
      plan::visit(
          statement, [](const plan::Comment &) {}, [](const plan::Point &) {},
          [](const plan::KeepLoop &) {}, [](const plan::Count &) {},
          [&](const plan::Define &s) { count(straight, s.value, false); },
          [&](const plan::Grow &) { ++straight.work[Term::Add]; },
          [&](const plan::Store &s) { count(straight, s, false); },
          [&](const plan::Call &s) { countCall(s, times); },
          [&](const plan::Loop &s) { countLoop(s, times); },
          [&](const plan::Scope &s) { countBlock(s.body, times); },
          [&](const plan::Part &s) {
            Counts around = std::exchange(counts, {});
            countBlock(s.body, times);
            result.parts[s.number] = std::exchange(counts, around);
          });
    if (!straight.work.empty())
      countStraight(straight, times, 1);
  }

  // ---- Calls ----

  void countCall(const plan::Call &call, int64_t times) {
    for (plan::VectorId id : call.vectors)
      if (plan.vectors[id].home == Home::Table)
        tables.insert(id);
    if (call.product)
      return countProduct(*call.product, times);
    if (call.kernel == "unit_norm")
      return countUnitNorm(call.counts[0], times);
    int64_t rows = call.counts[0], elements = call.counts[1];
    counts.print(Term::BlockSum);
    counts.execute(Term::BlockSum, times * rows);
    counts.execute(Term::BlockElement, times * rows * elements);
  }

  /// Squares and their sum, the root bit by bit, and products. An estimate: no
  /// build that prices were fitted to has one.
  void countUnitNorm(int64_t elements, int64_t times) {
    counts.print(Term::BlockSum, 3);
    counts.execute(Term::BlockSum, times);
    counts.execute(Term::BlockElement, 2 * times * elements);
    counts.execute(Term::Add, times * kRootInstructions);
  }

  void countProduct(const plan::Product &product, int64_t times) {
    constexpr Term kCalls[] = {Term::DualRow, Term::BytePair,
                               Term::DualRowSparse, Term::BytePairSparse,
                               Term::FourRows};
    auto form = static_cast<ProductForm>(product.form);
    ProductShape shape =
        productShape(product.rows, product.columns, product.weights);
    ProductCost cost = productCost(target, shape, form, product.unrolled);
    counts.add(kCalls[product.form], times);
    counts.kernelInstructions += times * cost.instructions;
    counts.kernelCycles += times * cost.cycles;
    counts.kernelReads += times * cost.tableReads;
    ProductKernel kernel = productKernel(shape, form, product.unrolled);
    if (!kernels.insert(kernel).second)
      return;
    counts.kernelBytes += kernelBytes(target, kernel);
    if (!product.unrolled && isDense(form))
      counts.print(Term::LoopKernel);
  }

  // ---- Loops ----

  static bool isElementwise(const plan::Loop &loop) {
    return std::all_of(
        loop.body.begin(), loop.body.end(), [](const plan::Statement &s) {
          return !std::holds_alternative<plan::Call>(s.asVariant()) &&
                 !std::holds_alternative<plan::Loop>(s.asVariant()) &&
                 !std::holds_alternative<plan::Part>(s.asVariant());
        });
  }

  void countLoop(const plan::Loop &loop, int64_t times) {
    if (!isElementwise(loop)) {
      counts.add(Term::OuterLoop, times);
      counts.execute(Term::OuterStep, times * loop.turns());
      return countBlock(loop.body, times * loop.turns());
    }
    Turn turn;
    for (const plan::Statement &statement : loop.body)
      plan::visit(
          statement, [&](const plan::Define &s) { count(turn, s.value, true); },
          [&](const plan::Grow &) { ++turn.work[Term::Add]; },
          [&](const plan::Store &s) { count(turn, s, true); },
          [&](const plan::KeepLoop &) { turn.kept = true; },
          [](const auto &) {});
    if (isUnrolled(turn, loop.turns()))
      return countStraight(turn, times, loop.turns());
    countTurns(turn, times, loop.turns());
  }

  /// Whether gcc writes a loop out, as its cunroll estimates at -O2: all turns,
  /// a third less for what folding saves, may be no larger than the loop.
  bool isUnrolled(const Turn &turn, int64_t turns) const {
    int64_t size = turn.narrowings;
    for (auto [term, count] : turn.work)
      size += gccSize(term) * count;
    // The loop's own, which one turn after another does without.
    int64_t own = 5;
    for (plan::VectorId id : turn.rows)
      own += plan.vectors[id].type == plan::Type::S16 ? 2 : 1;
    return 2 * turns * size / 3 <= size + own;
  }

  /// Tables become literals where there is no loop.
  void countStraight(const Turn &turn, int64_t times, int64_t turns) {
    for (auto [each, count] : turn.work) {
      Term term = each == Term::Load    ? Term::StraightLoad
                  : each == Term::Store ? Term::StraightStore
                                        : each;
      counts.add(term, times, turns * count);
    }
    counts.add(Term::Straight, times);
    counts.add(Term::Pointer, times,
               turn.literals.size() + turn.scalars.size() +
                   turn.lookups.size());
    counts.add(Term::TableLiteral, times, turn.rows.size() * turns);
  }

  void countTurns(const Turn &turn, int64_t times, int64_t turns) {
    for (auto [term, count] : turn.work) {
      counts.print(term, count);
      counts.execute(term, times * turns * count);
    }
    tables.insert(turn.rows.begin(), turn.rows.end());
    int64_t rows = turn.rows.size();
    int64_t held = turn.literals.size() + turn.scalars.size() +
                   turn.lookups.size() + turn.rows.size();
    counts.add(turn.kept ? Term::KeptLoop : Term::Loop, times);
    counts.execute(turn.kept ? Term::KeptStep : Term::LoopStep, times * turns);
    counts.add(Term::Pointer, times, held);
    counts.print(Term::TableLoad, rows);
    counts.execute(Term::TableLoad, times * turns * rows);
    held += turn.memory.size();
    int64_t spilled = std::max<int64_t>(0, held - kFreeRegisters);
    counts.print(Term::Spill, spilled);
    counts.execute(Term::Spill, times * turns * spilled);
  }

  // ---- Expressions ----

  void touch(Turn &turn, plan::VectorId id) {
    turn.memory.insert({plan.vectors[id].home, plan.vectors[id].type});
  }

  void count(Turn &turn, const plan::Store &store, bool loops) {
    bool strided = store.index.factor != 1 && loops;
    ++turn.work[strided ? Term::StridedStore : Term::Store];
    turn.narrowings += plan.vectors[store.to].type == plan::Type::S16;
    touch(turn, store.to);
    count(turn, store.value, loops);
  }

  void countElement(Turn &turn, const Expr &expr, bool loops) {
    bool isTable = plan.vectors[expr.vector].home == Home::Table;
    if (loops && expr.index.isConstant()) {
      turn.scalars.insert({expr.vector, expr.index.offset});
    } else if (isTable) {
      turn.rows.insert(expr.vector);
    } else {
      if (turn.read.insert(expr.vector).second)
        ++turn.work[Term::Load];
      touch(turn, expr.vector);
    }
  }

  void count(Turn &turn, const Expr &expr, bool loops) {
    // SMMLAR takes registers alone.
    bool registers = expr.kind == Kind::MultiplyHigh;
    for (const Expr &operand : expr.operands)
      if (operand.kind != Kind::Literal)
        count(turn, operand, loops);
      else if (registers || std::abs(operand.number) > kShortLiteral)
        turn.literals.insert(operand.number);
    switch (expr.kind) {
    case Kind::Literal:
    case Kind::Variable:
      return;
    case Kind::Element:
      return countElement(turn, expr, loops);
    case Kind::Lookup:
      ++turn.work[Term::Lookup];
      turn.lookups.insert(expr.vector);
      turn.literals.insert(int64_t(1) << (16 + expr.number));
      tables.insert(expr.vector);
      return;
    case Kind::MultiplyHigh:
      ++turn.work[Term::MultiplyHigh];
      return;
    case Kind::Saturate:
      ++turn.work[Term::Saturate];
      return;
    case Kind::Positive:
      ++turn.work[Term::Positive];
      return;
    case Kind::Clamp:
      ++turn.work[Term::Clamp];
      return;
    case Kind::HighByte:
    case Kind::Add:
    case Kind::Subtract:
      ++turn.work[Term::Add];
      return;
    case Kind::Multiply: {
      const Expr &by = expr.operands[1];
      bool shifts = by.kind == Kind::Literal && isPowerOfTwo(by.number);
      ++turn.work[shifts ? Term::Scale : Term::Multiply];
      return;
    }
    }
  }

  const plan::Plan &plan;
  const Target &target;
  PlanCounts result;
  Counts counts;
  std::set<plan::VectorId> tables; ///< Those that are not made literals.
  std::set<ProductKernel> kernels;
};

} // namespace

PlanCounts dlnet::cost::countPlan(const plan::Plan &plan,
                                  const Target &target) {
  return Counter(plan, target).count();
}
