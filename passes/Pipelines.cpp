// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the passes, in one place.
#include "passes/Pipelines.h"

#include "passes/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace dlnet;

void dlnet::lnn::buildDiscretizePipeline(OpPassManager &pm,
                                         const ToInt8Options &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  DiscretizeOptions discretize;
  discretize.solver = options.solver;
  discretize.steps = options.steps;
  model.addPass(createDiscretize(discretize));
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void dlnet::lnn::buildToInt8Pipeline(OpPassManager &pm,
                                     const ToInt8Options &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createFoldNormalization());
  QuantizeOptions quantize;
  quantize.stateBits = options.stateBits;
  model.addPass(createQuantize(quantize));
  LowerToInt8Options lower;
  lower.lutBits = options.lutBits;
  model.addPass(createLowerToInt8(lower));
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
  model.addPass(createFuseElementwise());
  model.addPass(createProveRanges());
  model.addPass(createPlanMemory());
  model.addPass(createVerifyTarget());
}

void dlnet::lnn::registerPasses() {
  registerDlnetPasses();
  PassPipelineRegistration<ToInt8Options>("lnn-discretize-model",
                                          "Continuous cells to solver steps",
                                          buildDiscretizePipeline);
  PassPipelineRegistration<ToInt8Options>(
      "lnn-to-int8", "A discretized network to the proved integer level",
      buildToInt8Pipeline);
}
