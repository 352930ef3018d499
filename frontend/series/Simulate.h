// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The demo, and tests on machines without a data set, still need batteries that
// age. These look like fast-charged LFP batteries from a distance; no figure
// that is measured on them says anything about real ones.
#ifndef DLNET_FRONTEND_SERIES_SIMULATE_H
#define DLNET_FRONTEND_SERIES_SIMULATE_H

#include "frontend/series/Batteries.h"

#include <cstdint>
#include <vector>

namespace dlnet {

/// SOH from 0.97..1.0 down to 0.8 (2,500 cycles at most): a fade of a square
/// root and a linear part, a quadratic knee from cycle 300..1500 on, noise of
/// 2e-4, a slow wiggle, and rare one-cycle glitches. The seed decides all.
Battery simulateBattery(const std::string &name, uint64_t seed);

/// `count` batteries named sim-000 ...; battery i depends on `seed` and i only.
std::vector<Battery> simulateFleet(size_t count, uint64_t seed);

/// Whether one of the batteries is simulated, as its batch or, once it has been
/// through a file, its name says. Figures on such batteries must say so.
bool holdsSimulated(const std::vector<Battery> &batteries);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_SIMULATE_H
