// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list of all models.
#include "passes/operations/Operations.h"

#include "passes/operations/Register.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace dlnet::lnn;

void dlnet::lnn::registerLnn(DialectRegistry &registry) {
  registry.insert<LnnDialect>();
  registry.addExtension(+[](MLIRContext *context, LnnDialect *) {
    for (auto each :
         {operations::registerActivate,    operations::registerAffine,
          operations::registerClamp,       operations::registerConstant,
          operations::registerFused,       operations::registerIntegerFrame,
          operations::registerIntegerSums, operations::registerIntegerVectors,
          operations::registerInterpolate, operations::registerInterpolateS32,
          operations::registerLayerNorm,   operations::registerLutS16,
          operations::registerMatvecS8,    operations::registerMul,
          operations::registerNormalize,   operations::registerOde,
          operations::registerReduce,      operations::registerRequantize,
          operations::registerScan,        operations::registerStack,
          operations::registerSteps,       operations::registerSums,
          operations::registerVectors,     operations::registerWindow})
      each(*context);
  });
}

void dlnet::lnn::loadLnn(MLIRContext &context) {
  DialectRegistry registry;
  registerLnn(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<LnnDialect>();
}
