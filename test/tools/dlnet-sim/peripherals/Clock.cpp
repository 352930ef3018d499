// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter CLOCK; start-up times are its
// typical ones.
#include "test/tools/dlnet-sim/peripherals/Clock.h"

#include <algorithm>

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kHfClkStart = 0x000,
  kHfClkStop = 0x004,
  kLfClkStart = 0x008,
  kLfClkStop = 0x00c,
  kHfClkStarted = 0x100,
  kLfClkStarted = 0x104,
  kIntenSet = 0x304,
  kIntenClear = 0x308,
  kHfClkRun = 0x408,
  kHfClkStat = 0x40c,
  kLfClkRun = 0x414,
  kLfClkStat = 0x418,
  kLfClkSrcCopy = 0x41c,
  kLfClkSrc = 0x518,
};
enum Source : uint32_t { kRc = 0, kXtal = 1, kSynthesized = 2 };

constexpr Cycles kHfxoStart = 360 * kCyclesPerMicrosecond;
constexpr Cycles kLfxoStart = kCyclesPerSecond / 4;
constexpr Cycles kLfrcStart = 600 * kCyclesPerMicrosecond;
constexpr Cycles kLfsyntStart = 100 * kCyclesPerMicrosecond;
constexpr uint32_t kRunning = 1u << 16;

Cycles lowFrequencyStart(uint32_t source) {
  switch (source) {
  case kRc:
    return kLfrcStart;
  case kXtal:
    return kLfxoStart;
  default: // kSynthesized
    return kLfsyntStart;
  }
}
} // namespace

std::optional<uint32_t> Clock::read(uint32_t offset) {
  switch (offset) {
  case kHfClkStarted:
    return high.startedEvent;
  case kLfClkStarted:
    return low.startedEvent;
  case kIntenSet:
  case kIntenClear:
    return interrupts;
  case kHfClkRun:
    return high.requested;
  case kHfClkStat: // The 64 MHz always run; SRC says whether from the crystal.
    return kRunning | uint32_t(high.running);
  case kLfClkRun:
    return low.requested;
  case kLfClkStat:
    return low.running ? kRunning | (sourceCopy & 3) : 0;
  case kLfClkSrcCopy:
    return sourceCopy;
  case kLfClkSrc:
    return source;
  }
  return std::nullopt;
}

bool Clock::write(uint32_t offset, uint32_t value) {
  switch (offset) {
  case kHfClkStart:
    if (value & 1)
      start(high, kHfxoStart);
    return true;
  case kHfClkStop:
    if (value & 1)
      high = {false, false, high.startedEvent, kNever};
    return true;
  case kLfClkStart:
    if ((value & 1) && !low.requested) {
      sourceCopy = source;
      start(low, lowFrequencyStart(sourceCopy & 3));
    }
    return true;
  case kLfClkStop:
    if (value & 1)
      stopLowFrequency();
    return true;
  case kHfClkStarted:
    high.startedEvent = value & 1;
    return true;
  case kLfClkStarted:
    low.startedEvent = value & 1;
    return true;
  case kLfClkSrc: // Writing it while it runs is not allowed.
    return !low.requested && (value & 3) <= kSynthesized && source.write(value);
  case kIntenClear:
    return interrupts.write(interrupts & ~value);
  }
  return false;
}

void Clock::advance(Cycles now) {
  for (Oscillator *oscillator : {&high, &low}) {
    if (oscillator->ready > now)
      continue;
    if (oscillator == &low)
      lowSince = oscillator->ready;
    oscillator->running = oscillator->startedEvent = true;
    oscillator->ready = kNever;
  }
}

Cycles Clock::due() const { return std::min(high.ready, low.ready); }

void Clock::reset(ResetReason) {
  stopLowFrequency();
  high = low = Oscillator();
  source.reset();
  interrupts.reset();
  sourceCopy = 0;
}

uint64_t Clock::lowFrequencyTicks(Cycles now) const {
  return ticksBefore + (low.running ? (now - lowSince) * 8 / 15625 : 0);
}

Cycles Clock::whenLowFrequencyTicks(uint64_t ticks) const {
  if (!low.running)
    return kNever;
  return lowSince +
         (ticks > ticksBefore ? lowFrequencyCycles(ticks - ticksBefore) : 0);
}

void Clock::start(Oscillator &oscillator, Cycles delay) {
  if (oscillator.requested)
    return;
  oscillator.requested = true;
  oscillator.ready = board.now() + delay;
}

void Clock::stopLowFrequency() {
  ticksBefore = lowFrequencyTicks(board.now());
  low = {false, false, low.startedEvent, kNever};
}
