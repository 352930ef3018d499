// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a verified integer-level model to a C99 header and source that need
// nothing else.
#ifndef DLNET_CODEGEN_CEMITTER_H
#define DLNET_CODEGEN_CEMITTER_H

#include "codegen/Digest.h"
#include "dialect/Lnn.h"
#include "passes/targets/Target.h"

#include <optional>
#include <string>
#include <vector>

namespace dlnet::codegen {

/// Version of what callers of emitted C see; a change of it means that a
/// header and a source of different versions do not fit.
inline constexpr int kEmittedAbi = 2;

/// Where the constant tables live on the target.
enum class Place {
  Flash,
  Ram ///< The startup code copies them there, for flash with wait states.
};

/// What SOH 1 is, and which SOH training saw.
struct SohBasis {
  /// The capacity that counts as 1, in uAh, or the median of each cell's own
  /// first cycles, so many: one of them is 0.
  int64_t nominalUah = 0, initialCycles = 0;
  double trainedLow = 0, trainedHigh = 0;
};

struct EmitOptions {
  /// Prefix of every public name and stem of both files; a C identifier.
  std::string name;
  /// Lines about the model for the header: what it is, its measured errors.
  std::vector<std::string> facts;
  Place place = Place::Flash;
  std::optional<SohBasis> basis = {}; ///< Stated by macros of the header.
  /// What the model was compiled for.
  const cost::Target &target = *cost::findTarget(cost::kDefaultTarget);
};

struct EmittedC {
  std::string header, source;
  Digest digest;             ///< Of both; each states it.
  int64_t tableBytes = 0;    ///< Constant tables, in flash wherever they live.
  int64_t tableRamBytes = 0; ///< What they take of RAM besides.
  int64_t stateBytes = 0;    ///< sizeof(<name>_state).
};

/// Prints a model that has passed lnn-verify-target. The same model gives the
/// same text.
EmittedC emitC(lnn::ModelOp model, const EmitOptions &options);

} // namespace dlnet::codegen

#endif // DLNET_CODEGEN_CEMITTER_H
