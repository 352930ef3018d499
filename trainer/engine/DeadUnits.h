// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-eliminate-dead-units removes what no forecast depends on before formats
// are chosen. Training keeps every unit, because its tensors do, and so must
// see to it that dead ones have no say in the formats either.
#ifndef DLNET_TRAINER_ENGINE_DEADUNITS_H
#define DLNET_TRAINER_ENGINE_DEADUNITS_H

#include "frontend/family/Family.h"

namespace dlnet {

/// The model with each dead unit, and each coefficient whose curve is zero,
/// made a twin of the first that stays: forecasts are the same, and so are the
/// greatest weights and constants to those of the model without them.
FamilyModel silenceDeadUnits(FamilyModel model);

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_DEADUNITS_H
