// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CLOCK: the two oscillators, which take their time to start. What counts the
// low one asks this for its ticks.
#ifndef DLNET_SIM_PERIPHERALS_CLOCK_H
#define DLNET_SIM_PERIPHERALS_CLOCK_H

#include "test/tools/dlnet-sim/Peripheral.h"

namespace dlnet::sim {

/// Cycles of the CPU until the `ticks`-th tick of 32768 Hz, rounded up.
constexpr Cycles lowFrequencyCycles(uint64_t ticks) {
  return (ticks * 15625 + 7) / 8;
}

class Clock : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x40000000;

  using Peripheral::Peripheral;
  const char *name() const override { return "CLOCK"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void advance(Cycles now) override;
  Cycles due() const override;
  void reset(ResetReason reason) override;

  /// Ticks of LFCLK until `now` since the board was switched on; it stands
  /// still while the clock is off.
  uint64_t lowFrequencyTicks(Cycles now) const;

  /// When that count will be `ticks`; kNever while the clock is off.
  Cycles whenLowFrequencyTicks(uint64_t ticks) const;

private:
  struct Oscillator {
    bool requested = false;
    bool running = false;
    bool startedEvent = false;
    Cycles ready = kNever;
  };
  void start(Oscillator &oscillator, Cycles delay);
  void stopLowFrequency();

  Oscillator high, low;
  PlainRegister source{0x30003}; // SRC, BYPASS, EXTERNAL
  uint32_t sourceCopy = 0;
  PlainRegister interrupts{0x0b};
  Cycles lowSince = 0;      // Valid while it runs.
  uint64_t ticksBefore = 0; // Of earlier times that it ran.
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_CLOCK_H
