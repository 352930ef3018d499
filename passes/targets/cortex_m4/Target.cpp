// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/targets/cortex_m4/Target.h"

using namespace dlnet::cost;

namespace dlnet::cost::cores {

// The numbers are counts of instructions in the kernels, and what the cycle
// model makes of them; a test counts real products on the emulator and finds
// the same.
const ProductPrices &dspProducts() {
  static const ProductPrices prices = {
      {{ProductForm::DualRow,
        {{12, 31}, {23, 30}, {17, 25}, {8, 9}, {2, 6}, 192}},
       {ProductForm::BytePair,
        {{13, 32}, {16, 27}, {21, 29}, {10, 11}, {8, 9}, 200}}},
      {{ProductForm::DualRowSparse,
        {{3, 17}, {12, 20}, {2, 4}, {11, 14}, {7, 11}, 272}},
       {ProductForm::BytePairSparse,
        {{3, 17}, {10, 18}, {2, 4}, {13, 19}, {8, 12}, 300}}},
      {{ProductForm::DualRow, {{2, 16}, {8, 14}, {7, 9}, 32, 28, 28}},
       {ProductForm::BytePair, {{2, 18}, {4, 10}, {9, 11}, 20, 36, 20}}},
      {{ProductForm::DualRowSparse, {{2, 16}, {3, 3}, {3, 5}, 8, 12, 8}},
       {ProductForm::BytePairSparse, {{2, 18}, {4, 4}, {1, 3}, 8, 16, 4}}},
  };
  return prices;
}

Target cortex_m4() {
  static const PriceTable prices = priceTable({
#include "passes/targets/cortex_m4/CostTable.inc"
  });
  Target target = {"cortex_m4", "a Cortex-M4", prices, dspProducts()};
  target.compiler = "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb "
                    "-mfloat-abi=hard -mfpu=fpv4-sp-d16";
  target.clockMhz = 64;
  target.modelsCycles = true;
  target.kernels = "cortex_m4";
  target.feature = "dsp";
  return target;
}

} // namespace dlnet::cost::cores
