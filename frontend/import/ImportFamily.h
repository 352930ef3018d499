// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a model of a family to the real level of the lnn dialect.
#ifndef DLNET_FRONTEND_IMPORT_IMPORTFAMILY_H
#define DLNET_FRONTEND_IMPORT_IMPORTFAMILY_H

#include "dialect/Lnn.h"
#include "frontend/family/Family.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dlnet {

/// Builds a module with one `lnn.model` named `symbol`: preprocessing, the
/// continuous cell, and the readout, with recorded ranges as attributes.
mlir::OwningOpRef<mlir::ModuleOp> importModel(mlir::MLIRContext &context,
                                              const FamilyModel &model,
                                              const std::string &symbol);

} // namespace dlnet

#endif // DLNET_FRONTEND_IMPORT_IMPORTFAMILY_H
