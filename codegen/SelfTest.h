// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Golden vectors: what a device computes is compared, on the device, with what
// the compiler's integer executor computed.
#ifndef DLNET_CODEGEN_SELFTEST_H
#define DLNET_CODEGEN_SELFTEST_H

#include "codegen/CEmitter.h"

namespace dlnet::codegen {

/// A window of SOH (windowSize numbers), the cell's age at its newest cycle,
/// and the executor's forecast (horizonSize numbers).
struct GoldenVector {
  std::vector<int16_t> window;
  uint32_t age = 0;
  std::vector<int16_t> forecast;
};

/// A young cell, one past its knee, one that is measured badly, and values that
/// no cell has, over all of int16_t; ages from 0 to the greatest. Together they
/// reach most of every table. The same on any machine.
/// Fails, with a diagnostic, on a model that is not on the integer level.
mlir::FailureOr<std::vector<GoldenVector>> goldenVectors(lnn::ModelOp model);

/// The text of <name>_selftest.c, which goes with `c`, what `emitC` gives for
/// the same model and options. A model with ports of its own has `vectors`
/// golden vectors: runs, or steps of a stream.
mlir::FailureOr<std::string> emitSelfTest(lnn::ModelOp model,
                                          const EmitOptions &options,
                                          const EmittedC &c,
                                          unsigned vectors = 16);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_SELFTEST_H
