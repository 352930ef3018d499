// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device that the fuzz targets give the firmware: the host's flash and a
// serial line whose far end they hold.
#ifndef DLNET_TEST_FUZZ_DEVICE_H
#define DLNET_TEST_FUZZ_DEVICE_H

#include "runtime/device.h"
#include "runtime/ports/host/flash.h"

#include <string>

namespace dlnet::fuzz {

/// What the firmware sent since this was last cleared.
extern std::string sent;

/// The CRC-16 of the serial line in four digits, by its definition and not by
/// the firmware's code.
std::string lineChecksum(const std::string &text);

} // namespace dlnet::fuzz

#endif // DLNET_TEST_FUZZ_DEVICE_H
