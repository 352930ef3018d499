// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checksum here is written down from its definition and not the firmware's.
#include "test/runtime/Device.h"

#include <gtest/gtest.h>

using namespace dlnet::test;

Device dlnet::test::device;

extern "C" {
void device_send(const char *text, uint32_t size) {
  EXPECT_LE(size, DEVICE_SEND_MAX);
  dlnet::test::device.sent.append(text, size);
  dlnet::test::device.microseconds += size * 1000000 * 10 / 115200;
}
uint32_t device_cycles(void) { return 0; }
uint32_t device_microseconds(uint32_t cycles) { return cycles / 64; }
uint32_t device_seconds(void) { return dlnet::test::device.seconds; }
device_reset device_reset_reason(void) { return dlnet::test::device.reason; }
uint32_t device_fault_address(void) { return dlnet::test::device.faultAddress; }
}

/// CRC-16/IBM-3740, a bit at a time.
static std::string checksum(const std::string &text) {
  unsigned state = 0xffff;
  for (unsigned char byte : text)
    for (int bit = 7; bit >= 0; --bit) {
      bool out = (state >> 15 ^ byte >> bit) & 1;
      state = (state << 1 & 0xffff) ^ (out ? 0x1021 : 0);
    }
  char digits[5];
  std::snprintf(digits, sizeof digits, "%04x", state);
  return digits;
}

std::vector<std::string> dlnet::test::takeLines() {
  std::vector<std::string> lines;
  std::string text = std::move(device.sent);
  device.sent.clear();
  for (size_t end; (end = text.find('\n')) != std::string::npos;) {
    std::string line = text.substr(0, end);
    text.erase(0, end + 1);
    size_t star = std::min(line.find('*'), line.size());
    std::string body = line.substr(0, star);
    EXPECT_EQ(line.substr(star), "*" + checksum(body));
    lines.push_back(body);
  }
  EXPECT_EQ(text, "") << "is no complete line";
  return lines;
}

std::string dlnet::test::sealed(const std::string &command) {
  return command + "*" + checksum(command) + "\n";
}
