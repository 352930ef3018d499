// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes for any processor: four lanes are what the oldest 64-bit ones
// have.
#include "trainer/engine/ScanPasses.h"

namespace dlnet {

void scan::forwardPortable(const Job &job) { runCell<Lanes4, Forward>(job); }

void scan::backwardPortable(const Job &job) { runCell<Lanes4, Backward>(job); }

} // namespace dlnet
