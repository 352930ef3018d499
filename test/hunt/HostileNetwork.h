// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Networks that nobody would train: what a file may hold and what options may
// ask for, without regard to sense. Whatever the compiler does not refuse must
// come out right.
#ifndef DLNET_TEST_HUNT_HOSTILENETWORK_H
#define DLNET_TEST_HUNT_HOSTILENETWORK_H

#include "codegen/CEmitter.h"
#include "frontend/compile/Compiler.h"
#include "frontend/family/Family.h"

#include <random>
#include <string>
#include <vector>

namespace dlnet::hunt {

using Random = std::mt19937;

struct HostileNetwork {
  uint32_t seed = 0;
  /// 0: random shapes; 1: stretched recurrences; 2 to 4: tensors of zeros,
  /// denormals, powers and outliers, ever wilder; from 3 on ranges and scales
  /// that have nothing to do with the weights, too.
  int level = 0;
  FamilyModel model;
  CompileOptions options;
  codegen::Place place = codegen::Place::Flash;

  /// All that was drawn, in one line.
  std::string describe() const;
};

/// The same for a seed on every machine.
HostileNetwork hostileNetwork(uint32_t seed);

/// SOH as an adversary or a broken sensor sends it, over all of int16_t: steps,
/// waves of any period, noise, single spikes, walks.
void fillHostile(std::vector<int16_t> &window, Random &random);

/// An element of `values`.
template <typename T> T pick(Random &random, std::vector<T> values) {
  return values[random() % values.size()];
}

} // namespace dlnet::hunt

#endif // DLNET_TEST_HUNT_HOSTILENETWORK_H
