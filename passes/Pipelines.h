// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The named pipelines. dlnetc runs these and nothing else.
#ifndef DLNET_PASSES_PIPELINES_H
#define DLNET_PASSES_PIPELINES_H

#include "passes/fixed/Knots.h"
#include "passes/targets/Target.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

#include <cmath>
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
                          llvm::cl::init(fixed::kTableBits)};
  Option<double> knotTolerance{
      *this, "knot-tolerance",
      llvm::cl::desc("mean change of a forecast by knots, in SOH"),
      llvm::cl::init(fixed::kKnotTolerance)};
  Option<std::string> calibrate{
      *this, "calibrate",
      llvm::cl::desc("safetensors file of sequences to record ranges on"),
      llvm::cl::init("")};
  Option<std::string> objective{*this, "objective",
                                llvm::cl::desc("of packings: speed or size"),
                                llvm::cl::init("speed")};
  Option<int64_t> unrollFlash{
      *this, "unroll-flash",
      llvm::cl::desc("bytes that unrolled products may add; -1: as the "
                     "objective wants it, 2048 for speed and 0 for size"),
      llvm::cl::init(-1)};
  Option<std::string> target{*this, "target",
                             llvm::cl::desc("core that is compiled for"),
                             llvm::cl::init(cost::kDefaultTarget)};
};

/// Options of `lnn-select`: the greatest figures that are allowed, 0 for no
/// limit, and the clock that turns cycles into time.
struct SelectOptions : mlir::PassPipelineOptions<SelectOptions> {
  Option<int64_t> flash{*this, "flash", llvm::cl::desc("bytes of flash"),
                        llvm::cl::init(0)};
  Option<int64_t> ram{*this, "ram", llvm::cl::desc("bytes of state"),
                      llvm::cl::init(0)};
  Option<double> ms{*this, "ms", llvm::cl::desc("milliseconds of a forecast"),
                    llvm::cl::init(0)};
  Option<double> mae{*this, "mae", llvm::cl::desc("measured int8 error"),
                     llvm::cl::init(0)};
  Option<double> clockMhz{*this, "clock-mhz", llvm::cl::desc("clock in MHz"),
                          llvm::cl::init(64)};
};

/// Options of `lnn-prune-model`, those of lnn-prune-weights: exactly one of the
/// last three.
struct PruneOptions : mlir::PassPipelineOptions<PruneOptions> {
  Option<std::string> what{*this, "what", llvm::cl::desc("blocks or units"),
                           llvm::cl::init("blocks")};
  Option<std::string> score{*this, "score",
                            llvm::cl::desc("magnitude or sensitivity"),
                            llvm::cl::init("magnitude")};
  Option<double> ratio{*this, "ratio", llvm::cl::desc("share that goes"),
                       llvm::cl::init(std::nan(""))};
  Option<double> threshold{*this, "threshold",
                           llvm::cl::desc("what scores below it goes"),
                           llvm::cl::init(std::nan(""))};
  Option<int64_t> budgetBytes{*this, "budget-bytes",
                              llvm::cl::desc("bytes of weights that remain"),
                              llvm::cl::init(-1)};
};

/// `lnn-prune-model`: an imported network with some of its weights zeroed and
/// masked; still continuous, its sizes known.
void buildPrunePipeline(mlir::OpPassManager &pm, const PruneOptions &options);

/// `lnn-discretize-model`: continuous cells to solver steps, on the real
/// level, which the float executor runs.
void buildDiscretizePipeline(mlir::OpPassManager &pm,
                             const ToInt8Options &options);

/// What `lnn-quantize-model` does with a network of which nothing is dead: each
/// value gets its fixed-point format.
void buildFormatsPipeline(mlir::OpPassManager &pm,
                          const ToInt8Options &options);

/// `lnn-quantize-model`: how `lnn-to-int8` begins; still on the real level, and
/// every value has its fixed-point format.
void buildQuantizePipeline(mlir::OpPassManager &pm,
                           const ToInt8Options &options);

/// What `lnn-to-int8` does next: the formats become integers, in which nothing
/// is proved, shared or chosen yet.
void buildLowerPipeline(mlir::OpPassManager &pm, const ToInt8Options &options);

/// `lnn-to-int8`: a discretized real network to the proved integer level,
/// which the integer executor runs and the emitter prints.
void buildToInt8Pipeline(mlir::OpPassManager &pm, const ToInt8Options &options);

/// `lnn-select`: a module of costed and measured models, of which one is
/// chosen.
void buildSelectPipeline(mlir::OpPassManager &pm, const SelectOptions &options);

/// Makes all pipelines and every pass known to command lines.
void registerPasses();

} // namespace dlnet::lnn

#endif // DLNET_PASSES_PIPELINES_H
