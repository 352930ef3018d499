// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function for each file of models; Operations.cpp calls them all.
#ifndef DLNET_PASSES_OPERATIONS_REGISTER_H
#define DLNET_PASSES_OPERATIONS_REGISTER_H

#include "mlir/IR/MLIRContext.h"

namespace dlnet::lnn::operations {

void registerActivate(mlir::MLIRContext &context);
void registerAffine(mlir::MLIRContext &context);
void registerClamp(mlir::MLIRContext &context);
void registerConstant(mlir::MLIRContext &context);
void registerFused(mlir::MLIRContext &context);
void registerIntegerFrame(mlir::MLIRContext &context);
void registerIntegerSums(mlir::MLIRContext &context);
void registerIntegerVectors(mlir::MLIRContext &context);
void registerInterpolate(mlir::MLIRContext &context);
void registerInterpolateS32(mlir::MLIRContext &context);
void registerLayerNorm(mlir::MLIRContext &context);
void registerLutS16(mlir::MLIRContext &context);
void registerMatvecS8(mlir::MLIRContext &context);
void registerMul(mlir::MLIRContext &context);
void registerNormalize(mlir::MLIRContext &context);
void registerOde(mlir::MLIRContext &context);
void registerReduce(mlir::MLIRContext &context);
void registerRequantize(mlir::MLIRContext &context);
void registerScan(mlir::MLIRContext &context);
void registerStack(mlir::MLIRContext &context);
void registerSteps(mlir::MLIRContext &context);
void registerSums(mlir::MLIRContext &context);
void registerVectors(mlir::MLIRContext &context);
void registerWindow(mlir::MLIRContext &context);

} // namespace dlnet::lnn::operations

#endif // DLNET_PASSES_OPERATIONS_REGISTER_H
