// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random networks between ports, as text of the dialect's real level.
#ifndef DLNET_TEST_HUNT_PORTSNETWORK_H
#define DLNET_TEST_HUNT_PORTSNETWORK_H

#include <cstdint>
#include <string>

namespace dlnet::hunt {

/// The same seed gives the same text: a module of one model of the name
/// `name`, a stream or one over windows, with one to three states and outputs.
std::string portsNetwork(uint32_t seed, const std::string &name);

} // namespace dlnet::hunt

#endif // DLNET_TEST_HUNT_PORTSNETWORK_H
