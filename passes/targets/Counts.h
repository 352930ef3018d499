// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model's C is made of, in counts, and what each thing costs on a core.
// The prices are fitted to emulators (<core>/CostTable.inc), so that a model
// has a cost before anybody has compiled its C. Knows no MLIR.
#ifndef DLNET_PASSES_TARGETS_COUNTS_H
#define DLNET_PASSES_TARGETS_COUNTS_H

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace dlnet::cost {

struct Target;

/// Things that the emitter prints and a core runs. A price is linear in
/// these, so each is something that the compiler translates alike wherever it
/// stands.
enum class Term {
  Model,         ///< The public functions and the frame of the network.
  Age,           ///< What reading the age adds to them.
  WindowElement, ///< One copied into the state.
  BlockSum,      ///< A run of window elements summed, without its elements.
  BlockElement,  ///< One element of such a run.
  KeptLoop,      ///< A state copied or cleared, without its elements.
  KeptStep,      ///< Two elements of it, without their loads and stores.
  OuterLoop,     ///< A loop around others: over time, or from knot to knot.
  OuterStep,     ///< One turn of it.
  DualRow,       ///< A call of a kernel, without what runs in it.
  BytePair,
  DualRowSparse,
  BytePairSparse,
  FourRows,
  LoopKernel, ///< A kernel that counts columns: a stack frame of its own.
  Loop,       ///< An elementwise loop.
  LoopStep,   ///< One turn of it.
  Straight, ///< Elementwise operations without a loop, on one or few elements.
  Pointer,  ///< A table, a literal or a number that a loop keeps at hand.
  Spill,    ///< One for which no register is left, in one turn.
  // In one turn, for one element:
  Load,
  StraightLoad, ///< The same without a loop: it may be at hand still.
  Store,
  StraightStore, ///< Likewise.
  StridedStore,  ///< To a column of a sequence.
  TableLoad,     ///< An element of a table with an entry a row.
  TableLiteral,  ///< The same where there is no loop: a literal, and no table.
  MultiplyHigh,
  Lookup,
  Saturate,
  Positive, ///< A saturation from 0.
  Clamp,
  Add,
  Multiply,
  Scale, ///< A multiplication by a power of two.
};
inline constexpr int kTerms = static_cast<int>(Term::Scale) + 1;

/// Name of a term, as in the table.
const char *name(Term term);

/// How often the C of a model holds each thing, and how often one forecast from
/// a whole window runs it.
struct Counts {
  std::array<int64_t, kTerms> printed{}, executed{};
  /// Of the kernels of products: code, and what runs in them.
  int64_t kernelBytes = 0, kernelInstructions = 0, kernelCycles = 0;
  int64_t kernelReads = 0; ///< Of words, halfwords and bytes of tables.
  int64_t tableBytes = 0;  ///< Constant tables.
  int64_t stateBytes = 0;  ///< The caller's state.

  /// `count` of a thing in a place that a forecast passes `times` times.
  void add(Term term, int64_t times, int64_t count = 1) {
    print(term, count);
    execute(term, times * count);
  }
  void print(Term term, int64_t count = 1) {
    printed[static_cast<int>(term)] += count;
  }
  void execute(Term term, int64_t count) {
    executed[static_cast<int>(term)] += count;
  }
  Counts &operator+=(const Counts &other);
  /// How often one forecast reads a word, a halfword or a byte of tables: each
  /// read waits where the flash that they live in is slow.
  int64_t tableReads() const;
};

/// What one thing costs: bytes of flash and of stack for each that is printed,
/// instructions and cycles for each that runs.
struct Price {
  const char *name; ///< The term's.
  double flash, stack, instructions, cycles;
};
/// Of one core and its compiler at -O2, by Term.
using PriceTable = std::array<Price, kTerms>;

/// What a CostTable.inc lists.
PriceTable priceTable(std::initializer_list<std::pair<Term, Price>> prices);
#define DLNET_PRICE(term, ...) {Term::term, {#term, __VA_ARGS__}},

/// What a model costs on a core, its C built at -O2.
struct ModelCost {
  int64_t flash = 0;        ///< Bytes of code and tables.
  int64_t ram = 0;          ///< Bytes of the caller's state; exact.
  int64_t stack = 0;        ///< Bytes.
  int64_t instructions = 0; ///< Of one forecast from a whole window.
  int64_t cycles = 0;       ///< Of it, without wait states.
};

ModelCost price(const Target &target, const Counts &counts);

} // namespace dlnet::cost

#endif // DLNET_PASSES_TARGETS_COUNTS_H
