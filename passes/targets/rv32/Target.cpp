// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/targets/Target.h"

namespace dlnet::cost::cores {

Target rv32() {
  static const PriceTable prices = priceTable({
#include "passes/targets/rv32/CostTable.inc"
  });
  // Instructions, counted on the emulated core.
  static const ProductPrices products = {
      {},
      {{ProductForm::BytePairSparse,
        {{1, 1}, {10, 10}, {0, 0}, {66, 66}, {33, 33}, 152, {5, 5}}}},
      {},
      {},
      {{10, 10}, {14, 14}, {16, 16}, 112}};
  Target target = {"rv32", "a RISC-V RV32IMC core", prices, products};
  target.compiler = "riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32";
  target.clockMhz = 160;
  return target;
}

} // namespace dlnet::cost::cores
