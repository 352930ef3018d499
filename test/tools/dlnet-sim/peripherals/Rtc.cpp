// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter RTC. The counter is computed when it
// is asked for, and so are the events of all counts in between. The delay of
// up to 46 us of its tasks is not modelled.
#include "test/tools/dlnet-sim/peripherals/Rtc.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kStart = 0x000,
  kStop = 0x004,
  kClear = 0x008,
  kTriggerOverflow = 0x00c,
  kTick = 0x100,
  kOverflow = 0x104,
  kCompare = 0x140,
  kIntenSet = 0x304,
  kIntenClear = 0x308,
  kEvten = 0x340,
  kEvtenSet = 0x344,
  kEvtenClear = 0x348,
  kCounter = 0x504,
  kPrescaler = 0x508,
  kCc = 0x540,
};
constexpr uint64_t kWrap = 1u << 24;

/// Whether some count in (from, to] is `value` modulo 2^24.
bool passes(uint64_t from, uint64_t to, uint64_t value) {
  return to > from &&
         (to - from >= kWrap || ((value - from - 1) % kWrap) < to - from);
}
} // namespace

std::optional<uint32_t> Rtc::read(uint32_t offset) {
  if (offset >= kCompare && offset < kCompare + 4 * kCompares)
    return compareEvents[(offset - kCompare) / 4];
  if (offset >= kCc && offset < kCc + 4 * kCompares)
    return compares[(offset - kCc) / 4];
  switch (offset) {
  case kTick:
    return tickEvent;
  case kOverflow:
    return overflowEvent;
  case kIntenSet:
  case kIntenClear:
    return interrupts;
  case kEvten:
  case kEvtenSet:
  case kEvtenClear:
    return routed;
  case kCounter:
    return elapsed(board.now()) % kWrap;
  case kPrescaler:
    return prescaler;
  }
  return std::nullopt;
}

bool Rtc::write(uint32_t offset, uint32_t value) {
  if (offset >= kCompare && offset < kCompare + 4 * kCompares) {
    compareEvents[(offset - kCompare) / 4] = value & 1;
    return true;
  }
  if (offset >= kCc && offset < kCc + 4 * kCompares) {
    compares[(offset - kCc) / 4] = value & (kWrap - 1);
    return true;
  }
  switch (offset) {
  case kStart:
    if ((value & 1) && !running) {
      running = true;
      startTicks = clock.lowFrequencyTicks(board.now());
    }
    return true;
  case kStop:
    if (value & 1)
      stop();
    return true;
  case kClear:
  case kTriggerOverflow:
    if (value & 1) {
      base = reached = offset == kClear ? 0 : kWrap - 16;
      startTicks = clock.lowFrequencyTicks(board.now());
    }
    return true;
  case kTick:
    tickEvent = value & 1;
    return true;
  case kOverflow:
    overflowEvent = value & 1;
    return true;
  case kIntenClear:
    return interrupts.write(interrupts & ~value);
  case kEvten:
    return routed.write(value);
  case kEvtenSet:
    return routed.write(routed | value);
  case kEvtenClear:
    return routed.write(routed & ~value);
  case kPrescaler: // Only while it stands still.
    return !running && prescaler.write(value);
  }
  return false;
}

/// Counts make the events, too.
Cycles Rtc::holdsUntil(uint32_t) const {
  if (!running)
    return kNever;
  uint64_t next = elapsed(board.now()) - base + 1;
  return clock.whenLowFrequencyTicks(startTicks + next * (prescaler + 1));
}

void Rtc::advance(Cycles now) {
  uint64_t count = elapsed(now);
  if (count == reached)
    return;
  // An event needs to be enabled, or it is not made.
  uint32_t enabled = interrupts | routed;
  if (enabled & 1)
    tickEvent = true;
  if ((enabled & 2) && passes(reached, count, 0))
    overflowEvent = true;
  for (unsigned i = 0; i < kCompares; ++i)
    if ((enabled & 0x10000u << i) && passes(reached, count, compares[i]))
      compareEvents[i] = true;
  reached = count;
}

void Rtc::reset(ResetReason) {
  running = tickEvent = overflowEvent = false;
  base = reached = 0;
  compareEvents = {};
  compares = {};
  prescaler.reset();
  interrupts.reset();
  routed.reset();
}

uint64_t Rtc::elapsed(Cycles now) const {
  if (!running)
    return base;
  return base + (clock.lowFrequencyTicks(now) - startTicks) / (prescaler + 1);
}

void Rtc::stop() {
  base = elapsed(board.now());
  running = false;
}
