// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ARMv7-M Architecture Reference Manual, sections B3.2 and B3.4.
#include "test/tools/dlnet-sim/peripherals/SystemControl.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kIser = 0x100,
  kIcer = 0x180,
  kIspr = 0x200,
  kIcpr = 0x280,
  kIabr = 0x300,
  kIpr = 0x400,
  kCpuid = 0xd00,
  kIcsr = 0xd04,
  kVtor = 0xd08,
  kAircr = 0xd0c,
  kScr = 0xd10,
  kCcr = 0xd14,
  kShpr1 = 0xd18,
  kShcsr = 0xd24,
  kCfsr = 0xd28,
  kHfsr = 0xd2c,
  kDfsr = 0xd30,
  kMmfar = 0xd34,
  kBfar = 0xd38,
  kCpacr = 0xd88,
  kDemcr = 0xdfc,
  kFpccr = 0xf34,
};
constexpr uint32_t kInterruptBytes = 8; // 48 lines, in two words.
constexpr uint32_t kPriorityBytes = 48;
constexpr uint32_t kCortexM4 = 0x410fc241; // r0p1
constexpr uint32_t kAircrKey = 0x05fa0000;
constexpr uint32_t kAircrKeyRead = 0xfa050000;
constexpr uint32_t kSysResetReq = 1u << 2;
constexpr uint32_t kTraceEnable = 1u << 24;

bool within(uint32_t offset, uint32_t first, uint32_t bytes) {
  return offset >= first && offset < first + bytes;
}
} // namespace

std::optional<uint32_t> SystemControl::read(uint32_t offset) {
  if (within(offset, kIser, kInterruptBytes) ||
      within(offset, kIcer, kInterruptBytes) ||
      within(offset, kIspr, kInterruptBytes) ||
      within(offset, kIcpr, kInterruptBytes) ||
      within(offset, kIabr, kInterruptBytes) ||
      within(offset, kIpr, kPriorityBytes))
    return 0;
  if (within(offset, kShpr1, 12))
    return priorities[(offset - kShpr1) / 4];
  switch (offset) {
  case kCpuid:
    return kCortexM4;
  case kVtor:
    return vectors;
  case kAircr:
    return kAircrKeyRead;
  case kScr:
    return sleep;
  case kCcr:
    return configuration;
  case kShcsr:
    return faultHandlers;
  case kIcsr: // No exception is active or pending, and none has failed:
  case kCfsr: // a fault ends the run.
  case kHfsr:
  case kDfsr:
  case kMmfar:
  case kBfar:
    return 0;
  case kCpacr:
    return coprocessors;
  case kDemcr:
    return counter.traceEnabled() ? kTraceEnable : 0;
  case kFpccr:
    return floatContext;
  }
  return std::nullopt;
}

bool SystemControl::write(uint32_t offset, uint32_t value) {
  // Interrupts may be disabled, cleared and given priorities, not enabled.
  if (within(offset, kIser, kInterruptBytes) ||
      within(offset, kIspr, kInterruptBytes))
    return value == 0;
  if (within(offset, kIcer, kInterruptBytes) ||
      within(offset, kIcpr, kInterruptBytes) ||
      within(offset, kIpr, kPriorityBytes))
    return true;
  if (within(offset, kShpr1, 12))
    return priorities[(offset - kShpr1) / 4].write(value);
  switch (offset) {
  case kVtor:
    return vectors.write(value);
  case kAircr:
    if ((value & 0xffff0000) != kAircrKey)
      return true; // Ignored, as by the CPU.
    if (value & kSysResetReq)
      board.reset(ResetReason::Software);
    return (value & 0xffff & ~kSysResetReq) == 0;
  case kScr:
    return sleep.write(value);
  case kCcr:
    return configuration.write(value);
  case kShcsr:
    return faultHandlers.write(value);
  case kCfsr:
  case kHfsr:
  case kDfsr:
    return true;
  case kCpacr:
    return coprocessors.write(value);
  case kDemcr:
    counter.setTraceEnabled(value & kTraceEnable);
    return (value & ~kTraceEnable) == 0;
  case kFpccr:
    return floatContext.write(value);
  }
  return false;
}

void SystemControl::reset(ResetReason) {
  for (PlainRegister *plain : {&vectors, &sleep, &configuration, &faultHandlers,
                               &coprocessors, &floatContext})
    plain->reset();
  for (PlainRegister &priority : priorities)
    priority.reset();
}
