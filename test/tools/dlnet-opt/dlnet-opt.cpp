// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs lnn passes on IR text, for the tests and for whoever writes a pass.
#include "passes/Pipelines.h"
#include "passes/operations/Operations.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dlnet::lnn::registerLnn(registry);
  mlir::registerTransformsPasses();
  dlnet::lnn::registerPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "dlnet optimizer driver\n", registry));
}
