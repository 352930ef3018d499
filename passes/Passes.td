// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All passes. Examples are run: what stands behind ==> is what the pass, with the
// options behind the arrow, makes of what stands before it.
#ifndef DLNET_PASSES_PASSES_TD
#define DLNET_PASSES_PASSES_TD

include "passes/RealPasses.td"
include "passes/IntegerPasses.td"

#endif // DLNET_PASSES_PASSES_TD
