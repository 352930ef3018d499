// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the Cortex-M4's kernels; its pipeline has no public model.
#include "passes/targets/cortex_m4/Target.h"

namespace dlnet::cost::cores {

Target cortex_m33() {
  static const PriceTable prices = priceTable({
#include "passes/targets/cortex_m33/CostTable.inc"
  });
  Target target = {"cortex_m33", "a Cortex-M33", prices, dspProducts()};
  target.compiler = "arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb "
                    "-mfloat-abi=soft";
  target.clockMhz = 64;
  target.kernels = "cortex_m4";
  target.feature = "dsp";
  return target;
}

} // namespace dlnet::cost::cores
