// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter POWER, with its table of what each
// reset resets.
#include "test/tools/dlnet-sim/peripherals/Power.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kConstantLatency = 0x078,
  kLowPower = 0x07c,
  kResetReas = 0x400,
  kGpRegRet = 0x51c,
  kGpRegRet2 = 0x520,
  kDcdcEn = 0x578,
  kDcdcEn0 = 0x580,
};

/// RESETREAS stays 0 when power returns.
uint32_t bit(ResetReason reason) {
  switch (reason) {
  case ResetReason::PowerOn:
    return 0;
  case ResetReason::Pin:
    return 1u << 0;
  case ResetReason::Watchdog:
    return 1u << 1;
  case ResetReason::Software:
    return 1u << 2;
  }
  return 0;
}
} // namespace

std::optional<uint32_t> Power::read(uint32_t offset) {
  switch (offset) {
  case kResetReas:
    return reasons;
  case kGpRegRet:
    return retained;
  case kGpRegRet2:
    return retained2;
  case kDcdcEn:
    return dcdc;
  case kDcdcEn0:
    return dcdc0;
  }
  return std::nullopt;
}

bool Power::write(uint32_t offset, uint32_t value) {
  switch (offset) {
  case kConstantLatency:
  case kLowPower:
    return true;
  case kResetReas: // A one clears.
    reasons &= ~value;
    return true;
  case kGpRegRet:
    return retained.write(value);
  case kGpRegRet2:
    return retained2.write(value);
  case kDcdcEn:
    return dcdc.write(value);
  case kDcdcEn0:
    return dcdc0.write(value);
  }
  return false;
}

void Power::reset(ResetReason reason) {
  // The reasons add up until the program or a loss of power clears them.
  reasons = reason == ResetReason::PowerOn ? 0 : reasons | bit(reason);
  if (reason != ResetReason::Software) {
    retained.reset();
    retained2.reset();
  }
  dcdc.reset();
  dcdc0.reset();
}
