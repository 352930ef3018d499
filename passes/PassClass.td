// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all passes of models share.
#ifndef DLNET_PASSES_PASSCLASS_TD
#define DLNET_PASSES_PASSCLASS_TD

include "mlir/Pass/PassBase.td"

class Lnn_Pass<string name> : Pass<name, "::dlnet::lnn::ModelOp"> {
  let dependentDialects = ["::dlnet::lnn::LnnDialect"];
}

#endif // DLNET_PASSES_PASSCLASS_TD
