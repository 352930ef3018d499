// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What constant tables cost beyond their bytes: each read of them waits where
// the flash that they live in is slow.
#ifndef DLNET_PASSES_TABLEREADS_H
#define DLNET_PASSES_TABLEREADS_H

#include "dialect/Lnn.h"

namespace dlnet::lnn {

/// How many words, halfwords and bytes of its tables one forecast of a model
/// reads that has passed lnn-verify-target.
int64_t tableReads(ModelOp model);

} // namespace dlnet::lnn

#endif // DLNET_PASSES_TABLEREADS_H
