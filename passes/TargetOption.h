// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The option `target` of passes.
#ifndef DLNET_PASSES_TARGETOPTION_H
#define DLNET_PASSES_TARGETOPTION_H

#include "passes/targets/Target.h"

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// The target of this name. Null, and an error at `op`, when there is none.
inline const cost::Target *targetNamed(const std::string &name,
                                       mlir::Operation *op) {
  const cost::Target *target = cost::findTarget(name);
  if (!target)
    op->emitError("unknown target '")
        << name << "'; expected one of " << cost::targetNames();
  return target;
}

/// Says that a target has no kernel for a product's packing.
inline void reportForeignPacking(MatvecS8Op op, const cost::Target &target) {
  op.emitError("has packing ")
      << stringifyPacking(*op.getPacking()) << ", which " << target.name
      << " has no kernel for; run lnn-choose-packing for it";
}

} // namespace dlnet::lnn

#endif // DLNET_PASSES_TARGETOPTION_H
