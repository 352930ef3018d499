// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a network's graph to the real level of the lnn dialect: each operation
// becomes the one of its name.
#ifndef DLNET_FRONTEND_IMPORT_IMPORTGRAPH_H
#define DLNET_FRONTEND_IMPORT_IMPORTGRAPH_H

#include "dialect/Lnn.h"
#include "frontend/network/Graph.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dlnet {

/// Builds a module with one `lnn.model` named `symbol` of a graph that verify()
/// accepts with these tensors. Recorded ranges become attributes, labels become
/// locations. Fails with a diagnostic where the dialect has no such operation
/// or no such port.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importGraph(mlir::MLIRContext &context, const network::Graph &graph,
            const Tensors &tensors, const std::string &symbol);

} // namespace dlnet

#endif // DLNET_FRONTEND_IMPORT_IMPORTGRAPH_H
