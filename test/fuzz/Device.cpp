// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include "Fuzz.h"

using namespace dlnet;

std::string dlnet::fuzz::sent;

extern "C" {
void device_send(const char *text, uint32_t size) {
  fuzz::require(size <= DEVICE_SEND_MAX, "no line is too long to send");
  fuzz::sent.append(text, size);
}
uint32_t device_cycles(void) { return 0; }
uint32_t device_microseconds(uint32_t cycles) { return cycles / 64; }
uint32_t device_seconds(void) { return 0; }
device_reset device_reset_reason(void) { return DEVICE_RESET_POWER; }
uint32_t device_fault_address(void) { return 0; }
}

std::string dlnet::fuzz::lineChecksum(const std::string &text) {
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
