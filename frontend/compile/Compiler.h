// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a model of a family to IR, executors and C; the subcommands of
// dlnetc are thin layers over it.
#ifndef DLNET_FRONTEND_COMPILE_COMPILER_H
#define DLNET_FRONTEND_COMPILE_COMPILER_H

#include "codegen/CEmitter.h"
#include "frontend/compile/PassTimes.h"
#include "frontend/family/Family.h"
#include "passes/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>

namespace dlnet {

/// How far a compilation goes, and the options of the pipelines.
struct CompileOptions {
  std::string prefix; ///< Of public C names; empty: the family's name.
  int64_t stateBits = 8;
  int64_t lutBits = fixed::kTableBits;
  double knotTolerance = fixed::kKnotTolerance; ///< In SOH.
  std::string objective = "speed";              ///< Of packings; or size.
  int64_t unrollFlash = -1; ///< For unrolled products; -1: by the objective.
  std::string calibrate;    ///< Sequences to record ranges on; empty: none.
  /// Core that products, costs and kernels are for, one of cost::targets().
  std::string target = cost::kDefaultTarget;
  bool printIrAfterAll = false; ///< To standard error.
};

/// A model on one level, owned.
class CompiledModel {
public:
  CompiledModel(mlir::OwningOpRef<mlir::ModuleOp> module)
      : module(std::move(module)) {}
  lnn::ModelOp model() const;
  std::string text() const;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

class Compiler {
public:
  Compiler();

  /// Continuous cell, as imported; with recorded ranges.
  mlir::FailureOr<CompiledModel> import(const FamilyModel &model,
                                        const std::string &prefix);
  /// After `lnn-prune-model`: with zeros and masks to be read back.
  mlir::LogicalResult prune(CompiledModel &model,
                            const lnn::PruneOptions &options);
  /// After `lnn-discretize-model`: what the float executor runs.
  mlir::LogicalResult discretize(CompiledModel &model,
                                 const CompileOptions &options);
  /// After `lnn-to-int8`: what the integer executor runs and C is made of.
  mlir::LogicalResult toInt8(CompiledModel &model,
                             const CompileOptions &options);

  /// After `lnn-quantize-model`: the real level with its formats, for reports.
  mlir::LogicalResult quantize(CompiledModel &model,
                               const CompileOptions &options);
  /// Runs `lnn-select` on a module of compiled models.
  mlir::LogicalResult select(mlir::ModuleOp models,
                             const lnn::SelectOptions &options,
                             bool printIrAfterAll);

  /// All of the way: from a family's model to the integer level.
  mlir::FailureOr<CompiledModel> compile(const FamilyModel &model,
                                         const CompileOptions &options);

  /// What the first error since the last call said, after ": "; nothing where
  /// there was none. Errors are not printed, so that a command says one thing.
  std::string why();

  mlir::MLIRContext context;
  PassTimes times; ///< Of everything that was run.

private:
  std::string problem;

  template <typename Pipeline, typename PassOptions>
  mlir::LogicalResult runPipeline(mlir::ModuleOp module, Pipeline pipeline,
                                  const PassOptions &passOptions,
                                  bool printIrAfterAll);
};

/// Lines about a model for the header of its C: what it is and its errors.
std::vector<std::string> describeModel(const Family &family,
                                       const FamilyModel &model);

/// A model and the family that holds it.
struct SelectedModel {
  Family family;
  size_t index = 0;
  const FamilyModel &model() const { return family.models[index]; }
};

/// Reads a family and selects the model called `name`, or the first student
/// when `name` is empty.
Result<SelectedModel> readModel(const std::string &path,
                                const std::string &name);

} // namespace dlnet

#endif // DLNET_FRONTEND_COMPILE_COMPILER_H
