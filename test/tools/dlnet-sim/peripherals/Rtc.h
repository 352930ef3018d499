// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RTC0: 24 bits that count LFCLK, divided.
#ifndef DLNET_SIM_PERIPHERALS_RTC_H
#define DLNET_SIM_PERIPHERALS_RTC_H

#include "test/tools/dlnet-sim/peripherals/Clock.h"

#include <array>

namespace dlnet::sim {

class Rtc : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x4000b000;

  Rtc(Board &board, const Clock &clock) : Peripheral(board), clock(clock) {}
  const char *name() const override { return "RTC0"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  Cycles holdsUntil(uint32_t offset) const override;
  void advance(Cycles now) override;
  void reset(ResetReason reason) override;

private:
  static constexpr unsigned kCompares = 3;
  uint64_t elapsed(Cycles now) const;
  void stop();

  const Clock &clock;
  bool running = false;
  uint64_t startTicks = 0; // Of LFCLK, where the count was `base`.
  uint64_t base = 0;       // Not wrapped.
  uint64_t reached = 0;    // The count whose events have been made.
  bool tickEvent = false, overflowEvent = false;
  std::array<bool, kCompares> compareEvents{};
  std::array<uint32_t, kCompares> compares{};
  PlainRegister prescaler{0xfff};
  PlainRegister interrupts{0x70003}, routed{0x70003};
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_RTC_H
