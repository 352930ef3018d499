// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What cores with the DSP instructions share.
#ifndef DLNET_PASSES_TARGETS_CORTEX_M4_TARGET_H
#define DLNET_PASSES_TARGETS_CORTEX_M4_TARGET_H

#include "passes/targets/Target.h"

namespace dlnet::cost::cores {

/// Of the kernels in cortex_m4/kernels, in cycles of a Cortex-M4.
const ProductPrices &dspProducts();

} // namespace dlnet::cost::cores

#endif // DLNET_PASSES_TARGETS_CORTEX_M4_TARGET_H
