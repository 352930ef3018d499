// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter WDT. It starts the RC oscillator
// when no other low-frequency clock runs, so it always counts.
#include "test/tools/dlnet-sim/peripherals/Wdt.h"

#include "test/tools/dlnet-sim/peripherals/Clock.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kStart = 0x000,
  kTimeout = 0x100,
  kIntenSet = 0x304,
  kIntenClear = 0x308,
  kRunStatus = 0x400,
  kReqStatus = 0x404,
  kCrv = 0x504,
  kRren = 0x508,
  kConfig = 0x50c,
  kRr = 0x600,
};
constexpr uint32_t kReload = 0x6e524635;
constexpr uint32_t kLeastCrv = 0xf;
} // namespace

std::optional<uint32_t> Wdt::read(uint32_t offset) {
  switch (offset) {
  case kTimeout:
    return timeoutEvent;
  case kIntenSet:
  case kIntenClear:
    return 0;
  case kRunStatus:
    return running;
  case kReqStatus:
    return running ? requested : uint32_t(1);
  case kCrv:
    return reloadValue;
  case kRren:
    return enabled;
  case kConfig:
    return config;
  }
  return std::nullopt;
}

bool Wdt::write(uint32_t offset, uint32_t value) {
  if (isHeartbeat(offset)) {
    if (running && value == kReload) {
      requested &= ~(1u << (offset - kRr) / 4);
      if (requested == 0)
        reload();
    }
    return true;
  }
  switch (offset) {
  case kStart:
    if ((value & 1) && !running) {
      running = true;
      reload();
    }
    return true;
  case kTimeout:
    timeoutEvent = value & 1;
    return true;
  case kIntenClear:
    return true;
  // Once it runs, its configuration is locked.
  case kCrv:
    if (!running)
      reloadValue = value;
    return running || value >= kLeastCrv;
  case kRren:
    return running || enabled.write(value);
  case kConfig:
    return running || config.write(value);
  }
  return false;
}

bool Wdt::isHeartbeat(uint32_t offset) const {
  return offset >= kRr && offset < kRr + 4 * 8;
}

void Wdt::advance(Cycles now) {
  if (now < deadline)
    return;
  timeoutEvent = true;
  deadline = kNever;
  board.reset(ResetReason::Watchdog);
}

void Wdt::reset(ResetReason reason) {
  if (reason == ResetReason::Software)
    return;
  running = timeoutEvent = false;
  reloadValue = 0xffffffff;
  enabled.reset();
  config.reset();
  requested = 0;
  deadline = kNever;
}

void Wdt::reload() {
  // The reset follows the event by two ticks.
  requested = enabled;
  deadline = board.now() + lowFrequencyCycles(uint64_t(reloadValue) + 1 + 2);
}
