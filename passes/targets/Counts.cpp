// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The prices themselves are data.
#include "passes/targets/Counts.h"

#include <cmath>

using namespace dlnet::cost;

namespace {

/// What one thing costs: bytes of flash and of stack for each that is printed,
/// instructions and cycles for each that runs.
struct Price {
  const char *name;
  double flash, stack, instructions, cycles;
};

#define DLNET_PRICE(term, flash, stack, instructions, cycles)                  \
  case Term::term:                                                             \
    return {#term, flash, stack, instructions, cycles};

/// No default: a term without a price is a warning of the compiler.
Price priceOf(Term term) {
  switch (term) {
#include "passes/targets/cortex_m4/CostTable.inc"
  }
  return {};
}

} // namespace

Counts &Counts::operator+=(const Counts &other) {
  for (int i = 0; i < kTerms; ++i) {
    printed[i] += other.printed[i];
    executed[i] += other.executed[i];
  }
  kernelBytes += other.kernelBytes;
  kernelInstructions += other.kernelInstructions;
  kernelCycles += other.kernelCycles;
  tableBytes += other.tableBytes;
  stateBytes += other.stateBytes;
  return *this;
}

const char *dlnet::cost::name(Term term) { return priceOf(term).name; }

ModelCost dlnet::cost::price(const Counts &counts) {
  Price sum{};
  for (int i = 0; i < kTerms; ++i) {
    Price one = priceOf(static_cast<Term>(i));
    sum.flash += one.flash * counts.printed[i];
    sum.stack += one.stack * counts.printed[i];
    sum.instructions += one.instructions * counts.executed[i];
    sum.cycles += one.cycles * counts.executed[i];
  }
  ModelCost cost;
  cost.flash = std::llround(sum.flash) + counts.kernelBytes + counts.tableBytes;
  cost.ram = counts.stateBytes;
  cost.stack = std::llround(sum.stack);
  cost.instructions =
      std::llround(sum.instructions) + counts.kernelInstructions;
  cost.cycles = std::llround(sum.cycles) + counts.kernelCycles;
  return cost;
}
