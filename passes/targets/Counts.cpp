// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The prices themselves are data.
#include "passes/targets/Counts.h"

#include <cmath>

using namespace dlnet::cost;

#define DLNET_PRICE(...) +1
static_assert(kTerms == 0
#include "passes/targets/cortex_m4/CostTable.inc"
              ,
              "each term has a price");
#undef DLNET_PRICE

const PriceTable &dlnet::cost::cortexM4Prices() {
  static const PriceTable prices = [] {
    PriceTable table;
#define DLNET_PRICE(term, flash, stack, instructions, cycles)                  \
  table[static_cast<int>(Term::term)] = {#term, flash, stack, instructions,    \
                                         cycles};
#include "passes/targets/cortex_m4/CostTable.inc"
    return table;
  }();
  return prices;
}

Counts &Counts::operator+=(const Counts &other) {
  for (int i = 0; i < kTerms; ++i) {
    printed[i] += other.printed[i];
    executed[i] += other.executed[i];
  }
  kernelBytes += other.kernelBytes;
  kernelInstructions += other.kernelInstructions;
  kernelCycles += other.kernelCycles;
  kernelReads += other.kernelReads;
  tableBytes += other.tableBytes;
  stateBytes += other.stateBytes;
  return *this;
}

int64_t Counts::tableReads() const {
  // Between two entries of a function's table a look-up interpolates.
  return kernelReads + executed[static_cast<int>(Term::TableLoad)] +
         2 * executed[static_cast<int>(Term::Lookup)];
}

const char *dlnet::cost::name(Term term) {
  return cortexM4Prices()[static_cast<int>(term)].name;
}

ModelCost dlnet::cost::price(const Counts &counts, const PriceTable &prices) {
  Price sum{};
  for (int i = 0; i < kTerms; ++i) {
    const Price &one = prices[i];
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
