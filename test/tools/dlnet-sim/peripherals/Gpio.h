// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GPIO P0 and P1, as far as configuring and switching pins. Nothing is wired
// to them: an output reads as it is driven, an input as its pull says.
#ifndef DLNET_SIM_PERIPHERALS_GPIO_H
#define DLNET_SIM_PERIPHERALS_GPIO_H

#include "test/tools/dlnet-sim/Peripheral.h"

#include <array>

namespace dlnet::sim {

class Gpio : public Peripheral {
public:
  static constexpr uint32_t kBaseP0 = 0x50000000;
  static constexpr uint32_t kBaseP1 = 0x50000300;
  /// Registers begin at 0x504, so that the two ports interleave.
  static constexpr uint32_t kFirst = 0x504;
  static constexpr uint32_t kSize = 0x300;

  /// `pins`: how many the port has.
  Gpio(Board &board, const char *portName, unsigned pins)
      : Peripheral(board), portName(portName), pins(pins) {}
  const char *name() const override { return portName; }
  /// Offsets are from the base and kFirst.
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void reset(ResetReason reason) override;

private:
  uint32_t mask() const { return pins == 32 ? ~0u : (1u << pins) - 1; }
  uint32_t direction() const;
  uint32_t input() const;
  bool setDirection(uint32_t outputs);

  const char *portName;
  unsigned pins;
  uint32_t output = 0;
  std::array<uint32_t, 32> configs{};
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_GPIO_H
