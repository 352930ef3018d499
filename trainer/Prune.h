// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pruning by magnitude, to have something to recover from where no compiler
// has pruned. The compiler's own pass knows more; this one only ratios.
#ifndef DLNET_TRAINER_PRUNE_H
#define DLNET_TRAINER_PRUNE_H

#include "frontend/family/Family.h"
#include "trainer/engine/Network.h"

namespace dlnet {

/// Zeroes and masks the 2x2 blocks of least magnitude in each product of the
/// recurrence and in the readout, this share of each matrix. What was masked
/// before stays so. Curves stay whole.
void pruneBlocks(FamilyModel &model, double ratio);

/// The same in a network that is being trained and has the shape of `shape`.
void pruneBlocks(Network &network, const FamilyModel &shape, double ratio);

} // namespace dlnet

#endif // DLNET_TRAINER_PRUNE_H
