// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// POWER, as far as a program asks it why it was started.
#ifndef DLNET_SIM_PERIPHERALS_POWER_H
#define DLNET_SIM_PERIPHERALS_POWER_H

#include "test/tools/dlnet-sim/Peripheral.h"

namespace dlnet::sim {

class Power : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x40000000;

  using Peripheral::Peripheral;
  const char *name() const override { return "POWER"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset(ResetReason reason) override;

private:
  uint32_t reasons = 0;
  PlainRegister retained{0xff}, retained2{0xff};
  PlainRegister dcdc{1}, dcdc0{1};
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_POWER_H
