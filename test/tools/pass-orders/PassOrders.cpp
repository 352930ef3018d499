// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "PassOrders.h"

#include "codegen/CEmitter.h"
#include "dialect/Lnn.h"
#include "passes/Pipelines.h"
#include "passes/operations/Operations.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::test;

namespace {

constexpr const char *kEmitter = "emit-c";

/// Errors are expected here by the thousand, and nobody reads them.
struct Silence : ScopedDiagnosticHandler {
  explicit Silence(MLIRContext *context)
      : ScopedDiagnosticHandler(context,
                                [](Diagnostic &) { return success(); }) {}
};

/// The emitter takes models that have passed lnn-verify-target just before.
bool emit(ModuleOp module) {
  PassManager verify(module.getContext(), ModuleOp::getOperationName());
  if (failed(parsePassPipeline("lnn.model(lnn-verify-target)", verify)) ||
      failed(verify.run(module)))
    return false;
  for (lnn::ModelOp model : module.getOps<lnn::ModelOp>())
    codegen::emitC(model, {"net", {}, codegen::Place::Flash});
  return true;
}

} // namespace

PassOrders::PassOrders() {
  // Once for the process.
  static const bool registered = [] {
    registerTransformsPasses();
    lnn::registerPasses();
    return true;
  }();
  (void)registered;
  lnn::loadLnn(context);
  context.disableMultithreading();
  for (const char *pass :
       {"lnn-specialize-shape",
        "lnn-specialize-shape{blocks=2}",
        "lnn-discretize",
        "lnn-discretize{solver=fused steps=3 dt=0.5}",
        "lnn-prune-weights{ratio=0.5}",
        "lnn-prune-weights{what=units score=sensitivity ratio=0.5}",
        "lnn-eliminate-dead-units",
        "lnn-fold-normalization",
        "lnn-thin-horizon{tolerance=0.1}",
        "lnn-calibrate{uniform=3}",
        "lnn-quantize",
        "lnn-quantize{state-bits=16}",
        "lnn-lower-to-int8",
        "lnn-fuse-elementwise",
        "lnn-prove-ranges",
        "lnn-choose-packing",
        "lnn-unroll-products",
        "lnn-plan-memory",
        "lnn-verify-target",
        "lnn-annotate-cost",
        "canonicalize",
        "cse"})
    texts.push_back(std::string("lnn.model(") + pass + ")");
  for (const char *pipeline :
       {"lnn-select-pareto", "lnn-discretize-model",
        "lnn-prune-model{ratio=0.5}", "lnn-quantize-model", "lnn-to-int8",
        "lnn-select"})
    texts.push_back(pipeline);
  texts.push_back(kEmitter);
}

bool PassOrders::isBeyondParser(llvm::StringRef text) {
  return text.contains("sparse<");
}

OwningOpRef<ModuleOp> PassOrders::parse(llvm::StringRef text) {
  if (isBeyondParser(text))
    return {};
  Silence silence(&context);
  std::string ended = text.str(); // The lexer reads up to a zero.
  return parseSourceString<ModuleOp>(ended, ParserConfig(&context));
}

PassOrders::Outcome PassOrders::run(size_t step, ModuleOp module) {
  Silence silence(&context);
  if (texts[step] == kEmitter)
    return emit(module) ? Outcome::Done : Outcome::Refused;
  PassManager manager(&context, ModuleOp::getOperationName());
  manager.enableVerifier(false);
  if (failed(parsePassPipeline(texts[step], manager)))
    llvm::report_fatal_error("no pipeline: " + llvm::Twine(texts[step]));
  if (failed(manager.run(module)))
    return Outcome::Refused;
  return succeeded(verify(module)) ? Outcome::Done : Outcome::Broken;
}
