// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter GPIO.
#include "test/tools/dlnet-sim/peripherals/Gpio.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kOut = 0x504,
  kOutSet = 0x508,
  kOutClear = 0x50c,
  kIn = 0x510,
  kDir = 0x514,
  kDirSet = 0x518,
  kDirClear = 0x51c,
  kPinCnf = 0x700,
};
enum Config : uint32_t {
  kOutput = 1u << 0,
  kDisconnected = 1u << 1,
  kPull = 3u << 2,
  kPullUp = 3u << 2,
  kAllBits = 0x3070f,
};
} // namespace

std::optional<uint32_t> Gpio::read(uint32_t offset) {
  offset += kFirst;
  if (offset >= kPinCnf && offset < kPinCnf + 4 * pins)
    return configs[(offset - kPinCnf) / 4];
  switch (offset) {
  case kOut:
  case kOutSet:
  case kOutClear:
    return output;
  case kIn:
    return input();
  case kDir:
  case kDirSet:
  case kDirClear:
    return direction();
  }
  return std::nullopt;
}

bool Gpio::write(uint32_t offset, uint32_t value) {
  offset += kFirst;
  if (offset >= kPinCnf && offset < kPinCnf + 4 * pins) {
    configs[(offset - kPinCnf) / 4] = value;
    return (value & ~uint32_t(kAllBits)) == 0;
  }
  switch (offset) {
  case kOut:
    output = value & mask();
    return true;
  case kOutSet:
    output |= value & mask();
    return true;
  case kOutClear:
    output &= ~value;
    return true;
  case kDir:
    return setDirection(value);
  case kDirSet:
    return setDirection(direction() | value);
  case kDirClear:
    return setDirection(direction() & ~value);
  }
  return false;
}

void Gpio::reset(ResetReason) {
  output = 0;
  configs.fill(kDisconnected);
}

uint32_t Gpio::direction() const {
  uint32_t outputs = 0;
  for (unsigned pin = 0; pin < pins; ++pin)
    outputs |= (configs[pin] & kOutput) << pin;
  return outputs;
}

uint32_t Gpio::input() const {
  uint32_t levels = 0;
  for (unsigned pin = 0; pin < pins; ++pin) {
    if (configs[pin] & kDisconnected)
      continue;
    bool level = configs[pin] & kOutput ? output >> pin & 1
                                        : (configs[pin] & kPull) == kPullUp;
    levels |= uint32_t(level) << pin;
  }
  return levels;
}

bool Gpio::setDirection(uint32_t outputs) {
  for (unsigned pin = 0; pin < pins; ++pin)
    configs[pin] = (configs[pin] & ~uint32_t(kOutput)) | (outputs >> pin & 1);
  return true;
}
