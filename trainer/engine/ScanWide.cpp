// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes for AVX2 and FMA, asked for around their header and not by a flag:
// what other headers define must not become code that some processors lack. Not
// by target_clones either, whose "arch=haswell" means that very processor; and
// vectors stay whole only in functions that are themselves for AVX2.
#include "trainer/engine/ScanJob.h"

#if defined(__x86_64__) && !defined(__clang__) // which has no such pragma

#pragma GCC push_options
#pragma GCC target("avx2,fma")

#include "trainer/engine/ScanPasses.h"

namespace dlnet {

void scan::forwardWide(const Job &job) { runCell<Lanes8, Forward>(job); }

void scan::backwardWide(const Job &job) { runCell<Lanes8, Backward>(job); }

} // namespace dlnet

#pragma GCC pop_options

#else

namespace dlnet {

void scan::forwardWide(const Job &job) { forwardPortable(job); }

void scan::backwardWide(const Job &job) { backwardPortable(job); }

} // namespace dlnet

#endif
