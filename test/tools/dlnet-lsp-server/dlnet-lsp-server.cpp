// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language server for .mlir files with lnn operations, for editors.
#include "dialect/Lnn.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<dlnet::lnn::LnnDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
