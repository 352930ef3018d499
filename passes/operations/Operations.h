// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect with all that is known of its operations. Passes and executors
// need both; whoever makes a context takes them from here.
#ifndef DLNET_PASSES_OPERATIONS_OPERATIONS_H
#define DLNET_PASSES_OPERATIONS_OPERATIONS_H

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// Makes the dialect known, and attaches the models of its operations when it
/// is loaded.
void registerLnn(mlir::DialectRegistry &registry);

/// Loads the dialect with the models of its operations.
void loadLnn(mlir::MLIRContext &context);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_OPERATIONS_OPERATIONS_H
