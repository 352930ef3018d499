// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ARMv7-M Architecture Reference Manual, section C1.8.
#include "test/tools/dlnet-sim/peripherals/CycleCounter.h"

using namespace dlnet::sim;

namespace {
enum Register : uint32_t { kCtrl = 0x000, kCycCnt = 0x004 };
constexpr uint32_t kCycCntEna = 1;
constexpr uint32_t kComparators = 4u << 28;
} // namespace

std::optional<uint32_t> CycleCounter::read(uint32_t offset) {
  switch (offset) {
  case kCtrl:
    return kComparators | uint32_t(enabled);
  case kCycCnt:
    return count();
  }
  return std::nullopt;
}

bool CycleCounter::write(uint32_t offset, uint32_t value) {
  switch (offset) {
  case kCtrl:
    held = count();
    since = board.now();
    enabled = value & kCycCntEna;
    return (value & ~(kCycCntEna | kComparators)) == 0;
  case kCycCnt:
    held = value;
    since = board.now();
    return true;
  }
  return false;
}

void CycleCounter::reset(ResetReason reason) {
  // Debug logic outlives a reset by software.
  if (reason == ResetReason::Software)
    return;
  trace = enabled = false;
  held = 0;
}

void CycleCounter::setTraceEnabled(bool enable) {
  held = count();
  since = board.now();
  trace = enable;
}

uint32_t CycleCounter::count() const {
  return held + (counts() ? uint32_t(board.now() - since) : 0);
}
