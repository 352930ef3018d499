// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the named pipelines and nothing else.
#include "frontend/compile/Compiler.h"

#include "frontend/import/ImportGraph.h"
#include "passes/operations/Operations.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

using namespace mlir;
using namespace dlnet;

lnn::ModelOp CompiledModel::model() const {
  return *module.get().getOps<lnn::ModelOp>().begin();
}

std::string CompiledModel::text() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.get().print(os);
  os << "\n";
  return text;
}

Compiler::Compiler() : context(MLIRContext::Threading::DISABLED) {
  lnn::loadLnn(context);
  // A message names what is wrong; the operation, with all its weights, would
  // bury it.
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return mlir::failure(); // For whoever else wants it.
    if (!problem.empty())     // Later ones are mostly its consequences.
      return mlir::success();
    problem = diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      problem += "; " + note.str();
    return mlir::success();
  });
}

std::string Compiler::why() {
  std::string said = problem.empty() ? "" : ": " + problem;
  problem.clear();
  return said;
}

/// Validation chooses; what the test batteries say is not for choosing.
static void setMeasured(lnn::ModelOp op, const FamilyModel &model) {
  auto found = model.measured.find("validation");
  if (found == model.measured.end())
    return;
  Builder builder(op.getContext());
  NamedAttrList errors;
  if (found->second.maeFloat)
    errors.set("mae_float", builder.getF64FloatAttr(*found->second.maeFloat));
  if (found->second.maeInt8)
    errors.set("mae_int8", builder.getF64FloatAttr(*found->second.maeInt8));
  op->setAttr(lnn::kMeasuredAttr, errors.getDictionary(op.getContext()));
}

FailureOr<CompiledModel> Compiler::import(const FamilyModel &model,
                                          const std::string &prefix) {
  auto module = importGraph(context, graphOf(model), model.tensors, prefix);
  if (failed(module))
    return failure();
  CompiledModel imported(std::move(*module));
  setMeasured(imported.model(), model);
  if (failed(verify(*imported.module)))
    return failure();
  return imported;
}

namespace {
/// Options of passes cannot be copied, only made.
struct Int8PassOptions : lnn::ToInt8Options {
  explicit Int8PassOptions(const CompileOptions &options) {
    stateBits = options.stateBits;
    lutBits = options.lutBits;
    knotTolerance = options.knotTolerance;
    calibrate = options.calibrate;
    objective = options.objective;
    unrollFlash = options.unrollFlash;
    target = options.target;
  }
};
} // namespace

template <typename Pipeline, typename PassOptions>
LogicalResult Compiler::runPipeline(ModuleOp module, Pipeline pipeline,
                                    const PassOptions &passOptions,
                                    bool printIrAfterAll) {
  PassManager pm(&context);
  pipeline(pm, passOptions);
  times.attach(pm);
  if (printIrAfterAll)
    pm.enableIRPrinting([](Pass *, Operation *) { return false; },
                        [](Pass *, Operation *) { return true; },
                        /*printModuleScope=*/false,
                        /*printAfterOnlyOnChange=*/false);
  return pm.run(module);
}

LogicalResult Compiler::prune(CompiledModel &model,
                              const lnn::PruneOptions &options) {
  return runPipeline(*model.module, lnn::buildPrunePipeline, options,
                     /*printIrAfterAll=*/false);
}

LogicalResult Compiler::discretize(CompiledModel &model,
                                   const CompileOptions &options) {
  return runPipeline(*model.module, lnn::buildDiscretizePipeline,
                     Int8PassOptions(options), options.printIrAfterAll);
}

LogicalResult Compiler::quantize(CompiledModel &model,
                                 const CompileOptions &options) {
  return runPipeline(*model.module, lnn::buildQuantizePipeline,
                     Int8PassOptions(options), options.printIrAfterAll);
}

LogicalResult Compiler::toInt8(CompiledModel &model,
                               const CompileOptions &options) {
  return runPipeline(*model.module, lnn::buildToInt8Pipeline,
                     Int8PassOptions(options), options.printIrAfterAll);
}

LogicalResult Compiler::select(ModuleOp models,
                               const lnn::SelectOptions &options,
                               bool printIrAfterAll) {
  return runPipeline(models, lnn::buildSelectPipeline, options,
                     printIrAfterAll);
}

FailureOr<CompiledModel> Compiler::compile(const FamilyModel &model,
                                           const CompileOptions &options) {
  auto compiled = import(model, options.prefix);
  if (failed(compiled) || failed(discretize(*compiled, options)) ||
      failed(toInt8(*compiled, options)))
    return failure();
  return compiled;
}

std::vector<std::string> dlnet::describeModel(const Family &family,
                                              const FamilyModel &model) {
  std::string size = fmt::format("{} parameters, {} multiply-accumulates.",
                                 countParameters(model), countMacs(model));
  std::string which =
      fmt::format("Model {} of family {}: ", model.name, family.name);
  std::vector<std::string> lines;
  if (model.hasRecipe()) {
    Range trained = trainedSoh(model);
    lines = {fmt::format("{}{} cell, {} units, {} steps of {} cycles,", which,
                         name(model.cell), model.units, model.blocks(),
                         model.block),
             fmt::format("{} basis curves; {}", model.basis, size),
             fmt::format("SOH is {};", describeSoh(family.data)),
             fmt::format("the network was trained on {:.3f} to {:.3f}.",
                         trained.low, trained.high)};
  } else {
    lines = {which + network::describePorts(graphOf(model)) + ";", size};
  }
  for (const auto &[split, error] : model.measured) {
    std::string text;
    if (error.maeFloat)
      text += fmt::format(" {:.6f} in float", *error.maeFloat);
    if (error.maeInt8)
      text += fmt::format("{} {:.6f} in int8", text.empty() ? "" : ",",
                          *error.maeInt8);
    if (text.empty())
      continue;
    lines.push_back(
        fmt::format("Mean absolute error of SOH on {} cells:{}.", split, text));
    if (!error.isVerifiable())
      lines.push_back("(Not verifiable: recorded without a digest of the "
                      "weights.)");
  }
  for (const auto &[split, error] : model.outdated)
    lines.push_back(fmt::format("The error on {} cells is left out: it was "
                                "measured of other weights.",
                                split));
  return lines;
}

Result<SelectedModel> dlnet::readModel(const std::string &path,
                                       const std::string &name) {
  Result<Family> family = readFamily(path);
  if (!family)
    return family.failure();
  Result<size_t> index = findModel(*family, name);
  if (!index)
    return Failure{fmt::format("{}: {}", path, index.message())};
  return SelectedModel{std::move(*family), *index};
}
