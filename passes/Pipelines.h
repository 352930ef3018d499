// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The named pipelines. dlnetc runs these and nothing else.
#ifndef DLNET_PASSES_PIPELINES_H
#define DLNET_PASSES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

#include <string>

namespace dlnet::lnn {

/// Options of `lnn-to-int8`, all with the default that ships.
struct ToInt8Options : mlir::PassPipelineOptions<ToInt8Options> {
  Option<std::string> solver{*this, "solver",
                             llvm::cl::desc("explicit_euler or fused"),
                             llvm::cl::init("")};
  Option<int64_t> steps{*this, "steps",
                        llvm::cl::desc("sub-steps of one window step"),
                        llvm::cl::init(0)};
  Option<int64_t> stateBits{*this, "state-bits",
                            llvm::cl::desc("state bits in products: 8 or 16"),
                            llvm::cl::init(8)};
  Option<int64_t> lutBits{*this, "lut-bits",
                          llvm::cl::desc("log2 of table intervals"),
                          llvm::cl::init(8)};
};

/// `lnn-discretize-model`: continuous cells to solver steps, on the real
/// level, which the float executor runs.
void buildDiscretizePipeline(mlir::OpPassManager &pm,
                             const ToInt8Options &options);

/// `lnn-to-int8`: a discretized real network to the proved integer level,
/// which the integer executor runs and the emitter prints.
void buildToInt8Pipeline(mlir::OpPassManager &pm, const ToInt8Options &options);

/// Makes both pipelines and every pass known to command lines.
void registerPasses();

} // namespace dlnet::lnn

#endif // DLNET_PASSES_PIPELINES_H
