// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the passes, in one place.
#include "passes/Pipelines.h"

#include "passes/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace dlnet;

void dlnet::lnn::buildPrunePipeline(OpPassManager &pm,
                                    const PruneOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createSpecializeShape());
  PruneWeightsOptions prune;
  prune.what = options.what;
  prune.scoreBy = options.score;
  prune.ratio = options.ratio;
  prune.threshold = options.threshold;
  prune.budgetBytes = options.budgetBytes;
  model.addPass(createPruneWeights(prune));
}

void dlnet::lnn::buildDiscretizePipeline(OpPassManager &pm,
                                         const ToInt8Options &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createSpecializeShape());
  // Dead units must not widen the box that the solver's proof is about.
  model.addPass(createEliminateDeadUnits());
  DiscretizeOptions discretize;
  discretize.solver = options.solver;
  discretize.steps = options.steps;
  model.addPass(createDiscretize(discretize));
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
}

void dlnet::lnn::buildFormatsPipeline(OpPassManager &pm,
                                      const ToInt8Options &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createFoldNormalization());
  ThinHorizonOptions thin;
  thin.tolerance = options.knotTolerance;
  model.addPass(createThinHorizon(thin));
  if (!options.calibrate.empty()) {
    CalibrateOptions calibrate;
    calibrate.sequences = options.calibrate;
    model.addPass(createCalibrate(calibrate));
  }
  QuantizeOptions quantize;
  quantize.stateBits = options.stateBits;
  model.addPass(createQuantize(quantize));
}

void dlnet::lnn::buildQuantizePipeline(OpPassManager &pm,
                                       const ToInt8Options &options) {
  // Whoever runs the pipelines by hand may have pruned in between.
  pm.nest<ModelOp>().addPass(createEliminateDeadUnits());
  buildFormatsPipeline(pm, options);
}

void dlnet::lnn::buildLowerPipeline(OpPassManager &pm,
                                    const ToInt8Options &options) {
  LowerToInt8Options lower;
  lower.lutBits = options.lutBits;
  pm.nest<ModelOp>().addPass(createLowerToInt8(lower));
}

void dlnet::lnn::buildToInt8Pipeline(OpPassManager &pm,
                                     const ToInt8Options &options) {
  buildQuantizePipeline(pm, options);
  buildLowerPipeline(pm, options);
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createCanonicalizerPass());
  model.addPass(createCSEPass());
  model.addPass(createFuseElementwise());
  model.addPass(createProveRanges());
  ChoosePackingOptions packing;
  packing.objective = options.objective;
  packing.target = options.target;
  model.addPass(createChoosePacking(packing));
  UnrollProductsOptions unroll;
  unroll.target = options.target;
  if (options.unrollFlash != -1)
    unroll.flash = options.unrollFlash;
  else if (options.objective == "size")
    unroll.flash = 0;
  model.addPass(createUnrollProducts(unroll));
  model.addPass(createPlanMemory());
  VerifyTargetOptions verify;
  verify.target = options.target;
  model.addPass(createVerifyTarget(verify));
  AnnotateCostOptions annotate;
  annotate.target = options.target;
  model.addPass(createAnnotateCost(annotate));
}

void dlnet::lnn::buildSelectPipeline(OpPassManager &pm,
                                     const SelectOptions &options) {
  SelectParetoOptions select;
  select.flash = options.flash;
  select.ram = options.ram;
  select.ms = options.ms;
  select.mae = options.mae;
  select.clockMhz = options.clockMhz;
  pm.addPass(createSelectPareto(select));
}

void dlnet::lnn::registerPasses() {
  registerDlnetPasses();
  PassPipelineRegistration<PruneOptions>(
      "lnn-prune-model", "An imported network with fewer weights",
      buildPrunePipeline);
  PassPipelineRegistration<ToInt8Options>("lnn-discretize-model",
                                          "Continuous cells to solver steps",
                                          buildDiscretizePipeline);
  PassPipelineRegistration<ToInt8Options>(
      "lnn-quantize-model",
      "A discretized network with a format for each value",
      buildQuantizePipeline);
  PassPipelineRegistration<ToInt8Options>(
      "lnn-to-int8", "A discretized network to the proved integer level",
      buildToInt8Pipeline);
  PassPipelineRegistration<SelectOptions>(
      "lnn-select", "The best of several integer-level networks for a budget",
      buildSelectPipeline);
}
