// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A defect made on purpose, for tests of the hunts themselves.
#ifndef DLNET_TEST_HUNT_CORRUPT_H
#define DLNET_TEST_HUNT_CORRUPT_H

#include <string>

namespace dlnet::hunt {

/// Changes a weight of the last product of a C file, as a defect would.
inline void corruptWeights(std::string &source, const std::string &prefix) {
  size_t table = source.rfind(" uint32_t " + prefix + "_weights");
  size_t word = table == std::string::npos ? table : source.find("0x", table);
  if (word == std::string::npos)
    return;
  char &digit = source[word + 2];
  const char *digits = "0123456789abcdef";
  digit = digits[(std::string(digits).find(digit) + 4) % 16];
}

} // namespace dlnet::hunt

#endif // DLNET_TEST_HUNT_CORRUPT_H
