// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/targets/Target.h"

namespace dlnet::cost::cores {

Target armv6m() {
  static const PriceTable prices = priceTable({
#include "passes/targets/armv6m/CostTable.inc"
  });
  // Instructions, counted on the emulated core.
  static const ProductPrices products = {
      {},
      {{ProductForm::BytePairSparse,
        {{22, 22}, {15, 15}, {0, 0}, {98, 98}, {49, 49}, 204, {13, 13}}}},
      {},
      {},
      {{24, 24}, {27, 27}, {22, 22}, 148}};
  Target target = {"armv6m", "a Cortex-M0 or M0+", prices, products};
  target.compiler = "arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb";
  target.clockMhz = 48;
  return target;
}

} // namespace dlnet::cost::cores
