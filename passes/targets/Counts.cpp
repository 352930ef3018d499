// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/targets/Target.h"

#include <cmath>

using namespace dlnet::cost;

PriceTable
dlnet::cost::priceTable(std::initializer_list<std::pair<Term, Price>> prices) {
  PriceTable table{};
  for (const auto &[term, price] : prices)
    table[static_cast<int>(term)] = price;
  return table;
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
  return targets().front().prices[static_cast<int>(term)].name;
}

ModelCost dlnet::cost::price(const Target &target, const Counts &counts) {
  Price sum{};
  for (int i = 0; i < kTerms; ++i) {
    const Price &one = target.prices[i];
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
  cost.cycles = target.modelsCycles
                    ? std::llround(sum.cycles) + counts.kernelCycles
                    : cost.instructions;
  return cost;
}
