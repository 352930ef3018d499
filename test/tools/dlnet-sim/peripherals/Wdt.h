// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WDT: once started, only a reset that is not by software stops it.
#ifndef DLNET_SIM_PERIPHERALS_WDT_H
#define DLNET_SIM_PERIPHERALS_WDT_H

#include "test/tools/dlnet-sim/Peripheral.h"

namespace dlnet::sim {

class Wdt : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x40010000;

  using Peripheral::Peripheral;
  const char *name() const override { return "WDT"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  bool isHeartbeat(uint32_t offset) const override;
  void advance(Cycles now) override;
  Cycles due() const override { return deadline; }
  void reset(ResetReason reason) override;

private:
  void reload();

  bool running = false;
  bool timeoutEvent = false;
  uint32_t reloadValue = 0xffffffff; // In ticks of 32768 Hz, less one.
  PlainRegister enabled{0xff, 1};    // Reload registers.
  PlainRegister config{0x9, 1};
  uint32_t requested = 0; // Reload registers that are still to be written.
  Cycles deadline = kNever;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_WDT_H
