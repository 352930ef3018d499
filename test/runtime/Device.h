// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device that the tests give the firmware: the host's flash, a serial line
// whose far end they hold, and a reason to have started.
#ifndef DLNET_TEST_RUNTIME_DEVICE_H
#define DLNET_TEST_RUNTIME_DEVICE_H

#include "runtime/device.h"
#include "runtime/ports/host/flash.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dlnet::test {

/// What the firmware sent since it was last taken, and what it is told.
struct Device {
  std::string sent;
  device_reset reason = DEVICE_RESET_POWER;
  uint32_t faultAddress = 0;
  uint32_t seconds = 0;
  /// What sending took on the line, and whatever else a test adds.
  uint64_t microseconds = 0;
};
extern Device device;

/// The complete lines that were sent, without their checksums, and forgets
/// them. A line without a right checksum is a failure of the test.
std::vector<std::string> takeLines();

/// The command as it goes over the line: with checksum and end.
std::string sealed(const std::string &command);

} // namespace dlnet::test

#endif // DLNET_TEST_RUNTIME_DEVICE_H
