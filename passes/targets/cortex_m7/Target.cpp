// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the Cortex-M4's kernels; its pipeline has no public model.
#include "passes/targets/cortex_m4/Target.h"

namespace dlnet::cost::cores {

Target cortex_m7() {
  static const PriceTable prices = priceTable({
#include "passes/targets/cortex_m7/CostTable.inc"
  });
  // gcc schedules what is C of the kernels in another way.
  static const ProductPrices products = [] {
    ProductPrices own = dspProducts();
    own.dense = {{ProductForm::DualRow,
                  {{12, 12}, {25, 25}, {17, 17}, {8, 8}, {2, 2}, 204}},
                 {ProductForm::BytePair,
                  {{12, 12}, {16, 16}, {21, 21}, {10, 10}, {8, 8}, 196}}};
    return own;
  }();
  Target target = {"cortex_m7", "a Cortex-M7", prices, products};
  target.compiler = "arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb "
                    "-mfloat-abi=soft";
  target.clockMhz = 216;
  target.kernels = "cortex_m4";
  target.feature = "dsp";
  return target;
}

} // namespace dlnet::cost::cores
